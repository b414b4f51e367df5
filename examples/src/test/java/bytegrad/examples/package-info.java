/** Runs every example. */
@NullMarked
package bytegrad.examples;

import org.jspecify.annotations.NullMarked;
