/**
 * Optimisers as nodes: {@link bytegrad.autodiff.optim.Optimizer#apply} adds the new values of parameters and optimiser
 * state to the graph and declares them as its updates. So a training step is one graph, compiled as a whole.
 */
@NullMarked
package bytegrad.autodiff.optim;

import org.jspecify.annotations.NullMarked;
