/**
 * Composites: layers, activations and losses written with the builder. They have no op, no derivative and no kernel of
 * their own; the compiler fuses what they expand to. Errors are the builder's, and name the caller's source line.
 */
@NullMarked
package bytegrad.ir.nn;

import org.jspecify.annotations.NullMarked;
