package bytegrad.ir.nn.layer;

import bytegrad.ir.Node;
import java.util.List;

/**
 * Layers after one another, each called in the scope of its number: "0", "1", and so on.
 *
 * @param layers at least one
 */
public record Sequential(List<Layer> layers) implements Layer {
    public Sequential {
        layers = List.copyOf(layers);
    }

    /** These layers. */
    public static Sequential of(Layer... layers) {
        return new Sequential(List.of(layers));
    }

    @Override
    public Node apply(Scope scope, Node x) {
        Node y = x;
        for (int i = 0; i < layers.size(); i++) {
            y = scope.call(Integer.toString(i), layers.get(i), y);
        }
        return y;
    }
}
