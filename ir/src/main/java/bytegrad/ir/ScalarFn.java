package bytegrad.ir;

/**
 * The functions of numbers that {@link Op.Map} applies element by element: a name, an arity, the dtypes it takes and
 * the laws that passes may use. What each computes is said once per executor, never here.
 *
 * <p>Integer arithmetic is two's complement and never fails: sums, differences, products, neg, abs and shl keep the low bits; so
 * abs and neg of the least integer are itself. Division by zero gives −1, and leaves the dividend as remainder, as on RISC-V and in
 * XLA: a = (a / b)·b + (a rem b) then holds for every a and b.
 */
public enum ScalarFn {
    NEG(1, Domain.NUMERIC),
    ABS(1, Domain.NUMERIC),
    /** −1, 0 or 1; keeps ±0 and NaN. */
    SIGN(1, Domain.NUMERIC),
    SQRT(1, Domain.FLOAT),
    EXP(1, Domain.FLOAT),
    LOG(1, Domain.FLOAT),
    TANH(1, Domain.FLOAT),
    /** 1 / (1 + e⁻ˣ). */
    SIGMOID(1, Domain.FLOAT),
    ERF(1, Domain.FLOAT),
    SIN(1, Domain.FLOAT),
    COS(1, Domain.FLOAT),
    TAN(1, Domain.FLOAT),
    ASIN(1, Domain.FLOAT),
    ACOS(1, Domain.FLOAT),
    ATAN(1, Domain.FLOAT),
    SINH(1, Domain.FLOAT),
    COSH(1, Domain.FLOAT),
    ASINH(1, Domain.FLOAT),
    ACOSH(1, Domain.FLOAT),
    ATANH(1, Domain.FLOAT),
    /** 2ˣ. */
    EXP2(1, Domain.FLOAT),
    LOG2(1, Domain.FLOAT),
    /** log(1 + x). */
    LOG1P(1, Domain.FLOAT),
    /** eˣ − 1. */
    EXPM1(1, Domain.FLOAT),
    CBRT(1, Domain.FLOAT),
    /** 1 − erf(x), with full relative accuracy where that is small. */
    ERFC(1, Domain.FLOAT),
    /** The x with erf(x) = a: ±∞ at ±1, NaN beyond. */
    ERF_INV(1, Domain.FLOAT),
    /** log |Γ(x)|: +∞ at 0, −1, −2, … and ±∞. */
    LGAMMA(1, Domain.FLOAT),
    /** Γ′(x)/Γ(x): ∓∞ at ±0, NaN at −1, −2, … and −∞. */
    DIGAMMA(1, Domain.FLOAT),
    /** The greatest integer not above x; −0 stays −0. */
    FLOOR(1, Domain.FLOAT),
    /** The least integer not below x; −0 from (−1, −0]. */
    CEIL(1, Domain.FLOAT),
    /** The nearest integer, the even one of two; the sign of x, also on zeros. */
    ROUND_EVEN(1, Domain.FLOAT),
    /** The integer next to x towards 0; the sign of x, also on zeros. */
    TRUNC(1, Domain.FLOAT),

    ADD(2, Domain.NUMERIC, Law.COMMUTATIVE),
    SUB(2, Domain.NUMERIC),
    MUL(2, Domain.NUMERIC, Law.COMMUTATIVE),
    /** Integers truncate towards 0; a/0 = −1, the least integer / −1 is itself. */
    DIV(2, Domain.NUMERIC),
    /**
     * What truncated division leaves: a − trunc(a/b)·b, exactly, with the sign of a (C's fmod, Java's %). Integers: a rem 0 = a. Floats: NaN
     * for b = 0 or infinite a.
     */
    REM(2, Domain.NUMERIC),
    /**
     * What floored division leaves: {@link #REM}, plus b where its sign is not b's; so it has the sign of b (Python's %, NumPy's mod), as has
     * its zero. Integers: a mod 0 = a. Floats: rounded once, so that it may be b itself.
     */
    MOD(2, Domain.NUMERIC),
    /**
     * aᵇ as IEEE 754 has it: 1 for b = 0 and for a = 1, whatever the other, and for a = −1 with infinite b; NaN for a &lt; 0 with other than an
     * integer b. For b = 1 it is a, and for b = 2 a·a, bit for bit.
     */
    POW(2, Domain.FLOAT),
    /** {@code atan2(a, b)}: the angle of the point with abscissa b and ordinate a, from −π to π. */
    ATAN2(2, Domain.FLOAT),
    /** log(eᵃ + eᵇ) = max(a, b) + log1p(e^−|a − b|), right at infinities; NaN if either is. */
    LOG_ADD_EXP(2, Domain.FLOAT, Law.COMMUTATIVE),
    /** {@code polygamma(n, x)}: the derivative of order n of {@link #DIGAMMA} at x; NaN unless n is one of 0, 1, …, 170: 171! is no f64 */
    POLYGAMMA(2, Domain.FLOAT),
    /** NaN if either is; +0 is above −0. */
    MAX(2, Domain.NUMERIC, Law.COMMUTATIVE),
    /** NaN if either is; −0 is below +0. */
    MIN(2, Domain.NUMERIC, Law.COMMUTATIVE),
    /** a·b + c, rounded once. */
    FMA(3, Domain.FLOAT),

