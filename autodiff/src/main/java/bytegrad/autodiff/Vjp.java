package bytegrad.autodiff;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The vector-Jacobian products: for y = f(a, b, …) and the cotangent dy, the cotangents da, db, … as nodes. One
 * exhaustive switch over the kinds and one over the scalar functions; a product is made only where its operand's
 * cotangent is wanted.
 *
 * <p>Where the result says as much as the operand, rules use y: then the operand need not outlive the forward pass. So
 * relu's mask is y &gt; 0.
 *
 * <p>At kinks one of the subgradients is chosen, the same everywhere:
 *
 * <ul>
 *   <li>max(a, b), min(a, b) where a = b (or one is NaN): dy goes to b; but never to a literal, so relu'(0) = 0 whether
 *       it was written max(x, 0) or max(0, x);
 *   <li>the maximum or minimum over axes, cumulated or not: dy goes to the first extreme element in row-major order of the axes;
 *   <li>where several updates of a scatter are the extreme of an element: dy goes to the base if it is one of them, else to the first;
 *   <li>|x| at 0: 0; √x and ∛x at 0 are infinite;
 *   <li>sign, floor, ceil, round_even and trunc are flat, their jumps too; rem and mod have the slope 1 by the dividend and minus the integer quotient
 *       by the divisor, also where they jump;
 *   <li>aᵇ: by a, 0 for 0⁰; by b, 0 where a = 0 and b ≥ 0, NaN where a &lt; 0;
 *   <li>atan2 at the origin: 0 by both;
 *   <li>log_add_exp and log_sum_exp: 0 by an operand of −∞, also where all are; NaN by one of +∞.
 * </ul>
 *
 * <p>Every rule is made of differentiable nodes, so that it can be differentiated again; what it reads of y keeps its
 * dependence on the operands.
 */
final class Vjp {
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private final GraphBuilder b;
    private final Products cotangents;
    private final ReduceVjp reduce;
    private final ContractVjp contract;
    private final ViewVjp view;
    private final MapVjp map;
    private final IndexVjp index;
    private final CumulateVjp cumulate;

    Vjp(GraphBuilder b, Products cotangents) {
        this.b = b;
        this.cotangents = cotangents;
        this.reduce = new ReduceVjp(b);
        this.contract = new ContractVjp(b);
        this.view = new ViewVjp(b);
        this.map = new MapVjp(b);
        this.index = new IndexVjp(b);
        this.cumulate = new CumulateVjp(b);
    }

    /** Adds what y passes on to each of its inputs. */
    void pull(Node y, Node dy) {
        switch (y.op()) {
            case Op.Input o -> {}
            case Op.Constant o -> {}
            case Op.Iota o -> {}
            case Op.Map(ScalarFn fn) -> map(fn, y, dy);
            case Op.Cast o -> to(y, 0, () -> b.cast(dy, y.input(0).dtype()));
            case Op.Reduce(Monoid monoid, List<Integer> axes) -> to(y, 0, () -> reduce.pull(monoid, axes, y, dy));
            // An index is piecewise constant.
            case Op.ArgReduce o -> {}
            case Op.Contract c -> {
                to(y, 0, () -> contract.left(c, y, dy));
                to(y, 1, () -> contract.right(c, y, dy));
            }
            case Op.Gather o -> to(y, 0, () -> index.gather(o, y, dy));
            case Op.Scatter o -> {
                to(y, 0, () -> index.base(o, y, dy));
                to(y, 1, () -> index.updates(o, y, dy));
            }
            case Op.Concat(int axis) -> concat(axis, y, dy);
            case Op.Cumulate o -> to(y, 0, () -> cumulate.pull(o, y.input(0), dy));
            // An order is piecewise constant.
            case Op.ArgSort o -> {}
            case Op.Random o -> {}
            case Op.OverlapAdd o -> to(y, 0, () -> b.apply(o.window(), List.of(dy)));
            case Op.Nested o -> throw new IllegalStateException("results of one " + Graph.opName(o) + " are pulled back together, by NestedVjp");
            case Op.Window w -> to(y, 0, () -> b.overlapAdd(dy, w, y.input(0).shape()));
            case Op.Reshape o -> to(y, 0, () -> b.reshape(dy, y.input(0).shape()));
            case Op.Transpose(List<Integer> axes) -> to(y, 0, () -> view.transpose(axes, dy));
            case Op.Broadcast o -> to(y, 0, () -> view.broadcast(o, y.input(0).shape(), dy));
            case Op.Slice o -> to(y, 0, () -> view.slice(o, y.input(0).shape(), dy));
            case Op.Pad o -> to(y, 0, () -> view.pad(o, y.input(0).shape(), dy));
            case Op.Flip(List<Integer> axes) -> to(y, 0, () -> b.flip(dy, axes.stream().mapToInt(k -> k).toArray()));
        }
    }

