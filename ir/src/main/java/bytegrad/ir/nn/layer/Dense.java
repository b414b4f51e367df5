package bytegrad.ir.nn.layer;

import bytegrad.ir.Node;
import bytegrad.ir.nn.Layers;

/**
 * x·weight + bias over the last axis: parameters "weight" [in, width] and "bias" [width].
 *
 * @param weights He's unless told, as relu wants it
 * @param bias whether there is one; at first 0
 */
public record Dense(int width, Initializer weights, boolean bias) implements Layer {
    /** With a bias, and He's initialiser. */
    public Dense(int width) {
        this(width, Initializer.HE_UNIFORM, true);
    }

    /** With a bias. */
    public Dense(int width, Initializer weights) {
        this(width, weights, true);
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Shapes.requireRank("dense layer", x, 1);
        Node w = scope.parameter("weight", weights, Shapes.last(x), width);
        return bias ? Layers.dense(scope.builder(), x, w, scope.parameter("bias", Initializer.ZEROS, width)) : Layers.linear(scope.builder(), x, w);
    }
}
