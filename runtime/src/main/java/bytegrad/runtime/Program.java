package bytegrad.runtime;

/**
 * What every emitted class extends: a whole compiled graph over one arena, with one slab per storage type. Stateless, so
 * one program serves any number of sessions.
 */
public abstract class Program {
    /** Called by emitted classes alone. */
    protected Program() {}

    /**
     * Runs every kernel once, in order, on the calling thread alone.
     *
     * @param f the slab of f32 tensors
     * @param d the slab of f64 tensors
     * @param i the slab of i32 tensors
     * @param l the slab of i64 tensors
     * @param z the slab of bool tensors
     */
    public final void run(float[] f, double[] d, int[] i, long[] l, boolean[] z) {
        ParallelFor loops = new ParallelFor(this, f, d, i, l, z, 1);
        steps(f, d, i, l, z, loops);
        updates(f, d, i, l, z, loops);
    }

    /** Runs the kernels, in order, that come before the first that writes into a state. */
    protected abstract void steps(float[] f, double[] d, int[] i, long[] l, boolean[] z, ParallelFor loops);

    /** Runs the others, in order. */
    protected abstract void updates(float[] f, double[] d, int[] i, long[] l, boolean[] z, ParallelFor loops);

    /** How many parallel loops there are. */
    protected int regions() {
        return 0;
    }

    /**
     * Runs one chunk of a parallel loop.
     *
     * @param region which loop, from 0 to {@link #regions} − 1
     * @param chunk which chunk of it
     * @param offsets where its kernel's buffers are, where the code does not know
     */
    protected void chunk(int region, int chunk, int[] offsets, float[] f, double[] d, int[] i, long[] l, boolean[] z) {
        throw new IllegalArgumentException("no parallel loop " + region);
    }
}
