/** Emitted classes against the same computation in Java. */
@NullMarked
package bytegrad.codegen.emit;

import org.jspecify.annotations.NullMarked;
