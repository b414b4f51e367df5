package bytegrad.runtime;

/**
 * What every emitted class extends: a whole compiled graph over one arena, with one slab per storage type. Stateless, so
 * one program serves any number of sessions.
 */
public abstract class Program {
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
     */
    public abstract void run(float[] f, double[] d, int[] i, long[] l, boolean[] z);
}
