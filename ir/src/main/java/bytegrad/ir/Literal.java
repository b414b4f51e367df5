package bytegrad.ir;

import java.util.Arrays;

/**
 * The value of a constant: a type and its elements, immutable, equal by bits (so that 0.0 and −0.0 differ and a NaN
 * equals itself).
 */
public final class Literal {
    private final TensorType type;
    /** One element when all are equal, else one per element: raw bits of a float, the value of an integer, 0 or 1. */
    private final long[] bits;

    private Literal(TensorType type, long[] bits) {
        this.type = type;
        this.bits = bits;
    }

    /** A scalar; the value is rounded to the dtype (integers: must be exact; bool: nonzero is true). */
    public static Literal of(DType dtype, double value) {
        return new Literal(new TensorType(dtype, Shape.SCALAR), new long[] {toBits(dtype, value)});
    }

    /** An integer scalar. */
    public static Literal ofLong(DType dtype, long value) {
        long v =
                switch (dtype) {
                    case I32 -> {
                        if (value != (int) value) {
                            throw new GraphException("constant " + value + " does not fit i32");
                        }
                        yield value;
                    }
                    case I64 -> value;
                    case BOOL -> value != 0 ? 1 : 0;
                    case F32, F64 -> toBits(dtype, value);
                    case U8, I8, I16 -> {
                        if (!dtype.holds(value)) {
                            throw new GraphException("constant " + value + " does not fit " + dtype.text());
                        }
                        yield value;
                    }
                    case BF16 -> Bfloat16.ofLong(value);
                };
        return new Literal(new TensorType(dtype, Shape.SCALAR), new long[] {v});
    }

    public static Literal of(Shape shape, float... values) {
        long[] b = new long[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = Float.floatToRawIntBits(values[i]);
        }
        return checked(new TensorType(DType.F32, shape), b);
    }

    public static Literal of(Shape shape, double... values) {
        long[] b = new long[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = Double.doubleToRawLongBits(values[i]);
        }
        return checked(new TensorType(DType.F64, shape), b);
    }

    public static Literal of(Shape shape, int... values) {
        return checked(new TensorType(DType.I32, shape), Arrays.stream(values).asLongStream().toArray());
    }

    public static Literal of(Shape shape, long... values) {
        return checked(new TensorType(DType.I64, shape), values.clone());
    }

    public static Literal of(Shape shape, boolean... values) {
        long[] b = new long[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = values[i] ? 1 : 0;
        }
        return checked(new TensorType(DType.BOOL, shape), b);
    }

    /** Elements given as raw bits, as {@link #bitsAt} returns them. */
    public static Literal ofBits(TensorType type, long... bits) {
        return checked(type, bits.clone());
    }

    /** Every element has these raw bits, however many there are. */
    public static Literal filled(TensorType type, long bits) {
        return new Literal(type, type.size() == 0 ? new long[0] : new long[] {bits});
    }

    private static Literal checked(TensorType type, long[] bits) {
        if (bits.length != type.size()) {
            throw new GraphException("constant " + type + " needs " + type.size() + " values but has " + bits.length);
        }
        boolean uniform = bits.length > 1;
        for (int i = 1; uniform && i < bits.length; i++) {
            uniform = bits[i] == bits[0];
        }
        return new Literal(type, uniform ? new long[] {bits[0]} : bits);
    }

    private static long toBits(DType dtype, double v) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits((float) v);
            case F64 -> Double.doubleToRawLongBits(v);
            case I32 -> {
                if (v != (int) v) {
                    throw new GraphException("constant " + v + " is not an i32");
                }
                yield (int) v;
            }
            case I64 -> {
                // (long) 2^63 saturates, and is rounded to 2^63 again.
                if (v != (long) v || v == 0x1p63) {
                    throw new GraphException("constant " + v + " is not an i64");
                }
                yield (long) v;
            }
            case BOOL -> v != 0 ? 1 : 0;
            case U8, I8, I16 -> {
                if (v != (long) v || !dtype.holds((long) v)) {
                    throw new GraphException("constant " + v + " is not " + (dtype == DType.U8 ? "a " : "an ") + dtype.text());
                }
                yield (long) v;
            }
            case BF16 -> Bfloat16.ofDouble(v);
        };
    }

    public TensorType type() {
        return type;
    }

    public DType dtype() {
        return type.dtype();
    }

    /** All elements have the same bits (a scalar always; an empty tensor never). */
    public boolean isUniform() {
        return bits.length == 1;
    }

    /** Raw bits of the element at a row-major position: of a float its IEEE bits (of a bf16 as a short), else the value. */
    public long bitsAt(int i) {
        return bits[bits.length == 1 ? 0 : i];
    }

    /** The element as a double (an i64 may round). */
    public double doubleAt(int i) {
        long b = bitsAt(i);
        return switch (dtype()) {
            case F32 -> Float.intBitsToFloat((int) b);
            case F64 -> Double.longBitsToDouble(b);
            case I32, I64, BOOL, U8, I8, I16 -> b;
            case BF16 -> Bfloat16.toFloat((short) b);
        };
    }

    /** A uniform literal as a scalar. */
    public Literal scalar() {
        return new Literal(type.with(Shape.SCALAR), new long[] {bitsAt(0)});
    }

    /** Every element has this value (and there is at least one). */
    public boolean isAll(double value) {
        return isUniform() && doubleAt(0) == value;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Literal l && type.equals(l.type) && Arrays.equals(bits, l.bits);
    }

    @Override
    public int hashCode() {
        return 31 * type.hashCode() + Arrays.hashCode(bits);
    }

    @Override
    public String toString() {
        return type + "(" + (isUniform() ? element(0) : bits.length + " values") + ")";
    }

    private String element(int i) {
        return switch (dtype()) {
            case F32 -> Float.toString((float) doubleAt(i));
            case F64 -> Double.toString(doubleAt(i));
            case I32, I64, U8, I8, I16 -> Long.toString(bitsAt(i));
            case BF16 -> Float.toString((float) doubleAt(i));
            case BOOL -> bitsAt(i) != 0 ? "true" : "false";
        };
    }
}
