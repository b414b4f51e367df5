package bytegrad.ir.pass;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Computes what depends on constants alone: {@code mul(2, 3) -> 6}.
 *
 * <p>A value of one known element is computed whatever its size, and stays a broadcast scalar; others up to
 * {@link #MAX_ELEMENTS}, so that no array of the graph's making swells the artefact. Maps (but erf), casts, views,
 * reductions, concatenations and gathers fold; contractions, scatters and extreme indices are left to run.
 */
public final class FoldConstants implements Pass {
    /** The most elements a folded constant may have, or a reduction may read. */
    static final int MAX_ELEMENTS = 1024;

    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, FoldConstants::replace);
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        TensorType type = node.type();
        return switch (node.op()) {
            // constant 2: f32[3,4] -> broadcast(constant 2: f32[])
            case Op.Constant(Literal value) -> value.isUniform() && type.rank() > 0 ? Uniform.full(value.scalar(), type, b) : null;
            // iota along an axis of one element -> 0
            case Op.Iota(TensorType _, int axis) -> type.shape().dim(axis) == 1 ? Uniform.full(0, type, b) : null;
            case Op.Map(ScalarFn fn) -> map(fn, type, in, b);
            case Op.Cast(DType dtype) -> cast(dtype, type, in.get(0), b);
            case Op.Reduce r -> {
                Literal x = ConstantMath.folds(r.monoid().fn()) && in.get(0).type().size() <= MAX_ELEMENTS ? literal(in.get(0)) : null;
                yield x != null && type.size() <= MAX_ELEMENTS ? constant(LiteralReductions.reduce(r, x, type), b) : null;
            }
            case Op.Gather(int axis) -> gather(axis, type, in, b);
            case Op.Concat(int axis) -> concat(axis, type, in, b);
            // A broadcast repeats what one constant holds: that is what it is for.
            case Op.Broadcast _ -> null;
            case Op.Reshape v -> view(v, type, in.get(0), b);
            case Op.Transpose v -> view(v, type, in.get(0), b);
            case Op.Slice v -> view(v, type, in.get(0), b);
            case Op.Pad v -> view(v, type, in.get(0), b);
            case Op.Window v -> view(v, type, in.get(0), b);
            case Op.Flip v -> view(v, type, in.get(0), b);
            case Op.Input _, Op.ArgReduce _, Op.Contract _, Op.ScatterAdd _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.OverlapAdd _, Op.Nested _ -> null;
        };
    }

    /** The value of a constant or of a constant's broadcast, where it is small enough to look at. */
    private static @Nullable Literal literal(Node n) {
        if (n.op() instanceof Op.Constant(Literal value)) {
            return value;
        }
        boolean small = n.type().size() <= MAX_ELEMENTS;
        return small && n.op() instanceof Op.Broadcast view && n.input(0).op() instanceof Op.Constant(Literal value)
                ? LiteralViews.apply(view, value, n.type())
                : null;
    }

    private static Node constant(Literal value, GraphBuilder b) {
        return value.isUniform() ? Uniform.full(value.scalar(), value.type(), b) : b.constant(value);
    }

    /** {@code mul([1, 2], [3, 3]) -> [3, 6]}. */
    private static @Nullable Node map(ScalarFn fn, TensorType type, List<Node> in, GraphBuilder b) {
        List<Literal> values = literals(in, type);
        if (values.isEmpty()) {
            return null;
        }
        boolean uniform = values.getFirst().type().rank() == 0;
        DType dtype = in.getLast().dtype();
        long[] bits = new long[uniform ? 1 : type.size()];
        for (int i = 0; i < bits.length; i++) {
            OptionalLong v = ConstantMath.apply(fn, dtype, at(values, 0, i), at(values, 1, i), at(values, 2, i));
            if (v.isEmpty()) {
                return null;
            }
            bits[i] = v.getAsLong();
        }
        return filled(type, uniform, bits, b);
    }

    /** {@code cast([1, 2]) as f32 -> [1.0, 2.0]}. */
    private static @Nullable Node cast(DType dtype, TensorType type, Node x, GraphBuilder b) {
        List<Literal> values = literals(List.of(x), type);
        if (values.isEmpty()) {
            return null;
        }
        boolean uniform = values.getFirst().type().rank() == 0;
        long[] bits = new long[uniform ? 1 : type.size()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = ConstantMath.cast(x.dtype(), dtype, at(values, 0, i));
        }
        return filled(type, uniform, bits, b);
    }

    /** The operands' values, scalars where all of them are uniform; nothing where one is not known, or too large. */
    private static List<Literal> literals(List<Node> in, TensorType type) {
        List<Literal> scalars = new ArrayList<>();
        for (Node n : in) {
            if (!known(n)) {
                return List.of();
            }
            Literal scalar = Uniform.of(n);
            if (scalar != null) {
                scalars.add(scalar);
            }
        }
        if (scalars.size() == in.size()) {
            return scalars;
        }
        // Only now, for this writes broadcasts out.
        List<Literal> whole = new ArrayList<>();
        for (Node n : in) {
            Literal value = type.size() <= MAX_ELEMENTS ? literal(n) : null;
            if (value == null) {
                return List.of();
            }
            whole.add(value);
        }
        return whole;
    }

    private static boolean known(Node n) {
        return n.op() instanceof Op.Constant || n.op() instanceof Op.Broadcast && n.input(0).op() instanceof Op.Constant;
    }

    private static long at(List<Literal> values, int operand, int i) {
        return operand < values.size() ? values.get(operand).bitsAt(i) : 0;
    }

    private static Node filled(TensorType type, boolean uniform, long[] bits, GraphBuilder b) {
        return uniform ? Uniform.full(Literal.ofBits(type.with(Shape.SCALAR), bits), type, b) : constant(Literal.ofBits(type, bits), b);
    }

    /** {@code flip([1, 2]) -> [2, 1]}. */
    private static @Nullable Node view(Op.View view, TensorType type, Node x, GraphBuilder b) {
        Literal value = type.size() <= MAX_ELEMENTS ? literal(x) : null;
        return value != null ? constant(LiteralViews.apply(view, value, type), b) : null;
    }

    /** {@code concat([1, 2], [3]) -> [1, 2, 3]}. */
    private static @Nullable Node concat(int axis, TensorType type, List<Node> in, GraphBuilder b) {
        if (type.size() > MAX_ELEMENTS) {
            return null;
        }
        long[] bits = new long[type.size()];
        int first = 0;
        for (Node part : in) {
            Literal value = literal(part);
            if (value == null) {
                return null;
            }
            int[] index = new int[type.rank()];
            for (int i = 0; i < part.type().size(); i++) {
                int[] to = index.clone();
                to[axis] += first;
                bits[LiteralViews.flat(type.shape(), to)] = value.bitsAt(i);
                LiteralViews.next(index, part.shape());
            }
            first += part.shape().dim(axis);
        }
        return constant(Literal.ofBits(type, bits), b);
    }

    /** {@code gather([5, 6, 7], [2, 0]) -> [7, 5]}; an index out of range is left to fail in the run. */
    private static @Nullable Node gather(int axis, TensorType type, List<Node> in, GraphBuilder b) {
        Literal data = literal(in.get(0));
        Literal rows = literal(in.get(1));
        if (data == null || rows == null || type.size() > MAX_ELEMENTS) {
            return null;
        }
        int extent = in.get(0).shape().dim(axis);
        int inner = 1;
        for (int k = axis + 1; k < in.get(0).rank(); k++) {
            inner *= in.get(0).shape().dim(k);
        }
        int count = in.get(1).type().size();
        long[] bits = new long[type.size()];
        for (int i = 0; i < bits.length; i++) {
            long row = rows.bitsAt(i / inner % count);
            if (row < 0 || row >= extent) {
                return null;
            }
            int outer = i / inner / count;
            bits[i] = data.bitsAt((outer * extent + (int) row) * inner + i % inner);
        }
        return constant(Literal.ofBits(type, bits), b);
    }
}
