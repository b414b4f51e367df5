/** Interfaces before compiled functions. */
@NullMarked
package bytegrad.codegen.facade;

import org.jspecify.annotations.NullMarked;
