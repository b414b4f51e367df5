/** Applications that use a model's jar and the runtime in it, and nothing else. */
@NullMarked
package bytegrad.examples;

import org.jspecify.annotations.NullMarked;
