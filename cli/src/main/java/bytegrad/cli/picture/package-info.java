/** The PNG files that a training leaves behind. */
@NullMarked
package bytegrad.cli.picture;

import org.jspecify.annotations.NullMarked;
