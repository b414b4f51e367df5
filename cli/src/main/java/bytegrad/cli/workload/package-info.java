/** The graphs that the command line and the benchmarks know by name. */
@NullMarked
package bytegrad.cli.workload;

import org.jspecify.annotations.NullMarked;
