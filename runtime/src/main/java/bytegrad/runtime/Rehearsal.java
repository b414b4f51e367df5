package bytegrad.runtime;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Has HotSpot compile a function's methods, by calls that are as short as can be. In runs of the function alone, HotSpot would interrupt the long loops
 * of a method to compile them first, which takes three times as long as the method, and each run would take its time until then.
 *
 * <p>HotSpot counts a method's calls, whatever they do: most here are empty, without anything to work on. Vectors are objects until C2 has compiled all
 * that touches them, and whatever in the Vector API is called often until then C2 would compile as well, for nothing. Some calls have to be real, for what C2
 * learns from them: how loops and branches go. Those of micro-kernels are made here, for few products, until one allocates nothing; those of
 * other methods are the function's runs in between.
 *
 * <p>It goes on in slices between runs, in the thread of whoever runs the function: a thread of its own would take processors from that one
 * and from C2.
 */
final class Rehearsal {
    /** Empty calls after which HotSpot takes notes of what calls do. */
    private static final int FIRST = 300;

    /** Real calls of a micro-kernel then: of fewer, HotSpot takes what it does for rare, and makes slower code. */
    private static final int REAL = 40;

    /** Turns of a loop in those: HotSpot takes loops that were seen to turn less for short ones; with 60 and more it would compile the loop by itself first. */
    private static final int TURNS = 32;

    /** Empty calls in one round, of which there is another where HotSpot has much to do: it then asks for more of them. */
    private static final int ROUND = 700;

    /** Rounds from one real call to the next, which tells whether a micro-kernel is compiled. */
    private static final int ASK_ROUNDS = 4;

    /**
     * Rounds from one run to the next for methods whose real calls are not made here, once micro-kernels are compiled. A run that allocates nothing tells whether all methods are: of runs
     * alone, what the Vector API is made of would get as hot as they are, and be compiled before them.
     */
    private static final int LAST_ROUNDS = 6;

    /** So many in all where runs go on to allocate. */
    private static final int MOST_LAST_ROUNDS = 100 * LAST_ROUNDS;

    /** Between two rounds, for HotSpot's compilers to have the processor. */
    private static final long PAUSE_NANOS = 1_000_000;

    /** For so long no micro-kernel may get compiled: there may be ones that HotSpot will not rid of all objects. */
    private static final long PATIENCE_NANOS = 1_500_000_000;

    private final Program program;
    private final Arena arena;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final boolean[] ready;
    private int left;
    private int rounds;
    private volatile int last;
    private long waited;
    private int steps;
    private @Nullable Slabs slabs;
    private volatile boolean microKernelsReady;
    private volatile boolean over;

    Rehearsal(Program program, Arena arena) {
        this.program = program;
        this.arena = arena.atMost(program.rehearsalElements());
        left = program.microKernels();
        ready = new boolean[left];
        microKernelsReady = left == 0;
        over = program.rehearsals() == 0;
    }

    /** Whether there is nothing left to do. */
    boolean isOver() {
        return over;
    }

    /** Whether the function can run fast, apart from methods that HotSpot has to see run. */
    boolean areMicroKernelsReady() {
        return microKernelsReady;
    }

    /** Bytes that it has in use. */
    long bytes() {
        return slabs == null ? 0 : arena.bytes();
    }

    /** Goes on with micro-kernels for so long; does nothing while another thread does. */
    void goOn(long nanos) {
        goOn(nanos, false);
    }

    /**
     * Goes on for so long at most, in front of a run: with all methods, once it has begun before another.
     *
     * @param allocates whether the run before made objects
     */
    void goOnBetweenRuns(long nanos, boolean allocates) {
        if (last > 0 && (!allocates || last >= MOST_LAST_ROUNDS)) {
            over = true;
        }
        goOn(nanos, true);
    }

    private void goOn(long nanos, boolean betweenRuns) {
        if (over || !busy.compareAndSet(false, true)) {
            return;
        }
        try {
            int until = last + LAST_ROUNDS;
            boolean others = betweenRuns && steps == begins();
            long start = System.nanoTime();
            long now = start;
            while (now - start < nanos && steps < begins()) {
                begin(steps++);
                now = System.nanoTime();
            }
            while (now - start < nanos && steps == begins() && (!microKernelsReady || others && last < until)) {
                int before = left;
                round(others);
                long then = now;
                now = System.nanoTime();
                waited = left < before ? 0 : waited + now - then;
                endMicroKernels();
            }
        } finally {
            busy.set(false);
        }
    }

    /** Steps of the beginning: all methods, so that HotSpot takes notes of the next run; then the real calls. */
    private int begins() {
        return program.rehearsals() + ready.length * REAL;
    }

    private void begin(int step) {
        if (step < program.rehearsals()) {
            empty(step, FIRST);
            return;
        }
        Slabs on = slabs == null ? new Slabs(arena) : slabs;
        slabs = on;
        int real = step - program.rehearsals();
        program.rehearse(real / REAL, TURNS, on);
        if ((real + 1) % REAL == 0) {
            // C2 has something to do while the next one's real calls are made.
            empty(real / REAL, ROUND);
        }
    }

    private void round(boolean others) {
        Slabs on = slabs;
        boolean asks = ++rounds % ASK_ROUNDS == 0;
        for (int k = 0; on != null && k < ready.length; k++) {
            if (!ready[k]) {
                empty(k, ROUND);
                if (asks && isCompiled(k, on)) {
                    ready[k] = true;
                    left--;
                }
            }
        }
        if (others) {
            for (int k = ready.length; k < program.rehearsals(); k++) {
                empty(k, ROUND);
            }
            last += microKernelsReady ? 1 : 0;
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    private void endMicroKernels() {
        if (left == 0 || waited >= PATIENCE_NANOS) {
            slabs = null;
            microKernelsReady = true;
        }
    }

    private boolean isCompiled(int k, Slabs on) {
        long allocated = allocated();
        program.rehearse(k, TURNS, on);
        return allocated() == allocated;
    }

    private void empty(int k, int calls) {
        for (int c = 0; c < calls; c++) {
            program.rehearse(k, TURNS, Slabs.NONE);
        }
    }

    /** Asked for once: the question itself allocates. Initialised when first needed, since it loads some hundred classes. */
    private static final class Threads {
        static final @Nullable Object BEAN = bean();

        private static @Nullable Object bean() {
            try {
                return ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean t ? t : null;
            } catch (LinkageError e) {
                return null;
            }
        }
    }

    /** Bytes that this thread has allocated; 0 where the JVM does not say, or its module for that is missing. */
    static long allocated() {
        try {
            return Threads.BEAN instanceof com.sun.management.ThreadMXBean t ? Math.max(0, t.getCurrentThreadAllocatedBytes()) : 0;
        } catch (LinkageError | UnsupportedOperationException e) {
            return 0;
        }
    }
}
