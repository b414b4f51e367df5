package bytegrad.ir.nn.layer;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Attention;
import java.util.Optional;

/**
 * Attention of a sequence [N, T, W] to itself: parameters "weight" [W, 3·W] and "bias" for queries, keys and values, "out" [W, W] and "out_bias".
 *
 * @param heads divides W
 * @param causal whether a place sees only those before it, and itself
 */
public record SelfAttention(int heads, boolean causal) implements Layer {
    @Override
    public Node apply(Scope scope, Node x) {
        Shapes.requireRank("attention", x, 3);
        GraphBuilder b = scope.builder();
        int width = Shapes.last(x);
        int length = x.shape().dim(1);
        return Attention.self(b, x, scope.parameter("weight", Initializer.GLOROT_UNIFORM, width, 3 * width), scope.parameter("bias", Initializer.ZEROS, 3 * width),
                scope.parameter("out", Initializer.GLOROT_UNIFORM, width, width), scope.parameter("out_bias", Initializer.ZEROS, width), heads,
                causal ? Optional.of(Attention.causal(b, length, length)) : Optional.empty());
    }
}
