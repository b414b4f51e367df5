package bytegrad.runtime;

/**
 * What every emitted class extends: a whole compiled graph over one arena, with one slab per storage type. Stateless, so
 * one program serves any number of sessions.
 */
public abstract class Program {
    private static final byte[] NO_BYTES = {};
    private static final short[] NO_SHORTS = {};

    /** Called by emitted classes alone. */
    protected Program() {}

    /**
     * Runs every kernel once, in order.
     *
     * @param f the slab of f32 tensors
     * @param d the slab of f64 tensors
     * @param i the slab of i32 tensors
     * @param l the slab of i64 tensors
     * @param z the slab of bool tensors
     * @param u8 the slab of u8 tensors
     * @param i8 the slab of i8 tensors
     * @param i16 the slab of i16 tensors
     * @param bf16 the slab of bf16 tensors, as bits
     */
    public abstract void run(float[] f, double[] d, int[] i, long[] l, boolean[] z, byte[] u8, byte[] i8, short[] i16, short[] bf16);

    /** Runs a program that has no tensors of the types that are for storage only. */
    public final void run(float[] f, double[] d, int[] i, long[] l, boolean[] z) {
        run(f, d, i, l, z, NO_BYTES, NO_BYTES, NO_SHORTS, NO_SHORTS);
    }
}
