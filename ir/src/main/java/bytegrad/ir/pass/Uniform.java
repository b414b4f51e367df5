package bytegrad.ir.pass;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Nodes all of whose elements are one known value: a constant, or a constant scalar broadcast. */
final class Uniform {
    private Uniform() {}

    /** The one value, as a scalar, or null where the elements differ or are not known. */
    static @Nullable Literal of(Node n) {
        if (n.op() instanceof Op.Constant(Literal value)) {
            return value.isUniform() ? value.scalar() : null;
        }
        return n.op() instanceof Op.Broadcast && n.input(0).op() instanceof Op.Constant(Literal value) && value.isUniform() ? value.scalar() : null;
    }

    /** Whether every element has exactly these bits; so {@code is(n, 0.0)} does not hold of −0. */
    static boolean is(Node n, double value) {
        Literal l = of(n);
        return l != null && l.isAll(value) && (value != 0 || !l.dtype().isFloat() || l.bitsAt(0) == Literal.of(l.dtype(), value).bitsAt(0));
    }

    /** A whole tensor of a scalar literal's value: a broadcast constant. */
    static Node full(Literal scalar, TensorType type, GraphBuilder b) {
        return b.broadcastTo(b.constant(scalar), type.shape());
    }

    /** As {@link #full}, from a number. */
    static Node full(double value, TensorType type, GraphBuilder b) {
        return full(Literal.of(type.dtype(), value), type, b);
    }

    /** The scalar node that is broadcast here, or null. */
    static @Nullable Node scalar(Node n) {
        return n.op() instanceof Op.Broadcast && n.input(0).rank() == 0 ? n.input(0) : null;
    }

    /** Applies an op, for rules that are written with ops. */
    static Node apply(GraphBuilder b, Op op, Node... in) {
        return b.apply(op, List.of(in));
    }
}
