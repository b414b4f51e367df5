/** Classes behind a user's own Java interfaces, made with Byte Buddy, and interfaces for those who have none. */
@NullMarked
package bytegrad.codegen.facade;

import org.jspecify.annotations.NullMarked;
