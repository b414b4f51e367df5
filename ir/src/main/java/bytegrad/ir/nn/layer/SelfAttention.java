package bytegrad.ir.nn.layer;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Attention;
import java.util.Optional;

/**
 * Attention of a sequence [N, T, W] to itself: parameters "weight" [W, 3·W] for queries, keys and values, "query_bias" and "value_bias"
 * [W], "out" [W, W] and "out_bias". Keys have no bias: it would add the same to all scores of a row, which the softmax takes away again.
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
        Node weight = scope.parameter("weight", Initializer.GLOROT_UNIFORM, width, 3 * width);
        Node query = scope.parameter("query_bias", Initializer.ZEROS, width);
        Node bias = b.concat(0, query, b.zerosLike(query), scope.parameter("value_bias", Initializer.ZEROS, width));
        return Attention.self(b, x, weight, bias,
                scope.parameter("out", Initializer.GLOROT_UNIFORM, width, width), scope.parameter("out_bias", Initializer.ZEROS, width), heads,
                causal ? Optional.of(Attention.causal(b, length, length)) : Optional.empty());
    }
}
