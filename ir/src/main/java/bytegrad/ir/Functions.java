package bytegrad.ir;

/**
 * The elementwise functions beyond arithmetic and comparison, and what is made of them. Operands are broadcast to one shape as NumPy does; each
 * throws {@link GraphException} where the dtype has no such function. {@link ScalarFn} says what each gives.
 */
public abstract sealed class Functions permits Tensors {
    /** fn of operands that are broadcast to one shape. */
    public abstract Node map(ScalarFn fn, Node... operands);

    /** A scalar constant, rounded to the dtype. */
    public abstract Node constant(DType dtype, double value);

    /** A constant. */
    public abstract Node constant(Literal value);

    /** In front of what would read the operands. */
    static void refuseNull(String op, Node... operands) {
        for (int k = 0; k < operands.length; k++) {
            if (operands[k] == null) {
                throw GraphException.at(op + ": " + (operands.length > 1 ? "operand " + k : "the operand") + " is null");
            }
        }
    }

    /** A number as an operand beside {@code x}, in its dtype. */
    final Node number(String op, Node x, double value) {
        refuseNull(op, x);
        return constant(GraphException.within(op + " of " + x.type() + ": ", () -> Literal.of(x.dtype(), value)));
    }

    public Node tan(Node x) {
        return map(ScalarFn.TAN, x);
    }

    public Node asin(Node x) {
        return map(ScalarFn.ASIN, x);
    }

    public Node acos(Node x) {
        return map(ScalarFn.ACOS, x);
    }

    public Node atan(Node x) {
        return map(ScalarFn.ATAN, x);
    }

    public Node sinh(Node x) {
        return map(ScalarFn.SINH, x);
    }

    public Node cosh(Node x) {
        return map(ScalarFn.COSH, x);
    }

    public Node asinh(Node x) {
        return map(ScalarFn.ASINH, x);
    }

    public Node acosh(Node x) {
        return map(ScalarFn.ACOSH, x);
    }

    public Node atanh(Node x) {
        return map(ScalarFn.ATANH, x);
    }

    /** 2ˣ. */
    public Node exp2(Node x) {
        return map(ScalarFn.EXP2, x);
    }

    public Node log2(Node x) {
        return map(ScalarFn.LOG2, x);
    }

    /** log(1 + x). */
    public Node log1p(Node x) {
        return map(ScalarFn.LOG1P, x);
    }

    /** eˣ − 1. */
    public Node expm1(Node x) {
        return map(ScalarFn.EXPM1, x);
    }

    public Node cbrt(Node x) {
        return map(ScalarFn.CBRT, x);
    }

    public Node erfc(Node x) {
        return map(ScalarFn.ERFC, x);
    }

    /** The inverse of {@link Tensors#erf}. */
    public Node erfInv(Node x) {
        return map(ScalarFn.ERF_INV, x);
    }

    /** log |Γ(x)|. */
    public Node lgamma(Node x) {
        return map(ScalarFn.LGAMMA, x);
    }

    /** Γ′(x)/Γ(x). */
    public Node digamma(Node x) {
        return map(ScalarFn.DIGAMMA, x);
    }

    public Node floor(Node x) {
        return map(ScalarFn.FLOOR, x);
    }

    public Node ceil(Node x) {
        return map(ScalarFn.CEIL, x);
    }

    /** The nearest integer, the even one of two. */
    public Node roundEven(Node x) {
        return map(ScalarFn.ROUND_EVEN, x);
    }

    public Node trunc(Node x) {
        return map(ScalarFn.TRUNC, x);
    }

    /** What truncated division leaves, with the sign of a. */
    public Node rem(Node a, Node b) {
        return map(ScalarFn.REM, a, b);
    }

    /** What floored division leaves, with the sign of b. */
    public Node mod(Node a, Node b) {
        return map(ScalarFn.MOD, a, b);
    }

    /** aᵇ. */
    public Node pow(Node a, Node b) {
        return map(ScalarFn.POW, a, b);
    }

    public Node pow(Node a, double b) {
        return pow(a, number("pow", a, b));
    }

    /** The angle of the point with abscissa b and ordinate a. */
    public Node atan2(Node a, Node b) {
        return map(ScalarFn.ATAN2, a, b);
    }

    /** log(eᵃ + eᵇ). */
    public Node logAddExp(Node a, Node b) {
        return map(ScalarFn.LOG_ADD_EXP, a, b);
    }

    /** The derivative of order n of {@link #digamma} at x. */
    public Node polygamma(Node n, Node x) {
        return map(ScalarFn.POLYGAMMA, n, x);
    }

    // ---- composites

    /** 1/√x. */
    public Node rsqrt(Node x) {
        Node root = map(ScalarFn.SQRT, x);
        return map(ScalarFn.DIV, constant(x.dtype(), 1), root);
    }

    /** Whether x is not a number; never so for integers. */
    public Node isNan(Node x) {
        return map(ScalarFn.NE, x, x);
    }

    /** Whether x is +∞ or −∞. */
    public Node isInf(Node x) {
        return map(ScalarFn.EQ, map(ScalarFn.ABS, x), constant(x.dtype(), Double.POSITIVE_INFINITY));
    }

    /** Whether x is neither infinite nor NaN. */
    public Node isFinite(Node x) {
        return map(ScalarFn.LT, map(ScalarFn.ABS, x), constant(x.dtype(), Double.POSITIVE_INFINITY));
    }

    /** min(max(x, low), high): high where they cross, NaN where x is. */
    public Node clip(Node x, Node low, Node high) {
        return map(ScalarFn.MIN, map(ScalarFn.MAX, x, low), high);
    }

    public Node clip(Node x, double low, double high) {
        return clip(x, number("clip", x, low), number("clip", x, high));
    }
}
