package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.ScalarFn;

/** Cotangents of the scalar functions whose rule is a formula of its own; {@link Vjp} has those that are one or two nodes. */
final class MapVjp {
    private static final double LN_2 = Math.log(2);
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private final GraphBuilder b;

    MapVjp(GraphBuilder b) {
        this.b = b;
    }

    /** The cotangent of operand k of y. */
    Node pull(ScalarFn fn, int k, Node y, Node dy) {
        Node x = y.input(0);
        return switch (fn) {
            case TAN -> b.mul(dy, b.add(b.square(y), 1));
            case ASIN -> b.div(dy, b.sqrt(oneMinusSquare(x)));
            case ACOS -> b.neg(b.div(dy, b.sqrt(oneMinusSquare(x))));
            case ATAN -> b.div(dy, b.add(b.square(x), 1));
            case SINH -> b.mul(dy, b.cosh(x));
            case COSH -> b.mul(dy, b.sinh(x));
            case ASINH -> b.div(dy, b.sqrt(b.add(b.square(x), 1)));
            // Two roots, so that it is NaN below −1 too.
            case ACOSH -> b.div(dy, b.mul(b.sqrt(b.add(x, -1)), b.sqrt(b.add(x, 1))));
            case ATANH -> b.div(dy, oneMinusSquare(x));
            case EXP2 -> b.mul(b.mul(dy, LN_2), y);
            case LOG2 -> b.div(b.mul(dy, 1 / LN_2), x);
            case LOG1P -> b.div(dy, b.add(x, 1));
            case EXPM1 -> b.mul(dy, b.add(y, 1));
            case CBRT -> b.div(dy, b.mul(b.square(y), 3));
            case ERFC -> b.mul(b.mul(dy, -TWO_OVER_SQRT_PI), b.exp(b.neg(b.square(x))));
            case ERF_INV -> b.mul(b.mul(dy, 1 / TWO_OVER_SQRT_PI), b.exp(b.square(y)));
            case LGAMMA -> b.mul(dy, b.digamma(x));
            case DIGAMMA -> b.mul(dy, b.polygamma(b.constant(x.dtype(), 1), x));
            case POLYGAMMA -> b.mul(dy, b.polygamma(b.add(x, 1), y.input(1)));
            case POW -> k == 0 ? base(y, dy) : exponent(y, dy);
            case ATAN2 -> angle(k, y, dy);
            case LOG_ADD_EXP -> b.mul(dy, b.exp(b.sub(y.input(k), finite(y))));
            case REM, MOD -> k == 0 ? dy : b.neg(b.mul(dy, quotient(y)));
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, FLOOR, CEIL, ROUND_EVEN, TRUNC, ADD, SUB, MUL, DIV, MAX, MIN, FMA, EQ,
                    NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT, SELECT ->
                throw new IllegalArgumentException(fn.text() + " has its rule in Vjp");
        };
    }

    /** 1 − x², without the rounding error of the square near ±1. */
    private Node oneMinusSquare(Node x) {
        return b.mul(b.sub(b.constant(x.dtype(), 1), x), b.add(x, 1));
    }

    /**
     * e^(−x²), and 0 where that is less than 4·10⁻³¹ (in f64, 10⁻²⁹⁹). No erf is less flat for it, but what is multiplied by less becomes denormal, and a
     * gradient of which a few elements are denormal takes many processors three times as long.
     */
    Node bell(Node x) {
        Node square = b.square(x);
        Node far = b.gt(square, b.constant(x.dtype(), x.dtype() == DType.F64 ? 688 : 70));
        return b.exp(b.select(far, b.full(x.type(), Double.NEGATIVE_INFINITY), b.neg(square)));
    }

    private Node isZero(Node x) {
        return b.eq(x, b.constant(x.dtype(), 0));
    }

    private Node orOne(Node condition, Node x) {
        return b.select(condition, b.constant(x.dtype(), 1), x);
    }

    /** ∂aⁿ/∂a = n·aⁿ⁻¹; 0 for 0⁰, where 0 · ∞ would be NaN. */
    private Node base(Node y, Node dy) {
        Node a = y.input(0);
        Node n = y.input(1);
        Node safe = orOne(b.and(isZero(a), isZero(n)), n);
        return b.mul(dy, b.mul(n, b.pow(a, b.add(safe, -1))));
    }

    /** ∂aⁿ/∂n = aⁿ·log a; 0 for a = 0 and n ≥ 0, where 0 · −∞ would be NaN. */
    private Node exponent(Node y, Node dy) {
        Node a = y.input(0);
        Node n = y.input(1);
        Node flat = b.and(isZero(a), b.ge(n, b.constant(n.dtype(), 0)));
        return b.mul(dy, b.mul(y, b.log(orOne(flat, a))));
    }

    /** ∂atan2(a, c)/∂a = c/(a² + c²), ∂/∂c = −a/(a² + c²); 0 at the origin. */
    private Node angle(int k, Node y, Node dy) {
        Node a = y.input(0);
        Node c = y.input(1);
        Node square = b.add(b.square(a), b.square(c));
        Node share = b.div(dy, orOne(isZero(square), square));
        return k == 0 ? b.mul(share, c) : b.neg(b.mul(share, a));
    }

    /** y, or 0 where it is −∞, so that the share e^(x − y) of an x of −∞ is 0. */
    Node finite(Node y) {
        return b.select(b.eq(y, b.constant(y.dtype(), Double.NEGATIVE_INFINITY)), b.zerosLike(y), y);
    }

    /** The integer that was subtracted b times: (a − y)/b is one but for its rounding, which the quotient a/b itself may cross an integer by. */
    private Node quotient(Node y) {
        return b.roundEven(b.div(b.sub(y.input(0), y), y.input(1)));
    }
}
