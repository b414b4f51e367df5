package bytegrad.runtime;

import java.util.Locale;

/** The type of a tensor's elements, with the Java array that stores them. */
public enum ElementType {
    /** IEEE 754 binary32, in a {@code float[]}. */
    F32(4, float[].class),
    /** IEEE 754 binary64, in a {@code double[]}. */
    F64(8, double[].class),
    /** Two's complement, 32 bits, in an {@code int[]}. */
    I32(4, int[].class),
    /** Two's complement, 64 bits, in a {@code long[]}. */
    I64(8, long[].class),
    /** Truth values, in a {@code boolean[]}; one byte each. */
    BOOL(1, boolean[].class),
    /** Whole numbers from 0 to 255, in a {@code byte[]}, to be read as {@code b & 255}. */
    U8(1, byte[].class),
    /** Two's complement, 8 bits, in a {@code byte[]}. */
    I8(1, byte[].class),
    /** Two's complement, 16 bits, in a {@code short[]}. */
    I16(2, short[].class),
    /** The upper half of an IEEE 754 binary32, as bits in a {@code short[]}; see {@link Bfloat16}. */
    BF16(2, short[].class);

    private final int bytes;
    private final Class<?> arrayType;
    private final String text;

    ElementType(int bytes, Class<?> arrayType) {
        this.bytes = bytes;
        this.arrayType = arrayType;
        this.text = name().toLowerCase(Locale.ROOT);
    }

    /** Bytes per element, in memory and in files. */
    public int bytes() {
        return bytes;
    }

    /** The class of the Java array that stores elements of this type, such as {@code float[].class}. */
    public Class<?> arrayType() {
        return arrayType;
    }

    /** The name in graphs and messages: {@code f32} and the like. */
    public String text() {
        return text;
    }

    /** A new array of {@link #arrayType}, all zeros or false. */
    public Object newArray(int length) {
        return switch (this) {
            case F32 -> new float[length];
            case F64 -> new double[length];
            case I32 -> new int[length];
            case I64 -> new long[length];
            case BOOL -> new boolean[length];
            case U8, I8 -> new byte[length];
            case I16, BF16 -> new short[length];
        };
    }
}
