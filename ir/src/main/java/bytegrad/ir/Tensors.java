package bytegrad.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The vocabulary of {@link GraphBuilder}: one method per op, with NumPy's broadcasting written out as explicit nodes,
 * and negative axes counted from the end. Each throws {@link GraphException} where the op has no meaning.
 */
public abstract sealed class Tensors extends Functions permits IndexedTensors {
    /** Applies an op to inputs: what every method below ends in. */
    public abstract Node apply(Op op, List<Node> inputs);

    private Node unary(Op op, Node x) {
        return apply(op, List.of(x));
    }

    // ---- sources

    /** A tensor the caller provides by name. */
    public Node input(String name, DType dtype, int... dims) {
        return apply(new Op.Input(name, type("input \"" + name + "\"", dtype, dims)), List.of());
    }

    private static TensorType type(String what, DType dtype, int... dims) {
        return GraphException.within(what + ": ", () -> TensorType.of(dtype, dims));
    }

    @Override
    public Node constant(Literal value) {
        return apply(new Op.Constant(value), List.of());
    }

    @Override
    public Node constant(DType dtype, double value) {
        return constant(GraphException.within("", () -> Literal.of(dtype, value)));
    }

    /** A constant of a whole shape: a scalar, broadcast. */
    public Node full(TensorType type, double value) {
        return broadcastTo(constant(type.dtype(), value), type.shape());
    }

    public Node zerosLike(Node x) {
        return full(x.type(), 0);
    }

    abstract int freshSite();

    /**
     * Random i32 or i64 words, other ones than at any other call on this builder, even of the same key. The same key gives the same words in every run; so
     * let it differ from step to step.
     *
     * @param key an i64 scalar
     */
    public Node random(Node key, DType dtype, int... dims) {
        return unary(new Op.Random(type("random", dtype, dims), freshSite()), key);
    }

    /** Each element is its index along {@code axis}. */
    public Node iota(TensorType type, int axis) {
        return apply(new Op.Iota(type, axis(axis, type.rank())), List.of());
    }

    // ---- elementwise

    /**
     * fn of operands that are broadcast to one shape. A function of bf16 is computed in f32, and its result rounded to bf16
     * where it is not bool.
     */
    @Override
    public Node map(ScalarFn fn, Node... operands) {
        refuseNull(fn.text(), operands);
        List<Node> in = broadcastTogether(fn.text(), operands);
        if (fn.accepts(DType.BF16) || !all(in, DType.BF16)) {
            return apply(new Op.Map(fn), in);
        }
        Node y = apply(new Op.Map(fn), in.stream().map(this::computable).toList());
        return fn.result(DType.BF16) == DType.BF16 ? cast(y, DType.BF16) : y;
    }

    private static boolean all(List<Node> nodes, DType dtype) {
        return nodes.stream().allMatch(n -> n.dtype() == dtype);
    }

    /** A bf16 as f32; anything else as it is. */
    Node computable(Node x) {
        return x.dtype() == DType.BF16 ? cast(x, DType.F32) : x;
    }

    /** The result of what was computed of {@link #computable} operands, in the operands' dtype. */
    Node rounded(Node y, Node operand) {
        return operand.dtype() == DType.BF16 ? cast(y, DType.BF16) : y;
    }

    public Node neg(Node x) {
        return map(ScalarFn.NEG, x);
    }

    public Node abs(Node x) {
        return map(ScalarFn.ABS, x);
    }

    public Node sign(Node x) {
        return map(ScalarFn.SIGN, x);
    }

    public Node sqrt(Node x) {
        return map(ScalarFn.SQRT, x);
    }

    public Node exp(Node x) {
        return map(ScalarFn.EXP, x);
    }

    public Node log(Node x) {
        return map(ScalarFn.LOG, x);
    }

    public Node tanh(Node x) {
        return map(ScalarFn.TANH, x);
    }

    public Node sigmoid(Node x) {
        return map(ScalarFn.SIGMOID, x);
    }

    public Node erf(Node x) {
        return map(ScalarFn.ERF, x);
    }

    public Node sin(Node x) {
        return map(ScalarFn.SIN, x);
    }

    public Node cos(Node x) {
        return map(ScalarFn.COS, x);
    }

    public Node add(Node a, Node b) {
        return map(ScalarFn.ADD, a, b);
    }

    public Node add(Node a, double b) {
        return add(a, number("add", a, b));
    }

    public Node sub(Node a, Node b) {
        return map(ScalarFn.SUB, a, b);
    }

    public Node mul(Node a, Node b) {
        return map(ScalarFn.MUL, a, b);
    }

