/**
 * The compiler of graphs to classes.
 *
 * <p>To see what it does: {@link bytegrad.codegen.Compiler#explain}, or {@link bytegrad.codegen.Options#withDump} for a folder
 * with every stage in a file. Two system properties do the same for all compilations of a JVM: {@code -Dbytegrad.dump=DIR}
 * writes each into a numbered folder of its own, and {@code -Dbytegrad.debug=LEVEL} logs to the {@link System.Logger}
 * {@code bytegrad.codegen}: at level 1 a line of sizes and time, at 2 the time of each stage and pass too, at 3 launches and the
 * memory timeline, at 4 where each node lives and why, at 5 graphs and kernels.
 */
@NullMarked
package bytegrad.codegen;

import org.jspecify.annotations.NullMarked;
