package bytegrad.ir.pass;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.IndexAxes;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
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
            case Op.Gather _ -> gather(node, in, b);
            case Op.Concat(int axis) -> concat(axis, type, in, b);
            // A broadcast repeats what one constant holds: that is what it is for.
            case Op.Broadcast _ -> null;
            case Op.Reshape v -> view(v, type, in.get(0), b);
            case Op.Transpose v -> view(v, type, in.get(0), b);
            case Op.Slice v -> view(v, type, in.get(0), b);
            case Op.Pad v -> view(v, type, in.get(0), b);
            case Op.Window v -> view(v, type, in.get(0), b);
            case Op.Flip v -> view(v, type, in.get(0), b);
            case Op.Input _, Op.ArgReduce _, Op.Contract _, Op.Scatter _,
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
    private static @Nullable Node gather(Node node, List<Node> in, GraphBuilder b) {
        TensorType type = node.type();
        Literal data = literal(in.getFirst());
        List<Literal> picks = new ArrayList<>();
        for (Node index : in.subList(1, in.size())) {
            Literal value = literal(index);
            if (value != null) {
                picks.add(value);
            }
        }
        if (data == null || picks.size() < in.size() - 1 || type.size() > MAX_ELEMENTS) {
            return null;
        }
        IndexAxes axes = IndexAxes.of(node);
        Shape from = in.getFirst().shape();
        long[] bits = new long[type.size()];
        int[] at = new int[type.rank()];
        for (int i = 0; i < bits.length; i++) {
            List<Integer> index = Arrays.stream(at).boxed().toList();
            int position = LiteralViews.flat(in.getLast().shape(), ints(axes.index(index)));
            List<Integer> picked = new ArrayList<>();
            for (int k = 0; k < picks.size(); k++) {
                long row = picks.get(k).bitsAt(position);
                if (row < 0 || row >= from.dim(axes.axis() + k)) {
                    return null;
                }
                picked.add((int) row);
            }
            bits[i] = data.bitsAt(LiteralViews.flat(from, ints(axes.element(index, picked))));
            LiteralViews.next(at, type.shape());
        }
        return constant(Literal.ofBits(type, bits), b);
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}
