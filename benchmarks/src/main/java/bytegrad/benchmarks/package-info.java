/** Measurements of workloads. */
@NullMarked
package bytegrad.benchmarks;

import org.jspecify.annotations.NullMarked;
