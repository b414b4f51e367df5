package bytegrad.ir;

/** An associative, commutative operation with an identity, to reduce by. */
public enum Monoid {
    SUM(ScalarFn.ADD),
    PRODUCT(ScalarFn.MUL),
    /** NaN wins over every number, as in {@link Math#max(float, float)}. */
    MAX(ScalarFn.MAX),
    /** NaN wins over every number, as in {@link Math#min(float, float)}. */
    MIN(ScalarFn.MIN),
    /** Whether all hold; bitwise on integers. */
    AND(ScalarFn.AND),
    /** Whether one holds; bitwise on integers. */
    OR(ScalarFn.OR),
    /** log Σ eˣ, without overflow; a chain of {@link ScalarFn#LOG_ADD_EXP}. */
    LOG_SUM_EXP(ScalarFn.LOG_ADD_EXP);

    private final ScalarFn fn;

    Monoid(ScalarFn fn) {
        this.fn = fn;
    }

    /** The binary function that combines two partial results. */
    public ScalarFn fn() {
        return fn;
    }

    /** Whether elements of this dtype can be reduced. */
    public boolean accepts(DType dtype) {
        return switch (this) {
            case SUM, PRODUCT, MAX, MIN -> dtype.isNumeric();
            case AND, OR, LOG_SUM_EXP -> fn.accepts(dtype);
        };
    }

    /**
     * What an empty reduction gives: 0, 1, −∞ or +∞ (for integers the least and the greatest value); for and all bits set, for or none, for
     * log_sum_exp −∞.
     */
    public Literal identity(DType dtype) {
        return switch (this) {
            case SUM -> Literal.of(dtype, 0);
            case PRODUCT -> Literal.of(dtype, 1);
            case MAX -> extreme(dtype, true);
            case MIN -> extreme(dtype, false);
            case AND -> Literal.ofLong(dtype, dtype == DType.BOOL ? 1 : -1);
            case OR -> Literal.ofLong(dtype, 0);
            case LOG_SUM_EXP -> Literal.of(dtype, Double.NEGATIVE_INFINITY);
        };
    }

    private static Literal extreme(DType dtype, boolean least) {
        return switch (dtype) {
            case F32, F64 -> Literal.of(dtype, least ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
            case I32 -> Literal.ofLong(dtype, least ? Integer.MIN_VALUE : Integer.MAX_VALUE);
            case I64 -> Literal.ofLong(dtype, least ? Long.MIN_VALUE : Long.MAX_VALUE);
            case BOOL, U8, I8, I16, BF16 -> throw new GraphException(
                    "reduce: " + dtype.text() + " has no " + (least ? "max" : "min") + "; cast it to " + dtype.computed().text() + " first");
        };
    }

    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
