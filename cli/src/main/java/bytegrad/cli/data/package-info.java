/** Labelled images from idx folders, and single pictures from image files. */
@NullMarked
package bytegrad.cli.data;

import org.jspecify.annotations.NullMarked;
