package bytegrad.runtime;

/**
 * What every emitted class extends: a whole compiled graph over one arena, with one slab per storage type. Stateless, so
 * one program serves any number of sessions.
 */
public abstract class Program {
    /** Called by emitted classes alone. */
    protected Program() {}

    /** Runs every kernel once, in order, on the calling thread alone. */
    public final void run(Slabs slabs) {
        ParallelFor loops = new ParallelFor(this, slabs, 1);
        steps(slabs, loops);
        updates(slabs, loops);
    }

    /** Runs the kernels, in order, that come before the first that writes into a state. */
    protected abstract void steps(Slabs slabs, ParallelFor loops);

    /** Runs the others, in order. */
    protected abstract void updates(Slabs slabs, ParallelFor loops);

    /** How many parallel loops there are. */
    protected int regions() {
        return 0;
    }

    /** How many launches take the time; 0 where the class was compiled without a profile. */
    protected int launches() {
        return 0;
    }

    /**
     * Runs one chunk of a parallel loop.
     *
     * @param region which loop, from 0 to {@link #regions} − 1
     * @param chunk which chunk of it
     * @param offsets where its kernel's buffers are, where the code does not know
     */
    protected void chunk(int region, int chunk, int[] offsets, Slabs slabs) {
        throw new IllegalArgumentException("no parallel loop " + region);
    }
}
