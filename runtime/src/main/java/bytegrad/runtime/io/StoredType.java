package bytegrad.runtime.io;

import bytegrad.runtime.ElementType;

/** An element as it stands in a file. */
enum StoredType {
    U8(1, ElementType.U8),
    I8(1, ElementType.I8),
    I16(2, ElementType.I16),
    BF16(2, ElementType.BF16),
    I32(4, ElementType.I32),
    I64(8, ElementType.I64),
    F32(4, ElementType.F32),
    F64(8, ElementType.F64),
    BOOL(1, ElementType.BOOL);

    private final int bytes;
    private final ElementType element;

    StoredType(int bytes, ElementType element) {
        this.bytes = bytes;
        this.element = element;
    }

    static StoredType of(ElementType type) {
        return switch (type) {
            case F32 -> F32;
            case F64 -> F64;
            case I32 -> I32;
            case I64 -> I64;
            case BOOL -> BOOL;
            case U8 -> U8;
            case I8 -> I8;
            case I16 -> I16;
            case BF16 -> BF16;
        };
    }

    /** Bytes per element in the file. */
    int bytes() {
        return bytes;
    }

    /** What it becomes in memory. */
    ElementType element() {
        return element;
    }
}
