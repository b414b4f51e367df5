package bytegrad.runtime;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Has HotSpot compile a function's micro-kernels, by calls that are as short as can be, each until it allocates nothing: vectors are objects until
 * C2 has compiled all that touches them. In runs of the function alone, HotSpot would interrupt the long loops of a micro-kernel to compile them
 * first, which takes three times as long as the method, and each run would take its time until then.
 *
 * <p>It goes on in slices between runs, in the thread of whoever runs the function: a thread of its own would take processors from that one
 * and from C2.
 */
final class Rehearsal {
    /** Calls that are all that HotSpot needs to leave its interpreter: with as little work as possible. */
    private static final int INTERPRETED = 250;

    /** Turns of a loop afterwards: HotSpot takes loops that were seen to turn less for short ones; with 60 and more it would compile the loop by itself first. */
    private static final int TURNS = 32;

    private static final int BATCH = 25;

    /** Calls of one micro-kernel in a row, so that C2 is at work on it while the next is called: as many as it takes where C2 has little to do. */
    private static final int ROW = INTERPRETED + 1100;

    /** For so long no micro-kernel may get compiled: there may be ones that HotSpot will not rid of all objects. */
    private static final long PATIENCE_NANOS = 1_500_000_000;

    private final Program program;
    private final Arena arena;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final int[] calls;
    private final boolean[] ready;
    private int left;
    private int next;
    private long waited;
    private @Nullable Slabs slabs;
    private volatile boolean over;

    Rehearsal(Program program, Arena arena) {
        this.program = program;
        int n = program.rehearsals();
        int most = program.rehearsalElements();
        this.arena = arena.atMost(most);
        calls = new int[n];
        ready = new boolean[n];
        left = n;
        over = n == 0;
    }

    /** Whether there is nothing left to do. */
    boolean isOver() {
        return over;
    }

    /** Bytes that it has in use. */
    long bytes() {
        return slabs == null ? 0 : arena.bytes();
    }

    /** Goes on for so long; does nothing while another thread does. */
    void goOn(long nanos) {
        if (over || !busy.compareAndSet(false, true)) {
            return;
        }
        try {
            Slabs on = slabs == null ? new Slabs(arena) : slabs;
            slabs = on;
            long start = System.nanoTime();
            long now = start;
            while (left > 0 && now - start < nanos && waited < PATIENCE_NANOS) {
                int before = left;
                if (!ready[next]) {
                    batch(next, on);
                }
                if (ready[next] || calls[next] >= ROW) {
                    next = (next + 1) % calls.length;
                }
                long then = now;
                now = System.nanoTime();
                waited = left < before ? 0 : waited + now - then;
            }
            if (left == 0 || waited >= PATIENCE_NANOS) {
                slabs = null;
                over = true;
            }
        } finally {
            busy.set(false);
        }
    }

    private void batch(int k, Slabs on) {
        int turns = calls[k] < INTERPRETED ? 1 : TURNS;
        long allocated = allocated();
        for (int c = 0; c < BATCH; c++) {
            program.rehearse(k, turns, on);
        }
        calls[k] += BATCH;
        if (turns > 1 && allocated() == allocated) {
            ready[k] = true;
            left--;
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
