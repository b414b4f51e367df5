/** Where each node lives: stored in a buffer, or inlined into the kernels that use it; and which stores share a kernel. */
@NullMarked
package bytegrad.codegen.fuse;

import org.jspecify.annotations.NullMarked;
