/**
 * The training loop: epochs of batches through a step, whose session holds the state; callbacks, evaluation, early stop, checkpoints, and an end at the first number
 * that is not finite. It knows nothing of how the step came to be: one from a jar trains like one compiled a moment ago.
 */
@NullMarked
package bytegrad.runtime.train;

import org.jspecify.annotations.NullMarked;
