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
 */
public record Arena(int f32, int f64, int i32, int i64, int bool) {
    /** Bytes of all slabs together. */
    public long bytes() {
        return 4L * f32 + 8L * f64 + 4L * i32 + 8L * i64 + bool;
    }
}