    EQ(2, Domain.COMPARE, Law.COMMUTATIVE),
    NE(2, Domain.COMPARE, Law.COMMUTATIVE),
    LT(2, Domain.COMPARE),
    LE(2, Domain.COMPARE),
    GT(2, Domain.COMPARE),
    GE(2, Domain.COMPARE),

    AND(2, Domain.LOGIC, Law.COMMUTATIVE),
    OR(2, Domain.LOGIC, Law.COMMUTATIVE),
    XOR(2, Domain.LOGIC, Law.COMMUTATIVE),
    NOT(1, Domain.LOGIC),
    /** Shift left; the distance is taken modulo the width. */
    SHL(2, Domain.BITS),
    /** Arithmetic shift right; the distance is taken modulo the width. */
    SHR(2, Domain.BITS),
    /** Logical shift right; the distance is taken modulo the width. */
    USHR(2, Domain.BITS),

    /** The identity, through which no gradient flows; passes drop it once gradients are built. */
    STOP_GRADIENT(1, Domain.ANY),

    /** {@code select(c, a, b)}: a where c holds, else b. */
    SELECT(3, Domain.SELECT);

    /** Which dtypes a function takes, and what it gives. */
    public enum Domain {
        /** All operands of one float or integer dtype, and so is the result. */
        NUMERIC,
        /** All operands of one float dtype, and so is the result. */
        FLOAT,
        /** Both operands of one dtype; the result is bool. */
        COMPARE,
        /** All operands bool, or of one integer dtype (then bitwise). */
        LOGIC,
        /** Both operands of one integer dtype. */
        BITS,
        /** Any operand. */
        ANY,
        /** The first operand bool, the others of one dtype, which is the result's. */
        SELECT
    }

    private enum Law {
        NONE,
        COMMUTATIVE
    }

    private final int arity;
    private final Domain domain;
    private final Law law;

    ScalarFn(int arity, Domain domain) {
        this(arity, domain, Law.NONE);
    }

    ScalarFn(int arity, Domain domain, Law law) {
        this.arity = arity;
        this.domain = domain;
        this.law = law;
    }

    public int arity() {
        return arity;
    }

    public Domain domain() {
        return domain;
    }

    /** f(a, b) = f(b, a), bit for bit but for the payload of a NaN. */
    public boolean commutative() {
        return law == Law.COMMUTATIVE;
    }

    /** Whether operands of this dtype are accepted (for {@link #SELECT}: as the chosen operands). */
    public boolean accepts(DType dtype) {
        if (dtype.isStorage()) {
            return domain == Domain.ANY || domain == Domain.SELECT;
        }
        return switch (domain) {
            case NUMERIC -> dtype.isNumeric();
            case FLOAT -> dtype.isFloat();
            case COMPARE -> this == EQ || this == NE || dtype.isNumeric();
            case LOGIC -> dtype == DType.BOOL || dtype.isInteger();
            case BITS -> dtype.isInteger();
            case ANY, SELECT -> true;
        };
    }

    /** The dtype of the result, given that of the (last) operand. */
    public DType result(DType operand) {
        return domain == Domain.COMPARE ? DType.BOOL : operand;
    }

    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
