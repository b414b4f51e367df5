/** The workloads in other libraries, each written as its users would. */
@NullMarked
package bytegrad.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
