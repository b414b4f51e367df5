package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool, which has three workers in these tests: the system property is set to 4. */
@Timeout(60)
class ParallelForTest {
    private static final int CHUNKS = 24;

    /** Loop 0 runs the given chunk; a run is loop 0 of so many chunks. */
    private static final class Loop extends Program {
        private final int chunks;
        private final IntConsumer chunk;

        Loop(int chunks, IntConsumer chunk) {
            this.chunks = chunks;
            this.chunk = chunk;
        }

        @Override
        protected void steps(Slabs slabs, ParallelFor loops) {
            loops.run(0, chunks);
        }

        @Override
        protected void updates(Slabs slabs, ParallelFor loops) {}

        @Override
        protected int regions() {
            return 1;
        }

        @Override
        protected void chunk(int region, int c, int[] offsets, Slabs slabs) {
            chunk.accept(c);
        }
    }

    private static Session session(int chunks, int threads, IntConsumer chunk) {
        Signature none = new Signature(List.of(), List.of(), List.of());
        return new CompiledFunction(none, new Arena(0, 0, 0, 0, 0), List.of(), new Loop(chunks, chunk)).newSession(threads);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyChunkRunsOnce() {
        for (int threads = 1; threads <= 5; threads++) {
            AtomicInteger[] times = new AtomicInteger[CHUNKS];
            for (int c = 0; c < CHUNKS; c++) {
                times[c] = new AtomicInteger();
            }
            Session s = session(CHUNKS, threads, c -> times[c].incrementAndGet());
            int runs = 2000;
            for (int r = 0; r < runs; r++) {
                s.run();
            }
            for (AtomicInteger t : times) {
                assertEquals(runs, t.get());
            }
        }
    }

    @Test
    void asManyThreadsAsAskedForWorkAtTheSameTime() {
        for (int threads = 1; threads <= 4; threads++) {
            // Nobody gets on before all are there.
            CountDownLatch all = new CountDownLatch(threads);
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            session(threads, threads, c -> {
                seen.add(Thread.currentThread());
                all.countDown();
                await(all);
            }).run();
            assertEquals(threads, seen.size());
            assertTrue(seen.contains(Thread.currentThread()));
        }
    }

    @Test
    void workersAreBoundedDaemonsThatKnowNothingOfTheirFirstCaller() {
        Set<Thread> seen = ConcurrentHashMap.newKeySet();
        for (int r = 0; r < 200; r++) {
            session(CHUNKS, 100, c -> seen.add(Thread.currentThread())).run();
        }
        seen.remove(Thread.currentThread());
        assertTrue(seen.size() <= 3, seen.toString());
        for (Thread t : seen) {
            assertTrue(t.isDaemon() && t.getName().startsWith("bytegrad-worker-"), t.toString());
            assertSame(ClassLoader.getSystemClassLoader(), t.getContextClassLoader());
        }
        assertTrue(Workers.shared().started() <= 3);
    }

    @Test
    void theLowestFailureReachesTheCallerAndTheRestIsSuppressed() {
        for (int threads = 1; threads <= 4; threads++) {
            for (int r = 0; r < 200; r++) {
                Set<Integer> failed = ConcurrentHashMap.newKeySet();
                Map<Thread, Integer> last = new ConcurrentHashMap<>();
                Set<String> begunAbove = ConcurrentHashMap.newKeySet();
                Session s = session(CHUNKS, threads, c -> {
                    if (c >= 5) {
                        failed.add(c);
                        Integer before = last.put(Thread.currentThread(), c);
                        if (before != null && before < c) {
                            begunAbove.add(c + " after " + before);
                        }
                        throw new IndexException("node", c, 5);
                    }
                });
                IndexException e = assertThrows(IndexException.class, s::run);
                assertEquals(5, e.index());
                assertEquals(failed.size() - 1, suppressed(e), failed.toString());
                assertEquals(Set.of(), begunAbove, "a chunk above one that had failed was begun");
            }
        }
    }

    /** A run is a loop that may fail after states were written. */
    private static final class Late extends Program {
        boolean fails;

        @Override
        protected void steps(Slabs slabs, ParallelFor loops) {}

        @Override
        protected void updates(Slabs slabs, ParallelFor loops) {
            loops.run(0, CHUNKS);
        }

        @Override
        protected int regions() {
            return 1;
        }

        @Override
        protected void chunk(int region, int c, int[] offsets, Slabs slabs) {
            if (fails && c % 2 == 1) {
                throw new ArithmeticException("chunk " + c);
            }
            slabs.f[c] = c;
        }
    }

    @Test
    void afterAWorkersFailureTheSessionIsBrokenUntilRestoredAndThePoolLives() {
        for (int threads = 1; threads <= 4; threads++) {
            Late program = new Late();
            Slot w = new Slot("w", ElementType.F32, List.of(CHUNKS), 0);
            Signature state = new Signature(List.of(), List.of(w), List.of());
            Session s = new CompiledFunction(state, new Arena(CHUNKS, 0, 0, 0, 0), List.of(), program).newSession(threads);
            float[] start = new float[CHUNKS];
            s.set("w", start);
            s.run();
            program.fails = true;
            assertEquals("chunk 1", assertThrows(ArithmeticException.class, s::run).getMessage());
            program.fails = false;
            String broken = String.valueOf(assertThrows(SessionException.class, s::run).getMessage());
            assertTrue(broken.contains("set all of them again: w"), broken);
            assertTrue(String.valueOf(assertThrows(SessionException.class, () -> s.get("w")).getMessage()).contains("half changed"));
            s.set("w", start);
            s.run();
            assertEquals(CHUNKS - 1f, s.get("w").floats()[CHUNKS - 1]);
        }
        // The pool still has all its workers.
        asManyThreadsAsAskedForWorkAtTheSameTime();
    }

    @Test
    void numbersOfThreadsOutOfRangeAreRefused() {
        for (int bad : new int[] {Integer.MIN_VALUE, -1, 0, 1025, Integer.MAX_VALUE}) {
            String message = String.valueOf(assertThrows(SessionException.class, () -> session(1, bad, c -> {})).getMessage());
            assertTrue(message.contains(" " + bad + " ") && message.contains("1 (the caller's alone) to 1024"), message);
        }
    }

    @Test
    void aWarmUpTouchesNoSessionAndEndsWhereZerosFail() {
        AtomicInteger runs = new AtomicInteger();
        Signature none = new Signature(List.of(), List.of(), List.of());
        CompiledFunction f = new CompiledFunction(none, new Arena(0, 0, 0, 0, 0), List.of(), new Loop(1, c -> runs.incrementAndGet()));
        WarmUp w = f.warmUp();
        assertEquals(runs.get(), w.runs());
        assertTrue(w.runs() >= 20 && w.bestNanos() <= w.firstNanos() && w.nanos() >= 300_000_000L, w.toString());
        CompiledFunction fails = new CompiledFunction(none, new Arena(0, 0, 0, 0, 0), List.of(), new Loop(1, c -> {
            throw new IndexException("node", -1, 5);
        }));
        assertEquals(0, fails.warmUp().runs());
    }

    private static int suppressed(Throwable t) {
        int n = 0;
        for (Throwable s : t.getSuppressed()) {
            n += 1 + suppressed(s);
        }
        return n;
    }

    @Test
    void errorsPassThroughAndTheLoopCanRunAgain() {
        AtomicInteger fail = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        StackOverflowError one = new StackOverflowError();
        Session s = session(CHUNKS, 4, c -> {
            ran.incrementAndGet();
            if (fail.get() == 1) {
                throw one;
            }
        });
        for (int r = 0; r < 100; r++) {
            fail.set(1);
            assertSame(one, assertThrows(StackOverflowError.class, s::run));
            fail.set(0);
            ran.set(0);
            s.run();
            assertEquals(CHUNKS, ran.get());
        }
    }

    @Test
    void aLoopWithinAChunkRunsInline() {
        AtomicInteger inner = new AtomicInteger();
        ThreadLocal<Integer> depth = ThreadLocal.withInitial(() -> 0);
        Set<String> strangers = ConcurrentHashMap.newKeySet();
        session(CHUNKS, 4, c -> {
            Thread outer = Thread.currentThread();
            depth.set(1);
            session(CHUNKS, 4, k -> {
                inner.incrementAndGet();
                if (Thread.currentThread() != outer) {
                    strangers.add(Thread.currentThread().getName());
                }
            }).run();
        }).run();
        assertEquals(CHUNKS * CHUNKS, inner.get());
        assertEquals(Set.of(), strangers);
    }

    @Test
    void sessionsTogetherRunNoMoreThreadsThanThereAre() throws InterruptedException {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicInteger done = new AtomicInteger();
        int sessions = 4;
        int runs = 300;
        // Four callers that are all inside a run: no worker may join, but one that was at a chunk when the last caller came.
        CountDownLatch inside = new CountDownLatch(sessions);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < sessions; t++) {
            AtomicInteger chunks = new AtomicInteger();
            Session s = session(CHUNKS, 4, c -> {
                if (chunks.incrementAndGet() == 1) {
                    inside.countDown();
                    await(inside);
                }
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.onSpinWait();
                now.decrementAndGet();
                done.incrementAndGet();
            });
            Thread caller = new Thread(() -> {
                try {
                    for (int r = 0; r < runs; r++) {
                        s.run();
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            threads.add(caller);
            caller.start();
        }
        for (Thread t : threads) {
            t.join();
        }
        assertEquals(null, failure.get());
        assertEquals(sessions * runs * CHUNKS, done.get());
        // A worker may finish the chunk at hand when a caller comes back from between two runs.
        assertTrue(most.get() <= 7, most + " threads at once");
    }

    @Test
    void whatWorkersWroteIsSeenAndWhatWasWrittenBeforeTheySee() {
        int[] plain = new int[CHUNKS * 64];
        AtomicInteger wrong = new AtomicInteger();
        Session s = session(CHUNKS, 4, c -> {
            for (int k = 0; k < 64; k++) {
                // Written by whichever thread had this chunk, and by the caller, in the run before.
                wrong.addAndGet(plain[c * 64 + k] == plain[0] || c == 0 ? 0 : 1);
            }
        });
        for (int r = 0; r < 3000; r++) {
            for (int k = 0; k < plain.length; k++) {
                plain[k] = r;
            }
            s.run();
        }
        assertEquals(0, wrong.get());
    }

    @Test
    void theNumberOfThreadsIsTheProperty() {
        String set = System.getProperty(Workers.PROPERTY);
        try {
            assertEquals(4, Workers.threads());
            for (String bad : List.of("0", "-3", "many", "1025", "99999999999")) {
                System.setProperty(Workers.PROPERTY, bad);
                String message = String.valueOf(assertThrows(SessionException.class, () -> session(1, 1, c -> {})).getMessage());
                assertTrue(message.contains(bad) && message.contains(Workers.PROPERTY), message);
            }
            System.clearProperty(Workers.PROPERTY);
            assertEquals(Runtime.getRuntime().availableProcessors(), Workers.threads());
        } finally {
            System.setProperty(Workers.PROPERTY, set);
        }
    }
}
