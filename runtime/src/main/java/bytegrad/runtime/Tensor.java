package bytegrad.runtime;

import java.util.Arrays;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * A shape over a flat Java array in row-major order: element {@code [i0,…,ik]} is at
 * {@code (…(i0·d1 + i1)·d2 + …)·dk + ik}.
 *
 * <p>The shape never changes. The array is <em>wrapped, not copied</em>: it stays the caller's, who may read and
 * fill it through {@link #floats()} and the like; {@link #copy()} makes an independent tensor. Rank is 0 (one element)
 * to {@value #MAX_RANK}; dimensions may be zero.
 */
public final class Tensor {
    /** The most dimensions a tensor has. */
    public static final int MAX_RANK = 8;

    private static final int SHOWN = 6;

    private final ElementType type;
    private final int[] shape;
    private final int size;
    private final Object array;

    private Tensor(ElementType type, Object array, int length, int[] shape) {
        this.type = type;
        this.array = array;
        this.shape = shape;
        this.size = sizeOf(shape);
        if (length != size) {
            throw new TensorException(typeText(type, shape) + " has " + size + " elements; the array has " + length);
        }
    }

    /** Wraps {@code data} as f32. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor of(float[] data, int... shape) {
        return new Tensor(ElementType.F32, data, data.length, shape.clone());
    }

    /** Wraps {@code data} as f64. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor of(double[] data, int... shape) {
        return new Tensor(ElementType.F64, data, data.length, shape.clone());
    }

    /** Wraps {@code data} as i32. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor of(int[] data, int... shape) {
        return new Tensor(ElementType.I32, data, data.length, shape.clone());
    }

    /** Wraps {@code data} as i64. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor of(long[] data, int... shape) {
        return new Tensor(ElementType.I64, data, data.length, shape.clone());
    }

    /** Wraps {@code data} as bool. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor of(boolean[] data, int... shape) {
        return new Tensor(ElementType.BOOL, data, data.length, shape.clone());
    }

    /** Wraps {@code data} as i8. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor of(byte[] data, int... shape) {
        return new Tensor(ElementType.I8, data, data.length, shape.clone());
    }

    /** Wraps {@code data} as u8: −1 is 255. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor ofUnsigned(byte[] data, int... shape) {
        return new Tensor(ElementType.U8, data, data.length, shape.clone());
    }

    /** Wraps {@code data} as i16. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor of(short[] data, int... shape) {
        return new Tensor(ElementType.I16, data, data.length, shape.clone());
    }

    /** Wraps the bits of bf16 numbers, see {@link Bfloat16}. Without a shape: a scalar. Throws TensorException where lengths differ. */
    public static Tensor ofBfloat16(short[] bits, int... shape) {
        return new Tensor(ElementType.BF16, bits, bits.length, shape.clone());
    }

    /** A bf16 tensor of the values rounded, in an array of its own. Throws TensorException where lengths differ. */
    public static Tensor ofBfloat16(float[] values, int... shape) {
        return ofBfloat16(Bfloat16.ofFloats(values), shape);
    }

    /** Wraps an array of {@link ElementType#arrayType()}; throws TensorException for any other object. */
    public static Tensor ofArray(ElementType type, Object array, int... shape) {
        if (!type.arrayType().isInstance(array)) {
            throw new TensorException("no " + type.text() + " tensor is stored in a " + array.getClass().getTypeName());
        }
        return new Tensor(type, array, java.lang.reflect.Array.getLength(array), shape.clone());
    }

    /** Wraps an array as {@code of} does that takes it: bytes are i8, shorts i16; throws TensorException for any other object. */
    public static Tensor ofArray(Object array, int... shape) {
        if (array instanceof float[] floats) {
            return of(floats, shape);
        } else if (array instanceof double[] doubles) {
            return of(doubles, shape);
        } else if (array instanceof int[] ints) {
            return of(ints, shape);
        } else if (array instanceof long[] longs) {
            return of(longs, shape);
        } else if (array instanceof boolean[] booleans) {
            return of(booleans, shape);
        } else if (array instanceof byte[] bytes) {
            return of(bytes, shape);
        } else if (array instanceof short[] shorts) {
            return of(shorts, shape);
        }
        throw new TensorException("no tensor is stored in a " + array.getClass().getTypeName());
    }

    /** An f32 of rank 0. */
    public static Tensor scalar(float value) {
        return of(new float[] {value});
    }

    /** An f64 of rank 0. */
    public static Tensor scalar(double value) {
        return of(new double[] {value});
    }

    /** An i32 of rank 0. */
    public static Tensor scalar(int value) {
        return of(new int[] {value});
    }

    /** An i64 of rank 0. */
    public static Tensor scalar(long value) {
        return of(new long[] {value});
    }

    /** A bool of rank 0. */
    public static Tensor scalar(boolean value) {
        return of(new boolean[] {value});
    }

    /** A tensor of zeros (false for bool) in an array of its own. */
    public static Tensor zeros(ElementType type, int... shape) {
        int size = sizeOf(shape);
        return new Tensor(type, type.newArray(size), size, shape.clone());
    }

    /**
     * The number of elements of a shape.
     *
     * @throws TensorException for more than {@value #MAX_RANK} dimensions, a negative one, or a product over 2³¹−1.
     *     Zeros do not hide such a product: offsets are computed from the other dimensions
     */
    public static int sizeOf(int... shape) {
        if (shape.length > MAX_RANK) {
            throw new TensorException("rank " + shape.length + " is over the limit of " + MAX_RANK);
        }
        long product = 1;
        boolean empty = false;
        for (int extent : shape) {
            if (extent < 0) {
                throw new TensorException("negative dimension in shape " + shapeText(shape));
            }
            empty |= extent == 0;
            product *= Math.max(extent, 1);
            if (product > Integer.MAX_VALUE) {
                throw new TensorException("shape " + shapeText(shape) + " has more than 2147483647 elements");
            }
        }
        return empty ? 0 : (int) product;
    }

    /** The element type. */
    public ElementType type() {
        return type;
    }

    /** The number of dimensions; 0 for a scalar. */
    public int rank() {
        return shape.length;
    }

    /** The extent of dimension {@code axis}, counted from 0. */
    public int dim(int axis) {
        return shape[axis];
    }

    /** The extents; a copy. {@link #dim} and {@link #hasShape} allocate nothing. */
    public int[] shape() {
        return shape.clone();
    }

    /** Whether the extents are exactly these. */
    public boolean hasShape(int... other) {
        return Arrays.equals(shape, other);
    }

    /** The number of elements, the product of the shape. */
    public int size() {
        return size;
    }

    /** Bytes of data: size times {@link ElementType#bytes()}. */
    public long byteSize() {
        return (long) size * type.bytes();
    }

    /** The wrapped array; throws TensorException unless the type is f32. */
    public float[] floats() {
        return array instanceof float[] a ? a : wrongType(ElementType.F32);
    }

    /** The wrapped array; throws TensorException unless the type is f64. */
    public double[] doubles() {
        return array instanceof double[] a ? a : wrongType(ElementType.F64);
    }

    /** The wrapped array; throws TensorException unless the type is i32. */
    public int[] ints() {
        return array instanceof int[] a ? a : wrongType(ElementType.I32);
    }

    /** The wrapped array; throws TensorException unless the type is i64. */
    public long[] longs() {
        return array instanceof long[] a ? a : wrongType(ElementType.I64);
    }

    /** The wrapped array; throws TensorException unless the type is bool. */
    public boolean[] booleans() {
        return array instanceof boolean[] a ? a : wrongType(ElementType.BOOL);
    }

    /** The wrapped array, of u8 to be read as {@code b & 255}; throws TensorException unless the type is u8 or i8. */
    public byte[] bytes() {
        return array instanceof byte[] a ? a : wrongType(ElementType.U8, ElementType.I8);
    }

    /** The wrapped array, of bf16 their bits; throws TensorException unless the type is i16 or bf16. */
    public short[] shorts() {
        return array instanceof short[] a ? a : wrongType(ElementType.I16, ElementType.BF16);
    }

    /** A u8, i8, i16 or i32 tensor as i32, or a bf16 or f32 tensor as f32, exactly; in an array of its own. */
    public Tensor widened() {
        return switch (type) {
            case U8, I8, I16 -> {
                int[] ints = new int[size];
                for (int i = 0; i < size; i++) {
                    ints[i] = wholeAt(i);
                }
                yield of(ints, shape);
            }
            case BF16 -> of(Bfloat16.toFloats(shorts()), shape);
            case I32, F32 -> copy();
            case F64, I64, BOOL -> wrongType(ElementType.U8, ElementType.I8, ElementType.I16, ElementType.I32, ElementType.BF16, ElementType.F32);
        };
    }

    /** Of a u8, i8 or i16. */
    private int wholeAt(int i) {
        return type == ElementType.U8 ? bytes()[i] & 255 : type == ElementType.I8 ? bytes()[i] : shorts()[i];
    }

    /** The wrapped array, of class {@link ElementType#arrayType()}. */
    public Object array() {
        return array;
    }

    private <T> T wrongType(ElementType... wanted) {
        String types = Arrays.stream(wanted).map(ElementType::text).collect(Collectors.joining(" or "));
        throw new TensorException("the tensor is " + typeText() + ", not " + types);
    }

    /** The same elements in an array of their own. */
    public Tensor copy() {
        Object data = type.newArray(size);
        System.arraycopy(array, 0, data, 0, size);
        return new Tensor(type, data, size, shape);
    }

    /** The same array under another shape with as many elements; throws TensorException where they differ. */
    public Tensor reshape(int... newShape) {
        return new Tensor(type, array, size, newShape.clone());
    }

    /** Type and shape as in graphs: {@code f32[64,784]}. */
    public String typeText() {
        return typeText(type, shape);
    }

    /** Equal type, shape and elements; floats by bits, so 0.0 is not −0.0, but every NaN equals every NaN. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Tensor that) || type != that.type || !Arrays.equals(shape, that.shape)) {
            return false;
        }
        return switch (type) {
            case F32 -> Arrays.equals(floats(), that.floats());
            case F64 -> Arrays.equals(doubles(), that.doubles());
            case I32 -> Arrays.equals(ints(), that.ints());
            case I64 -> Arrays.equals(longs(), that.longs());
            case BOOL -> Arrays.equals(booleans(), that.booleans());
            case U8, I8 -> Arrays.equals(bytes(), that.bytes());
            case I16 -> Arrays.equals(shorts(), that.shorts());
            case BF16 -> Arrays.equals(Bfloat16.toFloats(shorts()), Bfloat16.toFloats(that.shorts()));
        };
    }

    @Override
    public int hashCode() {
        int elements =
                switch (type) {
                    case F32 -> Arrays.hashCode(floats());
                    case F64 -> Arrays.hashCode(doubles());
                    case I32 -> Arrays.hashCode(ints());
                    case I64 -> Arrays.hashCode(longs());
                    case BOOL -> Arrays.hashCode(booleans());
                    case U8, I8 -> Arrays.hashCode(bytes());
                    case I16 -> Arrays.hashCode(shorts());
                    case BF16 -> Arrays.hashCode(Bfloat16.toFloats(shorts()));
                };
        return 31 * Arrays.hashCode(shape) + elements;
    }

    /** Type, shape and the first few elements: {@code f32[2,4] {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, …}}. */
    @Override
    public String toString() {
        return toString(SHOWN);
    }

    /** As {@link #toString()}, with so many elements. */
    public String toString(int shown) {
        StringJoiner elements = new StringJoiner(", ", " {", "}");
        for (int i = 0; i < Math.min(size, shown); i++) {
            elements.add(elementText(i));
        }
        if (size > shown) {
            elements.add("…");
        }
        return typeText() + elements;
    }

    private String elementText(int i) {
        return switch (type) {
            case F32 -> Float.toString(floats()[i]);
            case F64 -> Double.toString(doubles()[i]);
            case I32 -> Integer.toString(ints()[i]);
            case I64 -> Long.toString(longs()[i]);
            case BOOL -> Boolean.toString(booleans()[i]);
            case U8, I8, I16 -> Integer.toString(wholeAt(i));
            case BF16 -> Float.toString(Bfloat16.toFloat(shorts()[i]));
        };
    }

    private static String typeText(ElementType type, int[] shape) {
        return type.text() + shapeText(shape);
    }

    private static String shapeText(int[] shape) {
        return Arrays.toString(shape).replace(" ", "");
    }
}
