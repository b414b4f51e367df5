/** Training an image classifier: its graphs, its loop, its checkpoints, and the check against the reference interpreter. */
@NullMarked
package bytegrad.cli.train;

import org.jspecify.annotations.NullMarked;
