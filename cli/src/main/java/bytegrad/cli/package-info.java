/** The command line. */
@NullMarked
package bytegrad.cli;

import org.jspecify.annotations.NullMarked;
