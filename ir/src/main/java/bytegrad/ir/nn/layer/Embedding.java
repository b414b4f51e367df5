package bytegrad.ir.nn.layer;

import bytegrad.ir.Node;
import bytegrad.ir.nn.Layers;

/**
 * Rows of a table: parameter "table" [count, width]; of ids […] it gives […, width].
 *
 * @param table normal with deviation 0.02 unless told, as GPT-2 has it
 */
public record Embedding(int count, int width, Initializer table) implements Layer {
    private static final double DEVIATION = 0.02;

    /** With a normal table. */
    public Embedding(int count, int width) {
        this(count, width, new Initializer.Normal(DEVIATION));
    }

    @Override
    public Node apply(Scope scope, Node ids) {
        return Layers.embedding(scope.builder(), scope.parameter("table", table, count, width), ids);
    }
}
