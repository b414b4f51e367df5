package bytegrad.runtime;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The function that takes over from one that starts fast: the same graph compiled to vector code, which computes the same bits, but is hundreds of
 * times slower until HotSpot has compiled it. It is made, and its micro-kernels are {@linkplain Rehearsal rehearsed}, in slices between runs of the
 * first, on memory of its own; then each session goes over to it between two runs.
 */
final class Successor {
    private final Supplier<CompiledFunction> compiler;
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile @Nullable CompiledFunction function;
    private volatile boolean ready;
    private volatile boolean failed;

    Successor(Supplier<CompiledFunction> compiler) {
        this.compiler = compiler;
    }

    /** Whether sessions are to go over to it. */
    boolean isReady() {
        return ready;
    }

    /** The function itself, which is made if it is not yet. */
    synchronized CompiledFunction function() {
        CompiledFunction known = function;
        if (known == null) {
            known = compiler.get();
            function = known;
        }
        return known;
    }

    /** Bytes of the memory that it is rehearsed on. */
    long bytes() {
        CompiledFunction known = function;
        return known == null ? 0 : known.rehearsal().bytes();
    }

    /** Rehearses it for about so long, or makes it; does nothing while another thread does. */
    void goOn(long nanos) {
        if (ready || failed || !busy.compareAndSet(false, true)) {
            return;
        }
        try {
            function().rehearsal().goOn(nanos);
            ready = function().rehearsal().areMicroKernelsReady();
        } catch (RuntimeException e) {
            // The caller's run was fine, and so will be the next.
            failed = true;
            System.getLogger("bytegrad.simd").log(Level.WARNING, "goes on with scalar code: there is no vector code for this graph", e);
        } finally {
            busy.set(false);
        }
    }

    /** Rehearses it to the end. */
    void finish() {
        function().rehearsal().goOn(Long.MAX_VALUE);
        ready = true;
    }
}
