/** Graphs of kernels from files, and what the memory planner makes of them. */
@NullMarked
package bytegrad.benchmarks.planner;

import org.jspecify.annotations.NullMarked;
