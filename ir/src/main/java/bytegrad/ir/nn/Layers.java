package bytegrad.ir.nn;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
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

    /**
     * y[…] = table[ids[…]]: a row for each number.
     *
     * @param table [words, width]
     * @param ids […], i32 or i64, each from 0 to words − 1: another fails in the run
     * @return [… , width]
     */
    public static Node embedding(GraphBuilder b, Node table, Node ids) {
        return b.gather(table, ids, 0);
    }

    /** Numbers of a float dtype, row-major. */
    static Node constant(GraphBuilder b, DType dtype, double[] values, int... dims) {
        return b.cast(b.constant(Literal.of(Shape.of(dims), values)), dtype);
    }
}
