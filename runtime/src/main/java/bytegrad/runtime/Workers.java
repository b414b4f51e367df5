package bytegrad.runtime;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The threads that help sessions with {@link ParallelFor parallel loops}: one pool for all, of as many daemon threads as keep
 * the processors busy together with one caller. They start when first needed, look out for work for a moment after each loop,
 * and then sleep.
 *
 * <p>One loop at a time has the workers; who finds them taken works alone. Each session in a run counts as a busy processor, and
 * a worker whose processor is needed leaves after the chunk at hand, so that sessions together never run more threads than there
 * are processors (but where there are more sessions than those). The caller never waits for a worker to arrive, only for chunks
 * that were begun.
 */
final class Workers {
    /** The system property with the number of threads that may work together, callers included; 1 for none but callers. */
    static final String PROPERTY = "bytegrad.threads";

    /** More than any machine of today; a mistyped property must not start millions. */
    static final int MOST = 1024;

    /** Looks without giving way, some 10 to 50 microseconds: longer than between two loops of one run, as a rule. */
    private static final int SPINS = 2000;

    /** For so long a worker gives way to other threads (C2's not least) between looks; then it sleeps, and waking takes 50 µs. */
    private static final long LOOKOUT_NANOS = 500_000;

    /** Words that different threads write are 128 bytes apart: processors fetch lines of 64 bytes in pairs. */
    private static final int APART = 16;

    /** The number of the loop that workers may enter; 0 while there is none. */
    private static final int OPEN = APART;
    /** How many workers are in it. */
    private static final int INSIDE = 2 * APART;
    /** 1 while a caller has the workers. */
    private static final int TAKEN = 3 * APART;
    /** Sessions in a run. */
    private static final int RUNNING = 4 * APART;
    /** Of each thread, the caller first, the chunks dealt to it that nobody has taken: the first in the upper half, the end in the lower. */
    private static final int DEALT = 5 * APART;

    /** Made when first asked for: most programs have no loop worth it. */
    private static final class Shared {
        static final Workers POOL = new Workers(threads() - 1);

        private Shared() {}
    }

    private final AtomicLongArray words;
    private final @Nullable Worker[] workers;

    // Written by the caller that has the workers, before it opens a loop.
    private int started;
    private long number;
    private int wanted;
    private @Nullable ParallelFor loop;

    Workers(int most) {
        workers = new Worker[most];
        words = new AtomicLongArray(DEALT + (most + 2) * APART);
    }

    static Workers shared() {
        return Shared.POOL;
    }

