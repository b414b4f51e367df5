/** From emitted classes to programs in this JVM. */
@NullMarked
package bytegrad.codegen.load;

import org.jspecify.annotations.NullMarked;
