package bytegrad.ir.nn.layer;

import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;

/**
 * A layer of a transformer that normalises before each part (Xiong et al., arXiv:2002.04745): x + attention(norm(x)), then x + mlp(norm(x)) with gelu. Scopes "norm1",
 * "attention", "norm2", "mlp".
 *
 * @param heads divides the width
 * @param inner the width inside the mlp, commonly four times the width
 * @param dropout of what is added, in [0, 1)
 */
public record TransformerBlock(int heads, int inner, boolean causal, double dropout) implements Layer {
    @Override
    public Node apply(Scope scope, Node x) {
        int width = Shapes.last(x);
        Layer mlp = Sequential.of(new Dense(inner, Initializer.GLOROT_UNIFORM), Layer.of(Activations::gelu), new Dense(width, Initializer.GLOROT_UNIFORM));
        Node h = part(scope, "norm1", "attention", new SelfAttention(heads, causal), x);
        return part(scope, "norm2", "mlp", mlp, h);
    }

    private Node part(Scope scope, String normName, String name, Layer f, Node x) {
        Node y = scope.call(name, f, scope.call(normName, new Norm.LayerNorm(), x));
        return scope.builder().add(x, new Dropout(dropout).apply(scope, y));
    }
}
