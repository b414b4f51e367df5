/** What is in a model's jar besides kernels: its main class, its module, its manifest, and a copy of the runtime. */
@NullMarked
package bytegrad.codegen.jar;

import org.jspecify.annotations.NullMarked;
