package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SessionPoolTest {
    private static final Duration NOT_AT_ALL = Duration.ZERO;

    /** h ← h + w·x, y = h; fails half-way where x is negative, and waits where it is 7. */
    private static final class Accumulate extends Program {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);

        @Override
        protected void steps(Slabs slabs, ParallelFor loops) {}

        @Override
        protected void updates(Slabs slabs, ParallelFor loops) {
            float[] f = slabs.f;
            if (f[0] == 7) {
                entered.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            f[2] += f[0] * f[1];
            if (f[0] < 0) {
                throw new IndexException("x", -1, 5);
            }
            f[3] = f[2];
        }
    }

    private static Slot slot(String name, int offset) {
        return new Slot(name, ElementType.F32, List.of(1), offset);
    }

    private static CompiledFunction function(Program program) {
        Signature s = new Signature(List.of(slot("x", 0), slot("w", 1)), List.of(slot("h", 2)), List.of(slot("y", 3)));
        return new CompiledFunction(s, new Arena(4, 0, 0, 0, 0), List.of(), program);
    }

    private static void begin(Session s) {
        s.set("w", new float[] {10}).set("h", new float[] {1});
    }

    private static SessionPool pool(int size) {
        return new SessionPool(function(new Accumulate()), size, SessionPoolTest::begin);
    }

    private static double y(Session s, float x) {
        s.set("x", new float[] {x}).run();
        return s.scalar("y");
    }

    private static String message(Class<? extends Exception> type, Runnable r) {
        return String.valueOf(assertThrows(type, r::run).getMessage());
    }

    @Test
    void everyUserFindsASessionAsItWasBegun() {
        try (SessionPool pool = pool(1)) {
            assertEquals(21.0, pool.use(s -> y(s, 2)));
            assertEquals(31.0, pool.use(s -> y(s, 3)), "the state begins again");
            pool.use(s -> {
                assertTrue(message(SessionException.class, s::run).contains("never set: x"), "another user's input is gone");
                assertThrows(SessionException.class, () -> s.get("x"));
                assertThrows(SessionException.class, () -> s.get("y"));
                assertArrayEquals(new float[] {10}, s.get("w").floats());
                return s.set("h", new float[] {5});
            });
            assertEquals(11.0, pool.use(s -> y(s, 1)));
        }
    }

    @Test
    void whatAllShareCannotBeSetByOne() {
        try (SessionPool pool = pool(2)) {
            for (Runnable r : List.<Runnable>of(() -> pool.use(s -> s.set("w", new float[] {0})), () -> pool.use(s -> s.floats("w")),
                    () -> pool.use(s -> s.set("w", Tensor.of(new float[1], 1))), () -> pool.use(s -> s.setAll(java.util.Map.of("w", Tensor.of(new float[1], 1)))))) {
                assertTrue(message(InputException.class, r).contains("'w': belongs to all users"));
            }
            assertEquals(2, pool.available());
        }
    }

    @Test
    void aBrokenSessionIsWholeForTheNext() {
        try (SessionPool pool = pool(1)) {
            assertThrows(IndexException.class, () -> pool.use(s -> y(s, -1)));
            assertEquals(1, pool.available());
            assertEquals(21.0, pool.use(s -> y(s, 2)));
            assertThrows(IllegalStateException.class, () -> pool.use(s -> {
                throw new IllegalStateException("the user's own");
            }));
            assertEquals(21.0, pool.use(s -> y(s, 2)));
        }
    }

    @Test
    void aSessionThatAThreadIsStillInsideIsReplaced() throws Exception {
        Accumulate program = new Accumulate();
        AtomicInteger begun = new AtomicInteger();
        boolean[] failing = {false};
        try (SessionPool pool = new SessionPool(function(program), 1, s -> {
            if (failing[0]) {
                throw new IllegalStateException("no weights");
            }
            begun.incrementAndGet();
            begin(s);
        })) {
            SessionPool.Lease lease = pool.borrow(NOT_AT_ALL);
            Session lent = lease.session();
            Thread inside = new Thread(() -> y(lent, 7));
            inside.start();
            program.entered.await();
            lease.close();
            lease.close();
            assertEquals(1, pool.available());
            assertTrue(message(SessionException.class, lease::session).contains("given back"));
            failing[0] = true;
            assertThrows(IllegalStateException.class, () -> pool.borrow(NOT_AT_ALL));
            assertEquals(1, pool.available(), "the place is not lost");
            failing[0] = false;
            pool.use(s -> {
                assertNotSame(lent, s);
                return null;
            });
            assertEquals(21.0, pool.use(s -> y(s, 2)));
            assertEquals(2, begun.get());
            program.go.countDown();
            inside.join();
            assertEquals(71, lent.scalar("y"), "the one who kept it has it alone");
        }
    }

    @Test
    void whoWaitsTooLongIsToldSo() {
        try (SessionPool pool = pool(2); SessionPool.Lease one = pool.borrow(NOT_AT_ALL); SessionPool.Lease two = pool.borrow(NOT_AT_ALL)) {
            assertNotSame(one.session(), two.session());
            assertEquals(0, pool.available());
            assertTrue(message(BusyException.class, () -> pool.borrow(NOT_AT_ALL)).contains("none of 2 sessions became free within 0 ms"));
            assertTrue(message(BusyException.class, () -> pool.use(Duration.ofMillis(20), s -> s)).contains("within 20 ms"));
            assertThrows(BusyException.class, () -> pool.borrow(Duration.ofMillis(-5)));
            float[] known = two.session().floats("x").array();
            two.close();
            assertSame(known, pool.use(Duration.ofDays(1_000_000), s -> s.floats("x").array()), "the memory that was used last");
        }
    }

    @Test
    void whoKeptASessionIsRefusedByIt() {
        try (SessionPool pool = pool(1)) {
            Session kept = pool.use(s -> {
                s.hold();
                return s;
            });
            String refusal = "this session was given back to its pool; borrow another";
            assertEquals(refusal, message(SessionException.class, () -> kept.set("x", new float[] {7})), "while nobody has it");
            pool.use(s -> {
                s.set("x", new float[] {2});
                for (Runnable r : List.<Runnable>of(() -> kept.set("x", new float[] {7}), kept::run, () -> kept.get("x"), kept::hold, () -> kept.floats("x"))) {
                    assertEquals(refusal, message(SessionException.class, r));
                }
                s.run();
                assertEquals(21.0, s.scalar("y"));
                return s;
            });
        }
    }

    @Test
    void whoCameFirstIsServedFirst() throws Exception {
        List<Integer> served = Collections.synchronizedList(new ArrayList<>());
        try (SessionPool pool = pool(1)) {
            List<Thread> waiting = new ArrayList<>();
            SessionPool.Lease lease = pool.borrow(NOT_AT_ALL);
            for (int i = 0; i < 8; i++) {
                int number = i;
                Thread t = new Thread(() -> pool.use(s -> served.add(number)));
                t.start();
                waiting.add(t);
                while (t.getState() != Thread.State.WAITING && t.getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
            }
            lease.close();
            for (Thread t : waiting) {
                t.join();
            }
        }
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), served);
    }

    @Test
    void manyThreadsShareFewSessions() throws Exception {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger inUse = new AtomicInteger();
        try (SessionPool pool = pool(3); ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<Double>> answers = new ArrayList<>();
            for (int i = 0; i < 800; i++) {
                float x = i % 5 == 4 ? -1 : i + 10;
                answers.add(threads.submit(() -> pool.use(s -> {
                    most.accumulateAndGet(inUse.incrementAndGet(), Math::max);
                    try {
                        return y(s, x);
                    } finally {
                        inUse.decrementAndGet();
                    }
                })));
            }
            for (int i = 0; i < answers.size(); i++) {
                Future<Double> answer = answers.get(i);
                if (i % 5 == 4) {
                    assertThrows(java.util.concurrent.ExecutionException.class, answer::get);
                } else {
                    assertEquals(1 + 10.0 * (i + 10), answer.get());
                }
            }
            assertEquals(3, pool.available());
            assertTrue(most.get() <= 3);
        }
    }

    @Test
    void aClosedPoolRefusesWhoWaitsAndWhoComes() throws Exception {
        SessionPool pool = pool(1);
        SessionPool.Lease lease = pool.borrow(NOT_AT_ALL);
        try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
            CountDownLatch started = new CountDownLatch(1);
            Future<?> waiting = threads.submit(() -> {
                started.countDown();
                return message(SessionException.class, () -> pool.use(s -> s));
            });
            started.await();
            pool.close();
            pool.close();
            assertTrue(String.valueOf(waiting.get(30, TimeUnit.SECONDS)).contains("closed"));
        }
        assertEquals(21.0, y(lease.session(), 2), "who has one keeps it");
        lease.close();
        assertTrue(message(SessionException.class, () -> pool.borrow(NOT_AT_ALL)).contains("closed"));
        assertEquals(0, pool.available());
        assertTrue(pool.toString().contains("closed"));
    }

    @Test
    void anInterruptedThreadStaysSo() {
        try (SessionPool pool = pool(1); SessionPool.Lease lease = pool.borrow(NOT_AT_ALL)) {
            assertFalse(lease.session().handedOver());
            Thread.currentThread().interrupt();
            assertTrue(message(SessionException.class, () -> pool.use(s -> s)).contains("interrupted"));
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void sizesAndInitialisersAreChecked() {
        CompiledFunction f = function(new Accumulate());
        assertTrue(message(SessionException.class, () -> new SessionPool(f, 0, SessionPoolTest::begin)).contains("pool of 0"));
        assertThrows(SessionException.class, () -> new SessionPool(f, 1, 0, SessionPoolTest::begin));
        int[] calls = {0};
        assertTrue(message(SessionException.class, () -> new SessionPool(f, 2, s -> s.set(calls[0]++ == 0 ? "w" : "x", new float[1]))).contains("same names"));
        try (SessionPool pool = pool(3)) {
            assertEquals(3 * 16, pool.bytes());
            assertEquals(3, pool.size());
            assertEquals("3 sessions of 0.0 MB, 3 of them free", pool.toString());
        }
    }

    @Test
    void aStateThatWasNotBegunIsForEachUserToSet() {
        try (SessionPool pool = new SessionPool(function(new Accumulate()), 1, s -> s.set("w", new float[] {2}))) {
            assertEquals(9.0, pool.use(s -> y(s.set("h", new float[] {3}), 3)));
            assertTrue(message(SessionException.class, () -> pool.use(s -> y(s, 3))).contains("never set: h"));
        }
    }
}
