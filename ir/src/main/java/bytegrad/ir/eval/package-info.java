/**
 * The reference interpreter: what every op means, in double precision and plain loops. It shares only names and type
 * rules with the compiler, so that the two can be held against each other.
 */
@NullMarked
package bytegrad.ir.eval;

import org.jspecify.annotations.NullMarked;
