package bytegrad.runtime.data;

import bytegrad.runtime.Tensor;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Batches one after another, made ahead of their use on a thread of their own. Close it to end that thread. */
public final class Prefetch implements AutoCloseable {
    private static final int AHEAD = 3;

    /** A batch, or why there is none. */
    private record Made(Map<String, Tensor> batch, @Nullable Throwable failure) {}

    private final BlockingQueue<Made> queue = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;
    private volatile boolean closed;
    private int left;

    /**
     * Begins to make batches.
     *
     * @param from the number of the first
     * @param to the number behind the last
     * @param batches what makes a batch of a number
     */
    public Prefetch(int from, int to, IntFunction<Map<String, Tensor>> batches) {
        left = Math.max(0, to - from);
        thread = new Thread(() -> make(from, to, batches), "bytegrad-prefetch");
        thread.setDaemon(true);
        thread.start();
    }

    private void make(int from, int to, IntFunction<Map<String, Tensor>> batches) {
        try {
            for (int i = from; i < to && !closed; i++) {
                Made made;
                try {
                    made = new Made(batches.apply(i), null);
                } catch (RuntimeException | Error e) {
                    made = new Made(Map.of(), e);
                }
                queue.put(made);
                if (made.failure != null) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // Closed: nobody waits for a batch.
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The next batch; waits for it. What making it threw is thrown here.
     *
     * @throws IllegalStateException if there is none left, or this is closed
     */
    public Map<String, Tensor> take() {
        if (closed || left == 0) {
            throw new IllegalStateException(closed ? "closed" : "no batch left");
        }
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    Made made = queue.take();
                    left = made.failure == null ? left - 1 : 0;
                    if (made.failure instanceof Error error) {
                        throw error;
                    }
                    if (made.failure instanceof RuntimeException failure) {
                        throw failure;
                    }
                    return made.batch;
                } catch (InterruptedException e) {
                    interrupted = true; // A batch is on its way; whoever interrupts finds the mark afterwards.
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends the thread; what it made is dropped. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