    public Node mul(Node a, double b) {
        return mul(a, number("mul", a, b));
    }

    public Node square(Node a) {
        return mul(a, a);
    }

    public Node div(Node a, Node b) {
        return map(ScalarFn.DIV, a, b);
    }

    public Node max(Node a, Node b) {
        return map(ScalarFn.MAX, a, b);
    }

    public Node min(Node a, Node b) {
        return map(ScalarFn.MIN, a, b);
    }

    /** a·b + c, rounded once. */
    public Node fma(Node a, Node b, Node c) {
        return map(ScalarFn.FMA, a, b, c);
    }

    public Node eq(Node a, Node b) {
        return map(ScalarFn.EQ, a, b);
    }

    public Node ne(Node a, Node b) {
        return map(ScalarFn.NE, a, b);
    }

    public Node lt(Node a, Node b) {
        return map(ScalarFn.LT, a, b);
    }

    public Node le(Node a, Node b) {
        return map(ScalarFn.LE, a, b);
    }

    public Node gt(Node a, Node b) {
        return map(ScalarFn.GT, a, b);
    }

    public Node ge(Node a, Node b) {
        return map(ScalarFn.GE, a, b);
    }

    public Node and(Node a, Node b) {
        return map(ScalarFn.AND, a, b);
    }

    public Node or(Node a, Node b) {
        return map(ScalarFn.OR, a, b);
    }

    public Node xor(Node a, Node b) {
        return map(ScalarFn.XOR, a, b);
    }

    public Node shl(Node a, Node distance) {
        return map(ScalarFn.SHL, a, distance);
    }

    public Node shr(Node a, Node distance) {
        return map(ScalarFn.SHR, a, distance);
    }

    public Node ushr(Node a, Node distance) {
        return map(ScalarFn.USHR, a, distance);
    }

    public Node not(Node a) {
        return map(ScalarFn.NOT, a);
    }

    /** x, through which no gradient flows. */
    public Node stopGradient(Node x) {
        return map(ScalarFn.STOP_GRADIENT, x);
    }

    /** a where the condition holds, else b. */
    public Node select(Node condition, Node a, Node b) {
        return map(ScalarFn.SELECT, condition, a, b);
    }

    /** x as another dtype; x itself where it already has it. */
    public Node cast(Node x, DType dtype) {
        refuseNull("cast", x);
        return x.dtype() == dtype ? x : unary(new Op.Cast(dtype), x);
    }

    // ---- reductions and contractions

    /** ⊕ over the axes, which disappear; over none given: x itself. Of bf16 in f32, rounded at the end. */
    public Node reduce(Monoid monoid, Node x, int... axes) {
        refuseNull("reduce_" + monoid.text(), x);
        List<Integer> a = axes(axes, x.rank());
        return a.isEmpty() ? x : rounded(unary(new Op.Reduce(monoid, a), computable(x)), x);
    }

    /** ⊕ over every axis. */
    public Node reduceAll(Monoid monoid, Node x) {
        refuseNull("reduce_" + monoid.text(), x);
        return reduce(monoid, x, IntStream.range(0, x.rank()).toArray());
    }

    /** Sum over the axes. */
    public Node sum(Node x, int... axes) {
        return reduce(Monoid.SUM, x, axes);
    }

    /** Sum over every axis. */
    public Node sumAll(Node x) {
        return reduceAll(Monoid.SUM, x);
    }

    /** The least index of the greatest element along the axis, as i32. */
    public Node argmax(Node x, int axis) {
        return unary(new Op.ArgReduce(Op.Extremum.MAX, axis(axis, x.rank())), computable(x));
    }

    /** The least index of the least element along the axis, as i32. */
    public Node argmin(Node x, int axis) {
        return unary(new Op.ArgReduce(Op.Extremum.MIN, axis(axis, x.rank())), computable(x));
    }

    /** The contraction of two operands of one dtype. Of bf16 in f32, rounded at the end. */
    public Node contract(Op.Contract op, Node left, Node right) {
        if (!all(List.of(left, right), DType.BF16)) {
            return apply(op, List.of(left, right));
        }
        return cast(apply(op, List.of(computable(left), computable(right))), DType.BF16);
    }

    /** Matrix product over the last axis of {@code a} and the last but one of {@code b}; leading axes are batch axes. */
    public Node matmul(Node a, Node b) {
        refuseNull("matmul", a, b);
        if (a.rank() < 2 || b.rank() != a.rank()) {
            throw new GraphException("matmul of " + a.type() + ", " + b.type() + ": needs two operands of one rank of at least 2" + CallSite.suffix());
        }
        int r = a.rank();
        List<Integer> batch = IntStream.range(0, r - 2).boxed().toList();
        return contract(new Op.Contract(batch, batch, List.of(r - 1), List.of(r - 2)), a, b);
    }

