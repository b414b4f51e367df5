package bytegrad.ir.eval;

import bytegrad.ir.Bfloat16;
import bytegrad.ir.DType;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A tensor's elements, row-major and immutable: floats as {@code double} (an f32 is <em>not</em> rounded to float unless
 * it is asked for with {@link #rounded}, nor is a bf16), integers as {@code long}, bool as 0 or 1. Equal by bits, except that all NaNs
 * are equal.
 */
public final class Value {
    private static final double[] NO_DOUBLES = {};
    private static final long[] NO_LONGS = {};

    private final TensorType type;
    /** Elements of a float tensor, else empty. */
    private final double[] doubles;
    /** Elements of an integer or bool tensor, else empty. */
    private final long[] longs;

    private Value(TensorType type, double[] doubles, long[] longs) {
        this.type = type;
        this.doubles = doubles;
        this.longs = longs;
    }

    /**
     * Elements given as doubles. Floats are taken as they are; an integer must be exact; for bool nonzero is true.
     *
     * @throws GraphException if their number is not the type's size, or an integer is not exact
     */
    public static Value of(TensorType type, double... elements) {
        checkSize(type, elements.length);
        if (type.dtype().isFloat()) {
            return new Value(type, elements.clone(), NO_LONGS);
        }
        long[] l = new long[elements.length];
        for (int i = 0; i < l.length; i++) {
            l[i] = integer(type.dtype(), elements[i]);
        }
        return new Value(type, NO_DOUBLES, l);
    }

    private static long integer(DType dtype, double v) {
        if (dtype == DType.BOOL) {
            return v != 0 ? 1 : 0;
        }
        long l = dtype == DType.I32 ? (int) v : (long) v;
        if (l != v || !dtype.holds(l)) {
            throw new GraphException("value " + v + " is not an " + dtype.text());
        }
        return l;
    }

    /**
     * Elements given as longs: integers, bool (nonzero is true), or floats (converted).
     *
     * @throws GraphException if their number is not the type's size, or one does not fit i32
     */
    public static Value ofLongs(TensorType type, long... elements) {
        checkSize(type, elements.length);
        long[] l = elements.clone();
        switch (type.dtype()) {
            case F32, F64, BF16 -> {
                return new Value(type, Arrays.stream(l).asDoubleStream().toArray(), NO_LONGS);
            }
            case I32 -> {
                for (long v : l) {
                    if (v != (int) v) {
                        throw new GraphException("value " + v + " does not fit i32");
                    }
                }
            }
            case I64 -> {}
            case U8, I8, I16 -> {
                for (long v : l) {
                    if (!type.dtype().holds(v)) {
                        throw new GraphException("value " + v + " does not fit " + type.dtype().text());
                    }
                }
            }
            case BOOL -> Arrays.setAll(l, i -> elements[i] != 0 ? 1 : 0);
        }
        return new Value(type, NO_DOUBLES, l);
    }

    /** An f32 tensor of exactly these floats. */
    public static Value ofFloats(Shape shape, float... elements) {
        TensorType type = new TensorType(DType.F32, shape);
        checkSize(type, elements.length);
        return new Value(type, IntStream.range(0, elements.length).mapToDouble(i -> elements[i]).toArray(), NO_LONGS);
    }

    public static Value zeros(TensorType type) {
        return full(type, 0);
    }

    /** Every element is {@code element}. */
    public static Value full(TensorType type, double element) {
        double[] d = new double[type.size()];
        Arrays.fill(d, element);
        return type.dtype().isFloat() ? new Value(type, d, NO_LONGS) : of(type, d);
    }

    public static Value scalar(DType dtype, double element) {
        return of(new TensorType(dtype, Shape.SCALAR), element);
    }

    /** The value of a constant. */
    public static Value from(Literal literal) {
        TensorType type = literal.type();
        int n = type.size();
        if (type.dtype().isFloat()) {
            return new Value(type, IntStream.range(0, n).mapToDouble(literal::doubleAt).toArray(), NO_LONGS);
        }
        return new Value(type, NO_DOUBLES, IntStream.range(0, n).mapToLong(literal::bitsAt).toArray());
    }

    private static void checkSize(TensorType type, int n) {
        if (n != type.size()) {
            throw new GraphException("value " + type + " needs " + type.size() + " elements but has " + n);
        }
    }

    /** Takes ownership of the array, which must be of the type's size and is not written again. */
    static Value owning(TensorType type, double[] doubles) {
        assert type.dtype().isFloat() && doubles.length == type.size();
        return new Value(type, doubles, NO_LONGS);
    }

    /** Takes ownership of the array, which must be of the type's size, hold values of the dtype, and not be written again. */
    static Value owning(TensorType type, long[] longs) {
        assert !type.dtype().isFloat() && longs.length == type.size();
        return new Value(type, NO_DOUBLES, longs);
    }

    /** The same elements under another shape of the same size; the array is shared. */
    Value reshaped(TensorType other) {
        return new Value(other, doubles, longs);
    }

    /** The array itself, to be read only; for float tensors. */
    double[] rawDoubles() {
        return doubles;
    }

    /** The array itself, to be read only; for integer and bool tensors. */
    long[] rawLongs() {
        return longs;
    }

    public TensorType type() {
        return type;
    }

    public DType dtype() {
        return type.dtype();
    }

    public Shape shape() {
        return type.shape();
    }

    public int size() {
        return type.size();
    }

    boolean isFloat() {
        return type.dtype().isFloat();
    }

    /** The element at a row-major position (an i64 may round). */
    public double at(int i) {
        return isFloat() ? doubles[i] : longs[i];
    }

    /** The integer or bool at a row-major position. */
    public long longAt(int i) {
        if (isFloat()) {
            throw new IllegalStateException(type + " holds no integers; read it with at(i)");
        }
        return longs[i];
    }

    /** The only element of a scalar, or of any tensor of one element. */
    public double scalar() {
        if (size() != 1) {
            throw new IllegalStateException(type + " is not one number");
        }
        return at(0);
    }

    /** A copy of the elements (an i64 may round). */
    public double[] doubles() {
        return isFloat() ? doubles.clone() : Arrays.stream(longs).asDoubleStream().toArray();
    }

    /** A copy of the elements of an integer or bool tensor. */
    public long[] longs() {
        if (isFloat()) {
            throw new IllegalStateException(type + " holds no integers; read it with doubles()");
        }
        return longs.clone();
    }

    /** This tensor with each f32 rounded to float, and each bf16 to bf16; any other dtype is left alone. */
    public Value rounded() {
        return switch (dtype()) {
            case F32 -> new Value(type, Arrays.stream(doubles).map(v -> (float) v).toArray(), NO_LONGS);
            case BF16 -> new Value(type, Arrays.stream(doubles).map(v -> Bfloat16.toFloat(Bfloat16.ofDouble(v))).toArray(), NO_LONGS);
            case F64, I32, I64, BOOL, U8, I8, I16 -> this;
        };
    }

    @Override
    public boolean equals(Object o) {
        // Arrays.equals compares doubles as Double.equals does: by bits, all NaNs alike.
        return o instanceof Value v && type.equals(v.type) && Arrays.equals(doubles, v.doubles) && Arrays.equals(longs, v.longs);
    }

    @Override
    public int hashCode() {
        return (31 * type.hashCode() + Arrays.hashCode(doubles)) * 31 + Arrays.hashCode(longs);
    }

    /** The type and the first elements: {@code f32[2,3](1.0, 2.0, …)}. */
    @Override
    public String toString() {
        String head = IntStream.range(0, Math.min(size(), 8))
                .mapToObj(i -> isFloat() ? Double.toString(doubles[i]) : dtype() == DType.BOOL ? Boolean.toString(longs[i] != 0) : Long.toString(longs[i]))
                .collect(Collectors.joining(", "));
        return type + "(" + head + (size() > 8 ? ", …)" : ")");
    }
}
