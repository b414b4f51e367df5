/** The figures each issue promises, measured: what {@code check.sh} runs. */
@NullMarked
package bytegrad.benchmarks.check;

import org.jspecify.annotations.NullMarked;
