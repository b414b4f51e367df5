/** Loading of emitted classes. */
@NullMarked
package bytegrad.codegen.load;

import org.jspecify.annotations.NullMarked;
