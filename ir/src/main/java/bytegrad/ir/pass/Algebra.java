package bytegrad.ir.pass;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Identities of scalar functions and casts that hold for every element, bit for bit: {@code x * 1 -> x}.
 *
 * <p>Not here, because a bit could change: {@code x * 0}, {@code x - x} and {@code x == x} on floats (NaN, ∞),
 * {@code x + 0.0} unless x is known never to be −0, {@code -(a - b) -> b - a} (the zero's sign), {@code not(a < b)} on
 * floats (NaN), and whatever would round at another place, such as {@code (x * 2) * 3}.
 */
public final class Algebra implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, Algebra::replace);
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        return switch (node.op()) {
            case Op.Map(ScalarFn fn) -> switch (fn.arity()) {
                case 1 -> unary(fn, in.get(0), b);
                case 2 -> binary(fn, in.get(0), in.get(1), b);
                default -> ternary(fn, in.get(0), in.get(1), in.get(2), b);
            };
            case Op.Cast(DType dtype) -> cast(dtype, in.get(0), b);
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Reduce _, Op.ArgReduce _, Op.Contract _, Op.Gather _, Op.Scatter _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.OverlapAdd _, Op.Nested _, Op.Concat _,
                    Op.View _ -> null;
        };
    }

    private static boolean is(Node n, ScalarFn fn) {
        return n.op() instanceof Op.Map(ScalarFn f) && f == fn;
    }

    private static boolean isInteger(Node n) {
        return n.dtype().isInteger();
    }

    private static Node zero(Node like, GraphBuilder b) {
        return Uniform.full(0, like.type(), b);
    }

    private static @Nullable Node unary(ScalarFn fn, Node x, GraphBuilder b) {
        Node inner = x.op() instanceof Op.Map ? x.input(0) : x;
        return switch (fn) {
            // neg(neg(x)) -> x
            case NEG -> is(x, ScalarFn.NEG) ? inner : null;
            // abs(abs(x)), abs(neg(x)) -> abs(x)
            case ABS -> is(x, ScalarFn.ABS) ? x : is(x, ScalarFn.NEG) ? b.abs(inner) : null;
            case NOT -> not(x, inner, b);
            // stop_gradient(stop_gradient(x)) -> stop_gradient(x)
            case STOP_GRADIENT -> is(x, ScalarFn.STOP_GRADIENT) ? x : null;
            // floor(ceil(x)) -> ceil(x), which is an integer already, or not finite
            case FLOOR, CEIL, ROUND_EVEN, TRUNC ->
                is(x, ScalarFn.FLOOR) || is(x, ScalarFn.CEIL) || is(x, ScalarFn.ROUND_EVEN) || is(x, ScalarFn.TRUNC) ? x : null;
            case SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA -> null;
            case ADD, SUB, MUL, DIV, REM, MOD, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, SHL, SHR, USHR, SELECT -> throw arity(fn);
        };
    }

    private static @Nullable Node not(Node x, Node inner, GraphBuilder b) {
        if (is(x, ScalarFn.NOT)) {
            // not(not(x)) -> x
            return inner;
        } else if (is(x, ScalarFn.EQ)) {
            // not(eq(x, y)) -> ne(x, y); the same for a NaN, which is unequal
            return b.map(ScalarFn.NE, inner, x.input(1));
        } else if (is(x, ScalarFn.NE)) {
            return b.eq(inner, x.input(1));
        } else if (x.op() instanceof Op.Map(ScalarFn f) && f.domain() == ScalarFn.Domain.COMPARE && isInteger(inner)) {
            // not(lt(i, j)) -> ge(i, j), on integers
            Node j = x.input(1);
            return f == ScalarFn.LT ? b.ge(inner, j) : f == ScalarFn.LE ? b.gt(inner, j) : f == ScalarFn.GT ? b.le(inner, j) : b.lt(inner, j);
        }
        return null;
    }

    private static @Nullable Node binary(ScalarFn fn, Node x, Node y, GraphBuilder b) {
        if (fn.commutative() && isBehind(x, y)) {
            Node better = ordered(fn, y, x, b);
            return better != null ? better : b.map(fn, y, x);
        }
        return ordered(fn, x, y, b);
    }

    /**
     * One order of operands, so that equals are found equal: add(2, x) -> add(x, 2), constants to the right; else what has fewer numbers of its own, as a bias has
     * or a learning rate; else what is older. Age alone would have what all layers of a model share on either side, and layers need kernels of their own.
     */
    private static boolean isBehind(Node x, Node y) {
        boolean constant = Uniform.of(x) != null;
        if (constant || Uniform.of(y) != null) {
            return constant && Uniform.of(y) == null;
        }
        int order = Integer.compare(numbers(x), numbers(y));
        return order < 0 || order == 0 && x.id() > y.id();
    }

    /** How many numbers a node has that are not views of the same. */
    private static int numbers(Node n) {
        int least = n.shape().size();
        for (Node of = n; of.op() instanceof Op.View; of = of.input(0)) {
            least = Math.min(least, of.input(0).shape().size());
        }
        return least;
    }

    private static @Nullable Node ordered(ScalarFn fn, Node x, Node y, GraphBuilder b) {
        return switch (fn) {
            case ADD -> add(x, y, b);
            case SUB -> sub(x, y, b);
            case MUL -> mul(x, y, b);
            case DIV -> div(x, y, b);
            case MAX, MIN -> extreme(fn, x, y);
            case MOD -> mod(x, y, b);
            case POW -> pow(x, y, b);
            case REM, ATAN2, LOG_ADD_EXP, POLYGAMMA -> null;
            // eq(i, i) -> true, on integers and bool
            case EQ, LE, GE -> x == y && !x.dtype().isFloat() ? truth(true, x, b) : null;
            case NE, LT, GT -> x == y && !x.dtype().isFloat() ? truth(false, x, b) : null;
            // and(x, x), and(x, ones) -> x; and(x, 0) -> 0
            case AND -> x == y || isOnes(y) ? x : Uniform.is(y, 0) ? y : null;
            // or(x, x), or(x, 0) -> x; or(x, ones) -> ones
            case OR -> x == y || Uniform.is(y, 0) ? x : isOnes(y) ? y : null;
            // xor(x, x) -> 0; xor(x, 0) -> x; xor(x, ones) -> not(x)
            case XOR -> x == y ? zero(x, b) : Uniform.is(y, 0) ? x : isOnes(y) ? b.not(x) : null;
            // shl(x, 0) -> x
            case SHL, SHR, USHR -> Uniform.is(y, 0) ? x : null;
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, FMA, NOT, STOP_GRADIENT, SELECT -> throw arity(fn);
        };
    }

    private static boolean isOnes(Node n) {
        return Uniform.is(n, n.dtype() == DType.BOOL ? 1 : -1);
    }

    private static Node truth(boolean value, Node like, GraphBuilder b) {
        return Uniform.full(value ? 1 : 0, like.type().with(DType.BOOL), b);
    }

    private static @Nullable Node add(Node x, Node y, GraphBuilder b) {
        if (Uniform.is(y, -0.0) || Uniform.is(y, 0) && Signs.neverNegativeZero(x)) {
            // add(x, -0.0) -> x; add(i, 0) -> i; add(x, 0.0) -> x where x is never -0.0, which would become 0.0
            return x;
        } else if (is(y, ScalarFn.NEG)) {
            // add(x, neg(y)) -> sub(x, y), as IEEE 754 defines it
            return b.sub(x, y.input(0));
        }
        return is(x, ScalarFn.NEG) ? b.sub(y, x.input(0)) : null;
    }

    private static @Nullable Node sub(Node x, Node y, GraphBuilder b) {
        if (Uniform.is(y, 0) || Uniform.is(y, -0.0) && Signs.neverNegativeZero(x)) {
            // sub(x, 0.0) -> x; sub(x, -0.0) -> x where x is never -0.0
            return x;
        } else if (isInteger(x) ? Uniform.is(x, 0) : Uniform.is(x, -0.0)) {
            // sub(-0.0, x), sub(0, i) -> neg(x); not sub(0.0, x), which makes of 0.0 a 0.0
            return b.neg(y);
        } else if (is(y, ScalarFn.NEG)) {
            // sub(x, neg(y)) -> add(x, y)
            return b.add(x, y.input(0));
        }
        // sub(i, i) -> 0, on integers
        return x == y && isInteger(x) ? zero(x, b) : null;
    }

    private static @Nullable Node mul(Node x, Node y, GraphBuilder b) {
        if (Uniform.is(y, 1)) {
            // mul(x, 1) -> x
            return x;
        } else if (Uniform.is(y, -1)) {
            // mul(x, -1) -> neg(x)
            return b.neg(x);
        } else if (isInteger(y) && Uniform.is(y, 0)) {
            // mul(i, 0) -> 0, on integers
            return y;
        } else if (is(x, ScalarFn.NEG) && is(y, ScalarFn.NEG)) {
            // mul(neg(x), neg(y)) -> mul(x, y)
            return b.mul(x.input(0), y.input(0));
        }
        // mul(neg(x), 3) -> mul(x, -3): the new constant folds
        return is(x, ScalarFn.NEG) && Uniform.of(y) != null ? b.mul(x.input(0), b.neg(y)) : null;
    }

    private static @Nullable Node div(Node x, Node y, GraphBuilder b) {
        if (Uniform.is(y, 1)) {
            // div(x, 1) -> x
            return x;
        } else if (Uniform.is(y, -1)) {
            // div(x, -1) -> neg(x)
            return b.neg(x);
        } else if (is(x, ScalarFn.NEG) && is(y, ScalarFn.NEG) && !isInteger(x)) {
            // div(neg(x), neg(y)) -> div(x, y); not on integers, where x may be divided by 0 and the least has no negative
            return b.div(x.input(0), y.input(0));
        }
        if (isInteger(y)) {
            return null;
        }
        // div(x, 64) -> mul(x, 0.015625): both round the same real number, for a power of two
        Literal c = Uniform.of(y);
        return c != null && hasExactReciprocal(c) ? b.mul(x, Uniform.full(1 / c.doubleAt(0), y.type(), b)) : null;
    }

    /** mod(i, 8) -> and(i, 7), on integers: both leave the low bits, also of a negative one, and lanes can do this one. */
    private static @Nullable Node mod(Node x, Node y, GraphBuilder b) {
        Literal c = isInteger(y) ? Uniform.of(y) : null;
        return c != null && c.bitsAt(0) > 0 && Long.bitCount(c.bitsAt(0)) == 1
                ? b.and(x, Uniform.full(Literal.ofLong(y.dtype(), c.bitsAt(0) - 1), y.type(), b))
                : null;
    }

    private static @Nullable Node pow(Node x, Node y, GraphBuilder b) {
        if (Uniform.is(y, 1)) {
            // pow(x, 1) -> x
            return x;
        } else if (Uniform.is(y, 2)) {
            // pow(x, 2) -> mul(x, x), as ScalarFn.POW says
            return b.mul(x, x);
        }
        // pow(x, 0), pow(1, y) -> 1, also of a NaN
        return Uniform.is(x, 1) || Uniform.is(y, 0) || Uniform.is(y, -0.0) ? Uniform.full(1, x.type(), b) : null;
    }

    /** A power of two whose reciprocal is one too, in the dtype: neither infinite nor denormal. */
    private static boolean hasExactReciprocal(Literal c) {
        double v = c.doubleAt(0);
        int exponent = Math.getExponent(v);
        int limit = c.dtype() == DType.F32 ? Float.MAX_EXPONENT - 1 : Double.MAX_EXPONENT - 1;
        return Math.abs(exponent) <= limit && Math.abs(v) == Math.scalb(1.0, exponent);
    }

    private static @Nullable Node extreme(ScalarFn fn, Node x, Node y) {
        if (x == y) {
            // max(x, x) -> x
            return x;
        }
        Literal c = Uniform.of(y);
        Literal identity = fn == ScalarFn.MAX ? Monoid.MAX.identity(x.dtype()) : Monoid.MIN.identity(x.dtype());
        if (c != null && c.equals(identity)) {
            // max(x, -inf) -> x
            return x;
        }
        // max(max(x, y), y) -> max(x, y)
        return is(x, fn) && x.inputs().contains(y) ? x : is(y, fn) && y.inputs().contains(x) ? y : null;
    }

    private static @Nullable Node ternary(ScalarFn fn, Node x, Node y, Node z, GraphBuilder b) {
        return switch (fn) {
            case FMA -> fma(x, y, z, b);
            case SELECT -> select(x, y, z, b);
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, EQ, NE, LT, LE, GT,
                    GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT -> throw arity(fn);
        };
    }

    private static @Nullable Node fma(Node x, Node y, Node z, GraphBuilder b) {
        if (Uniform.is(x, 1) || Uniform.is(y, 1)) {
            // fma(x, 1, z) -> add(x, z)
            return b.add(Uniform.is(y, 1) ? x : y, z);
        } else if (Uniform.is(x, -1) || Uniform.is(y, -1)) {
            // fma(x, -1, z) -> sub(z, x)
            return b.sub(z, Uniform.is(y, -1) ? x : y);
        }
        // fma(x, y, -0.0) -> mul(x, y); not with 0.0, which takes the sign off a zero product
        return Uniform.is(z, -0.0) ? b.mul(x, y) : null;
    }

    private static @Nullable Node select(Node c, Node x, Node y, GraphBuilder b) {
        if (x == y || Uniform.is(c, 1)) {
            // select(c, x, x), select(true, x, y) -> x
            return x;
        } else if (Uniform.is(c, 0)) {
            // select(false, x, y) -> y
            return y;
        } else if (is(c, ScalarFn.NOT)) {
            // select(not(c), x, y) -> select(c, y, x)
            return b.select(c.input(0), y, x);
        } else if (x.dtype() == DType.BOOL && Uniform.is(x, 1) && Uniform.is(y, 0)) {
            // select(c, true, false) -> c
            return c;
        }
        // select(c, false, true) -> not(c)
        return x.dtype() == DType.BOOL && Uniform.is(x, 0) && Uniform.is(y, 1) ? b.not(c) : null;
    }

    private static @Nullable Node cast(DType to, Node x, GraphBuilder b) {
        if (to == x.dtype()) {
            // cast(x) to its own dtype -> x
            return x;
        } else if (x.op() instanceof Op.Cast && isExact(x.input(0).dtype(), x.dtype()) && !saturates(x.input(0).dtype(), x.dtype(), to)) {
            // cast(cast(x)) -> cast(x) where the inner one loses nothing
            return b.cast(x.input(0), to);
        } else if (x.op() instanceof Op.Iota(TensorType type, int axis)) {
            // cast(iota) -> iota, where the dtype holds every index
            boolean holds = to != DType.BOOL && to.holds(Math.max(0, type.shape().dim(axis) - 1));
            return holds ? b.iota(type.with(to), axis) : null;
        }
        return null;
    }

    /** Every value of one dtype is a different value of the other, of the same truth. */
    private static boolean isExact(DType from, DType to) {
        return switch (from) {
            case BOOL -> true;
            case I32 -> to == DType.I64 || to == DType.F64;
            case F32 -> to == DType.F64;
            case I64, F64 -> false;
            case U8 -> to == DType.I16 || to.isNumeric() || to == DType.BF16;
            case I8 -> to == DType.I16 || to.isNumeric() || to == DType.BF16;
            case I16 -> to.isNumeric();
            case BF16 -> to == DType.F32 || to == DType.F64;
        };
    }

    /** An integer cast to a smaller one keeps the low bits, but by way of a float it saturates. */
    private static boolean saturates(DType from, DType via, DType to) {
        boolean whole = !from.isFloat() && !to.isFloat() && to != DType.BOOL;
        return whole && via.isFloat() && from != to && !isExact(from, to);
    }

    private static AssertionError arity(ScalarFn fn) {
        return new AssertionError(fn.text() + " has " + fn.arity() + " operands; the type rule should have refused others");
    }
}
