package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.SessionException;
import bytegrad.runtime.SessionPool;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One compiled function, many threads. */
@Timeout(120)
class ManySessionsTest {
    private static final int THREADS = 64;
    private static final int RUNS = 20;

    /** h ← tanh(h·w + x), y = Σ h: a state that goes on, and a contraction that is cut for threads. */
    private static CompiledFunction function() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 24, 37);
        Node w = b.input("w", DType.F32, 37, 37);
        Node h = b.input("h", DType.F32, 24, 37);
        Node next = b.tanh(b.add(b.matmul(h, w), x));
        b.update(h, next);
        b.output("y", b.sumAll(next));
        return Compiler.compile(b.build(), Options.DEFAULT.withChunkNanos(0));
    }

    private static Tensor random(long seed, int... shape) {
        Random random = new Random(seed);
        Tensor t = Tensor.zeros(bytegrad.runtime.ElementType.F32, shape);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = random.nextFloat() - 0.5f;
        }
        return t;
    }

    private static Tensor after(Session s, long seed) {
        s.set("h", Tensor.zeros(bytegrad.runtime.ElementType.F32, 24, 37));
        for (int run = 0; run < RUNS; run++) {
            s.set("x", random(seed * RUNS + run, 24, 37)).run();
        }
        return s.state("h");
    }

    private static List<Tensor> expected(CompiledFunction f) {
        Session one = f.newSession(1).set("w", random(1, 37, 37));
        List<Tensor> expected = new ArrayList<>();
        for (int k = 0; k < THREADS; k++) {
            expected.add(after(one, k));
        }
        return expected;
    }

    @Test
    void aSessionForEachOf64Threads() throws Exception {
        CompiledFunction f = function();
        CyclicBarrier together = new CyclicBarrier(THREADS);
        List<Tensor> found = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Tensor>> answers = new ArrayList<>();
            for (int k = 0; k < THREADS; k++) {
                long seed = k;
                answers.add(threads.submit(() -> {
                    Session s = f.newSession().set("w", random(1, 37, 37));
                    together.await();
                    return after(s, seed);
                }));
            }
            for (Future<Tensor> answer : answers) {
                found.add(answer.get());
            }
        }
        assertEquals(expected(f), found);
    }

    @Test
    void aPoolFor64Threads() throws Exception {
        CompiledFunction f = function();
        List<Tensor> found = new ArrayList<>();
        try (SessionPool pool = new SessionPool(f, 3, s -> s.set("w", random(1, 37, 37))); ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Tensor>> answers = new ArrayList<>();
            for (int k = 0; k < THREADS; k++) {
                long seed = k;
                answers.add(threads.submit(() -> pool.use(s -> after(s, seed))));
            }
            for (Future<Tensor> answer : answers) {
                found.add(answer.get());
            }
            assertEquals(3, pool.available());
        }
        assertEquals(expected(f), found);
    }

    /** Two threads by mistake have one session: either has right answers, or is told so; it is seen sooner or later. */
    @Test
    void aSessionThatIsSharedIsRefused() throws Exception {
        CompiledFunction f = function();
        Session shared = f.newSession().set("w", random(1, 37, 37)).set("x", random(2, 24, 37)).set("h", random(3, 24, 37));
        CountDownLatch refused = new CountDownLatch(1);
        List<String> messages = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<Integer>> runs = new ArrayList<>();
            for (int k = 0; k < 2; k++) {
                runs.add(threads.submit(() -> {
                    int done = 0;
                    while (refused.getCount() > 0) {
                        try {
                            shared.run();
                            done++;
                        } catch (SessionException e) {
                            synchronized (messages) {
                                messages.add(e.getMessage());
                            }
                            refused.countDown();
                        }
                    }
                    return done;
                }));
            }
            int done = runs.get(0).get() + runs.get(1).get();
            // Every run that was not refused happened, one after another.
            Session alone = f.newSession().set("w", random(1, 37, 37)).set("x", random(2, 24, 37)).set("h", random(3, 24, 37));
            for (int i = 0; i < done; i++) {
                alone.run();
            }
            assertEquals(alone.state("h"), shared.state("h"));
        }
        assertTrue(messages.getFirst().contains("entered a session that thread"), messages.getFirst());
    }
}