    /**
     * How many threads may work together in this JVM, callers included.
     *
     * @throws SessionException if the property is no such number
     */
    static int threads() {
        String asked = System.getProperty(PROPERTY, "").strip();
        if (asked.isEmpty()) {
            return Math.min(MOST, Runtime.getRuntime().availableProcessors());
        }
        try {
            int n = Integer.parseInt(asked);
            if (n >= 1 && n <= MOST) {
                return n;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new SessionException("system property " + PROPERTY + " is '" + asked + "', but must be a number of threads from 1 to " + MOST);
    }

    /** How many threads there are now. */
    int started() {
        return started;
    }

    /** A session begins a run that has parallel loops. */
    void enter() {
        words.getAndIncrement(RUNNING);
    }

    /** Its end. */
    void leave() {
        words.getAndDecrement(RUNNING);
    }

    /** Whether the worker's processor is not needed by another session; a caller, number −1, always may. */
    boolean mayWork(int worker) {
        return worker < 0 || worker < spare();
    }

    private int spare() {
        return workers.length + 1 - (int) Math.max(1, words.get(RUNNING));
    }

    /**
     * Deals chunks out, to each thread neighbours, and the same ones whenever the loop runs again: what a thread has in its own caches, such as
     * a part of a state, stays there.
     */
    private void deal(int chunks) {
        int threads = wanted + 1;
        for (int t = 0; t < threads; t++) {
            long from = (long) t * chunks / threads;
            long to = (t + 1L) * chunks / threads;
            words.set(DEALT + t * APART, from << 32 | to);
        }
    }

    /** The next of a thread's own chunks, lowest first; then the last of another's; −1 when all are taken. */
    int nextChunk(int worker) {
        int threads = wanted + 1;
        int own = worker + 1;
        int c = take(own, true);
        for (int k = 1; c < 0 && k < threads; k++) {
            c = take((own + k) % threads, false);
        }
        return c;
    }

    private int take(int thread, boolean first) {
        int at = DEALT + thread * APART;
        while (true) {
            long dealt = words.get(at);
            int from = (int) (dealt >>> 32);
            int to = (int) dealt;
            if (from >= to) {
                return -1;
            }
            if (words.compareAndSet(at, dealt, first ? dealt + (1L << 32) : dealt - 1)) {
                return first ? from : to - 1;
            }
        }
    }

    /** Runs a loop of so many chunks with the help of up to so many workers; false, and nothing was run, where there are none to be had. */
    boolean run(ParallelFor p, int chunks, int helpers) {
        int most = Math.min(helpers, spare());
        if (most <= 0 || words.get(TAKEN) != 0 || !words.compareAndSet(TAKEN, 0, 1)) {
            return false;
        }
        try {
            wanted = start(most);
            loop = p;
            deal(chunks);
            words.set(OPEN, ++number);
            try {
                wake();
                p.work(this, -1);
            } finally {
                words.set(OPEN, 0);
                awaitLast();
                // An idle pool must not keep a session's memory alive.
                loop = null;
            }
        } finally {
            words.set(TAKEN, 0);
        }
        return true;
    }

    /** Starts threads up to so many; how many there are to be used. */
    private int start(int most) {
        while (started < most) {
            Worker w = new Worker(started);
            try {
                w.thread.start();
            } catch (OutOfMemoryError e) {
                // The system has no thread to give: fewer do the same work.
                return started;
            }
            workers[started++] = w;
        }
        return most;
    }

    private void wake() {
        for (int k = 0; k < wanted; k++) {
            Worker w = workers[k];
            if (w != null && w.asleep) {
                LockSupport.unpark(w.thread);
            }
        }
    }

    /** A worker that has entered by now will be seen inside: it counts itself first, then looks whether the loop is open. */
    private void awaitLast() {
        for (int spins = 0; words.get(INSIDE) != 0; spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** One thread. */
    private final class Worker implements Runnable {
        final Thread thread;
        private final int index;
        volatile boolean asleep;
        /** The last loop it looked at. */
        private long seen;

        Worker(int index) {
            this.index = index;
            // Thread locals and class loaders of whoever comes first are none of its business.
            thread = new Thread(null, this, "bytegrad-worker-" + (index + 1), 0, false);
            thread.setDaemon(true);
            thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
        }

        @Override
        public void run() {
            while (true) {
                seen = awaitLoop();
                words.getAndIncrement(INSIDE);
                try {
                    help();
                } finally {
                    words.getAndDecrement(INSIDE);
                }
            }
        }

        private void help() {
            if (words.get(OPEN) == seen && index < wanted) {
                ParallelFor p = loop;
                if (p != null) {
                    p.work(Workers.this, index);
                }
            }
        }

        private boolean isNew(long open) {
            return open != 0 && open != seen;
        }

        private long awaitLoop() {
            long since = 0;
            for (int spins = 0; ; spins++) {
                long open = words.get(OPEN);
                if (isNew(open)) {
                    return open;
                }
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else if (since == 0) {
                    since = System.nanoTime();
                } else if (System.nanoTime() - since < LOOKOUT_NANOS) {
                    Thread.yield();
                } else {
                    sleep();
                    spins = 0;
                    since = 0;
                }
            }
        }

        /** Until a caller wakes it: whoever opens a loop looks whether it sleeps, after which it looks once more itself. */
        private void sleep() {
            asleep = true;
            if (!isNew(words.get(OPEN))) {
                LockSupport.park(this);
            }
            asleep = false;
            // A pending interrupt would keep it from ever sleeping again.
            Thread.interrupted();
        }
    }
}
