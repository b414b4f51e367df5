package bytegrad.ir.nn.layer;

import bytegrad.ir.Node;
import bytegrad.ir.nn.RandomDraws;

/**
 * Makes elements 0 with probability p where the scope is one for training, and divides the others by 1 − p; else x itself.
 *
 * @param p in [0, 1)
 */
public record Dropout(double p) implements Layer {
    @Override
    public Node apply(Scope scope, Node x) {
        return scope.training() && p > 0 ? RandomDraws.dropout(scope.builder(), scope.key(), x, p) : x;
    }
}
