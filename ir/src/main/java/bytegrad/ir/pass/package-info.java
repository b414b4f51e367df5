/**
 * Simplification: passes from graph to graph that change neither names nor bits.
 *
 * <p>The rules keep every bit a run can show: nothing is reassociated, a product with zero is kept (it may be a NaN),
 * −0 stays −0, and a sum keeps the order that {@link bytegrad.ir.SumOrder} gives it. What may differ is which of many
 * NaNs a NaN is: IEEE 754 leaves sign and payload open, and so do the executors. One rule is weaker: a transcendental
 * function of a constant is folded to the correctly rounded value (but for double rounding), where a kernel's
 * polynomial may be off by its stated ulps.
 *
 * <p>An input that nothing needs any more, once simplified, is no longer part of the graph.
 */
@NullMarked
package bytegrad.ir.pass;

import org.jspecify.annotations.NullMarked;
