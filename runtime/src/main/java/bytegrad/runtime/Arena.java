package bytegrad.runtime;

/**
 * The memory of a session: one array per storage type, made once, in which every tensor of a compiled function lives.
 * Its size is the peak by construction.
 *
 * @param f32 elements of the slab of f32 tensors
 * @param f64 elements of the slab of f64 tensors
 * @param i32 elements of the slab of i32 tensors
 * @param i64 elements of the slab of i64 tensors
 * @param bool elements of the slab of bool tensors
 * @param u8 elements of the slab of u8 tensors
 * @param i8 elements of the slab of i8 tensors
 * @param i16 elements of the slab of i16 tensors
 * @param bf16 elements of the slab of bf16 tensors
 */
public record Arena(int f32, int f64, int i32, int i64, int bool, int u8, int i8, int i16, int bf16) {
    /** Without the types that are for storage only. */
    public Arena(int f32, int f64, int i32, int i64, int bool) {
        this(f32, f64, i32, i64, bool, 0, 0, 0, 0);
    }

    /** With at most so many elements in each slab. */
    Arena atMost(int elements) {
        return new Arena(Math.min(f32, elements), Math.min(f64, elements), Math.min(i32, elements), Math.min(i64, elements), Math.min(bool, elements),
                Math.min(u8, elements), Math.min(i8, elements), Math.min(i16, elements), Math.min(bf16, elements));
    }

    /** Elements of the slab of a type. */
    public int elements(ElementType type) {
        return switch (type) {
            case F32 -> f32;
            case F64 -> f64;
            case I32 -> i32;
            case I64 -> i64;
            case BOOL -> bool;
            case U8 -> u8;
            case I8 -> i8;
            case I16 -> i16;
            case BF16 -> bf16;
        };
    }

    /** Bytes of all slabs together. */
    public long bytes() {
        return 4L * f32 + 8L * f64 + 4L * i32 + 8L * i64 + bool + u8 + i8 + 2L * i16 + 2L * bf16;
    }
}
