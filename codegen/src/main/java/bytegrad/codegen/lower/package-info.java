/** From the tensor graph to the loop IR: indices through views, loops, reductions, contractions, polynomials. */
@NullMarked
package bytegrad.codegen.lower;

import org.jspecify.annotations.NullMarked;
