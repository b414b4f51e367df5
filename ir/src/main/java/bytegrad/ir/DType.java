package bytegrad.ir;

/** The type of a tensor's elements. */
public enum DType {
    F32(4),
    F64(8),
    I32(4),
    I64(8),
    /** Stored as one Java {@code boolean} an element. */
    BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes an element takes in memory. */
    public int bytes() {
        return bytes;
    }

    public boolean isFloat() {
        return this == F32 || this == F64;
    }

    public boolean isInteger() {
        return this == I32 || this == I64;
    }

    public boolean isNumeric() {
        return this != BOOL;
    }

    /** The name in graph text: {@code f32}, {@code f64}, {@code i32}, {@code i64}, {@code bool}. */
    public String text() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
