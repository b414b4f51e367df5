package bytegrad.runtime;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Who is inside of a session: one thread at a time; another is refused, not made to wait. */
final class Entrance {
    /** Inside of what nobody may use any more; it never runs. */
    private static final Thread NOBODY = new Thread("nobody");

    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
    /** How often the thread inside holds the session; only that thread reads or writes it. */
    private int holds;

    /** Lets this thread in, for one call. */
    void enter() {
        if (isHeld()) {
            return;
        }
        Thread me = Thread.currentThread();
        if (!inside.compareAndSet(null, me)) {
            Thread other = inside.get();
            if (other == NOBODY) {
                throw new SessionException("this session was given back to its pool; borrow another");
            }
            throw new SessionException("thread " + me.getName() + " entered a session that thread " + (other == null ? "?" : other.getName())
                    + " is using; give each thread a session of its own");
        }
    }

    /** Ends a call, but no hold. */
    void leave() {
        if (holds == 0) {
            // Not where nobody is to come in any more.
            inside.compareAndSet(Thread.currentThread(), null);
        }
    }

    /** Keeps others out for several calls; holds nest. */
    void hold() {
        enter();
        holds++;
    }

    /** Ends a hold of this thread. */
    void release() {
        if (!isHeld()) {
            throw new SessionException("thread " + Thread.currentThread().getName() + " released a session that it does not hold");
        }
        holds--;
        leave();
    }

    /** Shuts everybody out for good, this thread, which holds it, as well. */
    void shut() {
        holds = 0;
        inside.set(NOBODY);
    }

    /** Whether this thread holds it. Only it can have made itself the one inside, so that it may read the number of holds then. */
    private boolean isHeld() {
        return inside.getPlain() == Thread.currentThread() && holds > 0;
    }
}
