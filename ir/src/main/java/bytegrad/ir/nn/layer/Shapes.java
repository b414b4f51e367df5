package bytegrad.ir.nn.layer;

import bytegrad.ir.GraphException;
import bytegrad.ir.Node;

/** What the layers ask of their data. */
final class Shapes {
    private Shapes() {}

    static int last(Node x) {
        return x.shape().dim(x.rank() - 1);
    }

    static void requireRank(String layer, Node x, int least) {
        if (x.rank() < least) {
            throw GraphException.at(layer + " of " + x.type() + ": needs rank " + least + " or more");
        }
    }
}
