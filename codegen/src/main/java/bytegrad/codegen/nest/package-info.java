/**
 * Ops that run other graphs, as kernels. A body goes through the whole compiler (partition, lowering, plan); its launches become calls of methods
 * of one kernel, its slabs scratch of that kernel. So neither code nor compile time depends on how often a loop runs.
 */
@NullMarked
package bytegrad.codegen.nest;

import org.jspecify.annotations.NullMarked;
