package bytegrad.ir;

/**
 * The functions of numbers that {@link Op.Map} applies element by element: a name, an arity, the dtypes it takes and
 * the laws that passes may use. What each computes is said once per executor, never here.
 */
public enum ScalarFn {
    NEG(1, Domain.NUMERIC),
    ABS(1, Domain.NUMERIC),
    /** −1, 0 or 1; keeps ±0 and NaN. */
    SIGN(1, Domain.FLOAT),
    SQRT(1, Domain.FLOAT),
    EXP(1, Domain.FLOAT),
    LOG(1, Domain.FLOAT),
    TANH(1, Domain.FLOAT),
    /** 1 / (1 + e⁻ˣ). */
    SIGMOID(1, Domain.FLOAT),
    ERF(1, Domain.FLOAT),
    SIN(1, Domain.FLOAT),
    COS(1, Domain.FLOAT),

    ADD(2, Domain.NUMERIC, Law.COMMUTATIVE),
    SUB(2, Domain.NUMERIC),
    MUL(2, Domain.NUMERIC, Law.COMMUTATIVE),
    DIV(2, Domain.FLOAT),
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
