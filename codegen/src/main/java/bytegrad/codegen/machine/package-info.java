/** What decisions about speed know of the machine. */
@NullMarked
package bytegrad.codegen.machine;

import org.jspecify.annotations.NullMarked;
