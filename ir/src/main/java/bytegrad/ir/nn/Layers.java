package bytegrad.ir.nn;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.List;

/** Layers as functions of their parameters. */
public final class Layers {
    private Layers() {}

    /**
     * y = x·W + bias.
     *
     * @param x [… , in], of rank 1 or more
     * @param w [in, out]
     * @param bias [out]
     * @return [… , out]
     */
    public static Node dense(GraphBuilder b, Node x, Node w, Node bias) {
        return b.add(linear(b, x, w), bias);
    }

    /**
     * y = x·W.
     *
     * @param x [… , in], of rank 1 or more
     * @param w [in, out]
     * @return [… , out]
     */
    public static Node linear(GraphBuilder b, Node x, Node w) {
        return b.contract(new Op.Contract(List.of(), List.of(), List.of(x.rank() - 1), List.of(0)), x, w);
    }
}
