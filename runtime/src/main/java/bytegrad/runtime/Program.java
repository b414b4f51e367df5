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
        derive(slabs, loops);
        steps(slabs, loops);
        updates(slabs, loops);
    }

    /**
     * Runs the kernels, in order, that depend on {@linkplain Signature#kept kept} inputs and constants alone: before the first run, and before the next whenever one of
     * those inputs was set. What they store for the others stays where it is.
     */
    protected void derive(Slabs slabs, ParallelFor loops) {}

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

    /** How many methods {@link #rehearse} can call. */
    protected int rehearsals() {
        return 0;
    }

    /** How many of them, the first, are micro-kernels, which are told how far to go. */
    protected int microKernels() {
        return 0;
    }

    /** Nanoseconds that a run is estimated to take once the micro-kernels are compiled; 0 where there are none to rehearse. */
    protected long estimatedNanos() {
        return 0;
    }

    /** Elements that each slab needs for {@link #rehearse}, as far as it has so many. */
    protected int rehearsalElements() {
        return 0;
    }

    /**
     * Calls a micro-kernel as its kernel does, but for few products; or any method with {@linkplain Slabs#NONE nothing to work on}, which then returns at
     * once. Both have HotSpot compile it sooner, and once. What it computes means nothing.
     *
     * @param number which, from 0 to {@link #rehearsals} − 1
     * @param turns how often its loops run at most
     * @param slabs none, unless the number is below {@link #microKernels}
     */
    protected void rehearse(int number, int turns, Slabs slabs) {
        throw new IllegalArgumentException("no rehearsal " + number);
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
