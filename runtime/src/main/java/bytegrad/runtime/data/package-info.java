/** Examples to learn from, and batches of them: functions of a seed, an epoch and a number, so that a training that goes on sees what it would have seen. */
@NullMarked
package bytegrad.runtime.data;

import org.jspecify.annotations.NullMarked;
