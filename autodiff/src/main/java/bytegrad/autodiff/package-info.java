/**
 * Derivatives, symbol to symbol: {@link bytegrad.autodiff.Gradient} adds the nodes of a derivative to the graph it
 * differentiates; {@link bytegrad.autodiff.Batch} maps a graph over a leading axis. There is no tape and no run time; what
 * comes out is simplified, fused and compiled like any graph, and differentiated again for any order.
 */
@NullMarked
package bytegrad.autodiff;

import org.jspecify.annotations.NullMarked;