    public Node concat(int axis, Node... parts) {
        return apply(new Op.Concat(parts.length == 0 ? axis : axis(axis, parts[0].rank())), List.of(parts));
    }

    // ---- views

    public Node reshape(Node x, int... dims) {
        refuseNull("reshape", x);
        return reshape(x, GraphException.within("reshape of " + x.type() + ": ", () -> Shape.of(dims)));
    }

    public Node reshape(Node x, Shape shape) {
        return shape.equals(x.shape()) ? x : unary(new Op.Reshape(shape), x);
    }

    /** Axis k of the result is axis {@code axes[k]} of x. */
    public Node transpose(Node x, int... axes) {
        refuseNull("transpose", x);
        List<Integer> a = IntStream.of(axes).map(k -> axis(k, x.rank())).boxed().toList();
        boolean identity = a.size() == x.rank() && a.equals(IntStream.range(0, x.rank()).boxed().toList());
        return identity ? x : unary(new Op.Transpose(a), x);
    }

    /** Axis k of x becomes axis {@code axes[k]} of the result; an extent of 1 may grow. */
    public Node broadcast(Node x, Shape shape, int... axes) {
        List<Integer> a = IntStream.of(axes).boxed().toList();
        return shape.equals(x.shape()) ? x : unary(new Op.Broadcast(shape, a), x);
    }

    /** NumPy's broadcasting: axes are aligned at the end. */
    public Node broadcastTo(Node x, Shape shape) {
        int skip = Math.max(0, shape.rank() - x.rank());
        return broadcast(x, shape, IntStream.range(skip, skip + x.rank()).toArray());
    }

    public Node slice(Node x, int[] starts, int[] limits, int[] strides) {
        return unary(new Op.Slice(list(starts), list(limits), list(strides)), x);
    }

    /** Elements {@code start} to {@code limit} along one axis. */
    public Node slice(Node x, int axis, int start, int limit) {
        int a = axis(axis, x.rank());
        int[] starts = new int[x.rank()];
        int[] limits = x.shape().toArray();
        int[] strides = new int[x.rank()];
        java.util.Arrays.fill(strides, 1);
        starts[a] = start;
        limits[a] = limit;
        return slice(x, starts, limits, strides);
    }

    public Node pad(Node x, int[] low, int[] high, double fill) {
        return pad(x, low, high, new int[x.rank()], fill);
    }

    /** As above, with {@code interior} fills between neighbours along each axis. */
    public Node pad(Node x, int[] low, int[] high, int[] interior, double fill) {
        return unary(new Op.Pad(list(low), list(high), list(interior), fill), x);
    }

    /** All windows that fit: along each of the axes (ascending) of {@code sizes} elements, {@code dilations} apart, which begin every {@code strides} elements. */
    public Node window(Node x, int[] axes, int[] sizes, int[] strides, int[] dilations) {
        return unary(new Op.Window(IntStream.of(axes).map(k -> axis(k, x.rank())).boxed().toList(), list(sizes), list(strides), list(dilations)), x);
    }

    /** The sum of windows, each in its place in a tensor of the shape that {@link #window} was given: its transpose. */
    public Node overlapAdd(Node windows, Op.Window window, Shape shape) {
        return unary(new Op.OverlapAdd(window, shape), windows);
    }

    public Node flip(Node x, int... axes) {
        List<Integer> a = axes(axes, x.rank());
        return a.isEmpty() ? x : unary(new Op.Flip(a), x);
    }

    // ---- shapes

    private List<Node> broadcastTogether(String what, Node... operands) {
        Shape shape = operands[0].shape();
        for (Node n : operands) {
            shape = Broadcasting.together(what, shape, n, operands);
        }
        List<Node> out = new ArrayList<>();
        for (Node n : operands) {
            out.add(broadcastTo(n, shape));
        }
        return out;
    }

    private static List<Integer> list(int... a) {
        return IntStream.of(a).boxed().toList();
    }

    /** Negative axes count from the end; what is out of range is left for the type rule to name. */
    static int axis(int axis, int rank) {
        return axis < 0 && axis >= -rank ? axis + rank : axis;
    }

    private static List<Integer> axes(int[] axes, int rank) {
        return IntStream.of(axes).map(a -> axis(a, rank)).sorted().boxed().toList();
    }
}
