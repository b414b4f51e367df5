package bytegrad.ir;

/** An associative, commutative operation with an identity, to reduce by. */
public enum Monoid {
    SUM(ScalarFn.ADD),
    PRODUCT(ScalarFn.MUL),
    /** NaN wins over every number, as in {@link Math#max(float, float)}. */
    MAX(ScalarFn.MAX),
    /** NaN wins over every number, as in {@link Math#min(float, float)}. */
    MIN(ScalarFn.MIN);

    private final ScalarFn fn;

    Monoid(ScalarFn fn) {
        this.fn = fn;
    }

    /** The binary function that combines two partial results. */
    public ScalarFn fn() {
        return fn;
    }

    /** What an empty reduction gives: 0, 1, −∞ or +∞ (for integers the least and the greatest value). */
    public Literal identity(DType dtype) {
        return switch (this) {
            case SUM -> Literal.of(dtype, 0);
            case PRODUCT -> Literal.of(dtype, 1);
            case MAX -> extreme(dtype, true);
            case MIN -> extreme(dtype, false);
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
