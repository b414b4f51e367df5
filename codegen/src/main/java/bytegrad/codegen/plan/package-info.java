/** When kernels run and where their buffers live: order, offsets, in-place updates, and an independent verifier. */
@NullMarked
package bytegrad.codegen.plan;

import org.jspecify.annotations.NullMarked;
