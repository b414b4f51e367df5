package bytegrad.ir.nn.layer;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.function.BiFunction;

/** From a node to a node, with parameters made in the scope it is called in. An immutable value: it holds no parameters and can be called in any builder. */
@FunctionalInterface
public interface Layer {
    /** Adds the layer's nodes. */
    Node apply(Scope scope, Node x);

    /** A layer without parameters, such as {@code Layer.of(Activations::relu)}. */
    static Layer of(BiFunction<GraphBuilder, Node, Node> function) {
        return (scope, x) -> function.apply(scope.builder(), x);
    }

    /** x + f(x), where both are of one shape. */
    static Layer residual(Layer f) {
        return (scope, x) -> scope.builder().add(x, f.apply(scope, x));
    }

    /** The same layer, of which only results are kept for the gradient: the rest is computed again, as {@link GraphBuilder#recompute} says. */
    static Layer recomputed(Layer f) {
        return (scope, x) -> scope.builder().recompute(() -> f.apply(scope, x));
    }
}
