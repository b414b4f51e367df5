package bytegrad.runtime;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A fixed number of sessions of one function, for a server whose requests come on many threads: each request has a session for itself while it uses one.
 *
 * <pre>{@code
 * SessionPool pool = new SessionPool(classifier, 4, s -> s.setAll(weights));
 * float[] p = pool.use(Duration.ofMillis(200), s -> {
 *     s.set("image", pixels).run();
 *     return s.get("probabilities").floats();
 * });
 * }</pre>
 *
 * <p>All sessions are made at once and begun alike: what the initialiser sets are inputs that all users share, which none can set again, and the first values of
 * states. Whoever gets a session finds it as the initialiser left it: another user's inputs, outputs and states are gone, and a session that a failed run broke is whole
 * again; who kept a session that was given back is refused by it. Waiting is fair: who came first is served first. The memory is bounded: that of all sessions, {@link #bytes()}.
 */
public final class SessionPool implements AutoCloseable {
    /** Released when the pool is closed, so that everybody who waits, or is yet to come, gets to see that it is. */
    private static final int EVERYBODY = Integer.MAX_VALUE / 2;

    private final CompiledFunction function;
    private final int size;
    private final int threads;
    private final Consumer<Session> initialiser;
    private final Map<String, Tensor> states;
    private final Set<String> shared;
    /** As many as there are sessions that nobody has. */
    private final Semaphore free;
    /** Sessions that nobody has, the last used first: it may be in a cache. Fewer than are free where one was lost. */
    private final ConcurrentLinkedDeque<Session> idle = new ConcurrentLinkedDeque<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * As many sessions as asked for, each of which may use as many threads as there are processors: fewer where several run at once.
     *
     * @param size from 1 to 1,000,000
     * @param initialiser gives a new session what all requests share, commonly the weights
     * @throws SessionException if the size is out of range
     */
    public SessionPool(CompiledFunction function, int size, Consumer<Session> initialiser) {
        this(function, size, Session.defaultThreads(), initialiser);
    }

    /**
     * As many sessions as asked for.
     *
     * @param threads how many may work on a run of one session; no bit of a result depends on it
     * @throws SessionException if the size is not from 1 to 1,000,000, or the number of threads not from 1 to 1024
     */
    public SessionPool(CompiledFunction function, int size, int threads, Consumer<Session> initialiser) {
        if (size < 1 || size > 1_000_000) {
            throw new SessionException("asked for a pool of " + size + " sessions, but it may have 1 to 1000000");
        }
        this.function = function;
        this.size = size;
        this.threads = threads;
        this.initialiser = initialiser;
        this.free = new Semaphore(size, true);
        Session first = function.newSession(threads);
        initialiser.accept(first);
        this.states = Map.copyOf(first.givenStates());
        this.shared = Set.copyOf(first.givenInputs());
        first.fix(shared);
        first.renew(states);
        idle.push(first);
        for (int i = 1; i < size; i++) {
            idle.push(begun());
        }
    }

    /** Another session like the first. */
    private Session begun() {
        Session s = function.newSession(threads);
        initialiser.accept(s);
        if (!s.givenInputs().equals(shared) || !s.givenStates().keySet().equals(states.keySet())) {
            throw new SessionException("the initialiser of a pool must set the same names for each session; it set " + shared + " and " + states.keySet() + ", then "
                    + s.givenInputs() + " and " + s.givenStates().keySet());
        }
        s.fix(shared);
        s.renew(states);
        return s;
    }

    /** A session that one user has, until it is closed. */
    public final class Lease implements AutoCloseable {
        private final Session session;
        private final AtomicBoolean given = new AtomicBoolean();

        private Lease(Session session) {
            this.session = session;
        }

        /**
         * The session: nobody can use it, and nobody may use buffers of it, once the lease is closed.
         *
         * @throws SessionException if it is
         */
        public Session session() {
            if (given.get()) {
                throw new SessionException("this session was given back to its pool; borrow another");
            }
            return session;
        }

        /** Gives it back; does nothing the second time. */
        @Override
        public void close() {
            if (given.compareAndSet(false, true)) {
                giveBack(session);
            }
        }
    }

    /**
     * A session, which is to be {@linkplain Lease#close given back}.
     *
     * @param patience how long to wait for one; none if zero or less
     * @throws BusyException if none became free in that time
     * @throws SessionException if the pool is closed, or the thread was interrupted (which it still is afterwards)
     */
    public Lease borrow(Duration patience) {
        requireOpen();
        if (!acquired(nanos(patience))) {
            throw new BusyException("none of " + size + " sessions became free within " + patience.toMillis() + " ms; try again later, or have a larger pool");
        }
        requireOpen();
        Session s = idle.poll();
        try {
            // None where one was lost.
            return new Lease(s == null ? begun() : s);
        } catch (RuntimeException | Error e) {
            free.release();
            throw e;
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new SessionException("the pool of sessions is closed");
        }
    }

    private boolean acquired(long nanos) {
        try {
            return free.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SessionException("interrupted while waiting for a session");
        }
    }

    /** Durations may be longer than a long has nanoseconds for. */
    private static long nanos(Duration patience) {
        return patience.compareTo(Duration.ofDays(10_000)) > 0 ? Long.MAX_VALUE : patience.toNanos();
    }

    /** Has a session do something and gives it back, whatever comes of it; waits for one as long as it takes. */
    public <T> T use(Function<? super Session, ? extends T> work) {
        return use(Duration.ofNanos(Long.MAX_VALUE), work);
    }

    /**
     * Has a session do something and gives it back, whatever comes of it. The work must not keep the session's buffers, nor use the same pool: it might wait for itself.
     *
     * @throws BusyException if none became free in that time; see {@link #borrow}
     */
    public <T> T use(Duration patience, Function<? super Session, ? extends T> work) {
        try (Lease lease = borrow(patience)) {
            return work.apply(lease.session());
        }
    }

    private void giveBack(Session session) {
        try {
            Session renewed = session.passOn(states);
            if (!closed.get()) {
                idle.push(renewed);
            }
        } catch (SessionException e) {
            // Another thread is still inside: the session is that one's, and whoever comes next has a new one made.
        }
        free.release();
    }

    /** How many sessions there are. */
    public int size() {
        return size;
    }

    /** How many of them nobody has. */
    public int available() {
        return closed.get() ? 0 : free.availablePermits();
    }

    /** Bytes of the memory of all its sessions, and of what their function has in use to prepare other code. */
    public long bytes() {
        Session any = idle.peek();
        if (any == null) {
            return size * function.arena().bytes();
        }
        return size * any.arenaBytes() + any.bytes() - any.arenaBytes();
    }

    /** Refuses whoever waits or comes; sessions that are in use stay so, and are dropped when they are given back. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            free.release(EVERYBODY);
            idle.clear();
        }
    }

    /** For people: {@code 4 sessions of 1.3 MB, 3 of them free}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d sessions of %.1f MB, %d of them free%s", size, bytes() / 1e6 / size, available(), closed.get() ? ", closed" : "");
    }
}