    private void to(Node y, int k, Supplier<Node> dx) {
        if (cotangents.wants(y, k)) {
            cotangents.add(y, k, dx.get());
        }
    }

    /** The products of a map; its Jacobian is diagonal, its own transpose, so {@link Jvp} reads them too: one place for each derivative. */
    void map(ScalarFn fn, Node y, Node dy) {
        switch (fn) {
            case NEG -> to(y, 0, () -> b.neg(dy));
            case ABS -> to(y, 0, () -> b.mul(dy, b.sign(y.input(0))));
            case SQRT -> to(y, 0, () -> b.div(b.mul(dy, 0.5), y));
            case EXP -> to(y, 0, () -> b.mul(dy, y));
            case LOG -> to(y, 0, () -> b.div(dy, y.input(0)));
            // 1 − y²
            case TANH -> to(y, 0, () -> b.mul(dy, oneMinus(b.square(y))));
            // y (1 − y)
            case SIGMOID -> to(y, 0, () -> b.mul(dy, b.mul(y, oneMinus(y))));
            case ERF -> to(y, 0, () -> b.mul(b.mul(dy, TWO_OVER_SQRT_PI), map.bell(y.input(0))));
            case SIN -> to(y, 0, () -> b.mul(dy, b.cos(y.input(0))));
            case COS -> to(y, 0, () -> b.neg(b.mul(dy, b.sin(y.input(0)))));
            case TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA, POW, ATAN2,
                    LOG_ADD_EXP, POLYGAMMA, REM, MOD -> {
                for (int k = 0; k < fn.arity(); k++) {
                    int operand = k;
                    // The order of a polygamma is an integer.
                    if (fn != ScalarFn.POLYGAMMA || k == 1) {
                        to(y, k, () -> map.pull(fn, operand, y, dy));
                    }
                }
            }
            case ADD -> {
                to(y, 0, () -> dy);
                to(y, 1, () -> dy);
            }
            case SUB -> {
                to(y, 0, () -> dy);
                to(y, 1, () -> b.neg(dy));
            }
            case MUL -> {
                to(y, 0, () -> b.mul(dy, y.input(1)));
                to(y, 1, () -> b.mul(dy, y.input(0)));
            }
            // ∂(a/b)/∂b = −a/b² = −y/b: both share dy/b
            case DIV -> {
                to(y, 0, () -> b.div(dy, y.input(1)));
                to(y, 1, () -> b.neg(b.mul(b.div(dy, y.input(1)), y)));
            }
            case MAX, MIN -> extreme(fn, y, dy);
            case FMA -> {
                to(y, 0, () -> b.mul(dy, y.input(1)));
                to(y, 1, () -> b.mul(dy, y.input(0)));
                to(y, 2, () -> dy);
            }
            case SELECT -> {
                Node c = y.input(0);
                to(y, 1, () -> b.select(c, dy, b.zerosLike(dy)));
                to(y, 2, () -> b.select(c, b.zerosLike(dy), dy));
            }
            // Piecewise constant, or told to stop.
            case SIGN, FLOOR, CEIL, ROUND_EVEN, TRUNC, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT -> {}
        }
    }

    private Node oneMinus(Node x) {
        return b.sub(b.constant(x.dtype(), 1), x);
    }

    /** Where ties go to b, a is the strict maximum just where {@code y > b} (minimum: {@code y < b}), so the mask needs no a. */
    private void extreme(ScalarFn fn, Node y, Node dy) {
        int tie = literal(y.input(0)) ? 0 : 1;
        Node other = y.input(tie);
        Supplier<Node> strict = () -> fn == ScalarFn.MAX ? b.gt(y, other) : b.lt(y, other);
        to(y, 1 - tie, () -> b.select(strict.get(), dy, b.zerosLike(dy)));
        to(y, tie, () -> b.select(strict.get(), b.zerosLike(dy), dy));
    }

    private static boolean literal(Node x) {
        Node n = x;
        while (n.op() instanceof Op.View && !n.inputs().isEmpty()) {
            n = n.input(0);
        }
        return n.op() instanceof Op.Constant;
    }

    /** Each part its slice; parts are visited once, so that a concat of n parts costs n. */
    private void concat(int axis, Node y, Node dy) {
        int start = 0;
        for (int k = 0; k < y.inputs().size(); k++) {
            Shape part = y.input(k).shape();
            int from = start;
            to(y, k, () -> part.equals(dy.shape()) ? dy : b.slice(dy, axis, from, from + part.dim(axis)));
            start += part.dim(axis);
        }
    }

    /** The axes of a tensor of this rank that are not in the list. */
    static int[] kept(int rank, List<Integer> axes) {
        return IntStream.range(0, rank).filter(k -> !axes.contains(k)).toArray();
    }
}
