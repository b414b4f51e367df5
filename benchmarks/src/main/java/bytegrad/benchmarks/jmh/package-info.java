/** JMH benchmarks; {@code jmh.sh} runs them. */
@NullMarked
package bytegrad.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
