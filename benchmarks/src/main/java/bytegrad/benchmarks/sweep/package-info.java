/** Random shapes, timed against the machine's peak: what the compiler does where nobody looked. */
@NullMarked
package bytegrad.benchmarks.sweep;

import org.jspecify.annotations.NullMarked;
