/** The compiler of graphs to classes. */
@NullMarked
package bytegrad.codegen;

import org.jspecify.annotations.NullMarked;
