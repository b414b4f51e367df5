package bytegrad.runtime.io;

import bytegrad.runtime.ElementType;

/** An element as it stands in a file: the five of a tensor, and narrower integers that are widened to i32. */
enum StoredType {
    U8(1, ElementType.I32),
    I8(1, ElementType.I32),
    I16(2, ElementType.I32),
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
