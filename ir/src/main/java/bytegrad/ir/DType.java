package bytegrad.ir;

/** The type of a tensor's elements. */
public enum DType {
    F32(4),
    F64(8),
    I32(4),
    I64(8),
    /** Stored as one Java {@code boolean} an element. */
    BOOL(1),
    /** Whole numbers from 0 to 255, for storage. */
    U8(1),
    /** Whole numbers from −128 to 127, for storage. */
    I8(1),
    /** Whole numbers from −32768 to 32767, for storage. */
    I16(2),
    /** The upper half of an f32: its range, with 8 bits of precision; for storage. */
    BF16(2);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes an element takes in memory. */
    public int bytes() {
        return bytes;
    }

    /** Real numbers, which have gradients. bf16 is one, though nothing is computed in it. */
    public boolean isFloat() {
        return this == F32 || this == F64 || this == BF16;
    }

    /** Whole numbers to compute with. */
    public boolean isInteger() {
        return this == I32 || this == I64;
    }

    /** Whether arithmetic is defined on it. */
    public boolean isNumeric() {
        return this == F32 || this == F64 || isInteger();
    }

    /** Only moved and cast, never computed with: u8, i8, i16, bf16. */
    public boolean isStorage() {
        return this == U8 || this == I8 || this == I16 || this == BF16;
    }

    /** Where a dtype without arithmetic is cast to, to compute: bf16 to f32, else i32. */
    public DType computed() {
        return isNumeric() ? this : this == BF16 ? F32 : I32;
    }

    /** Whether it has this whole number and all between it and 0. */
    public boolean holds(long v) {
        return switch (this) {
            case F32 -> Math.abs(v) <= 1L << 24;
            case F64 -> Math.abs(v) <= 1L << 53;
            case I32 -> v == (int) v;
            case I64 -> true;
            case BOOL -> v == 0 || v == 1;
            case U8 -> v >= 0 && v <= 255;
            case I8 -> v == (byte) v;
            case I16 -> v == (short) v;
            case BF16 -> Math.abs(v) <= 1L << 8;
        };
    }

    /** The name in graph text: {@code f32} and the like. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
