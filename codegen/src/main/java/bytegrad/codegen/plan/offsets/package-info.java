/** Where buffers of known sizes and lifetimes lie in one array, so that it is short. */
@NullMarked
package bytegrad.codegen.plan.offsets;

import org.jspecify.annotations.NullMarked;
