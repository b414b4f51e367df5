package bytegrad.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionTest {
    /** w ← w + x, out = sum of the new w, and the new w as an output in w's place; fails halfway where x[1] is negative. */
    private static final class Accumulate extends Program {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go;

        Accumulate(boolean waits) {
            go = new CountDownLatch(waits ? 1 : 0);
        }

        @Override
        protected void steps(Slabs slabs, ParallelFor loops) {
            if (Float.isNaN(slabs.f[0])) {
                throw new IndexException("x", 0, 0);
            }
        }

        @Override
        protected void updates(Slabs slabs, ParallelFor loops) {
            float[] f = slabs.f;
            entered.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            f[2] += f[0];
            if (f[1] < 0) {
                throw new IndexException("x", -1, 5);
            }
            f[3] += f[1];
            f[4] = f[2] + f[3];
        }
    }

    private static Slot slot(String name, int offset, Integer... dims) {
        return new Slot(name, ElementType.F32, List.of(dims), offset);
    }

    private static Session session(Program program) {
        Signature s = new Signature(List.of(slot("x", 0, 2)), List.of(slot("w", 2, 2)), List.of(slot("sum", 4), slot("new w", 2, 2)));
        return new CompiledFunction(s, new Arena(5, 0, 0, 0, 0), List.of(), program).newSession();
    }

    private static Session session() {
        return session(new Accumulate(false)).set("x", new float[] {1, 2}).set("w", new float[] {10, 20});
    }

    private static String message(Class<? extends Exception> type, Runnable r) {
        return String.valueOf(assertThrows(type, r::run).getMessage());
    }

    @Test
    void aFailureBeforeTheFirstUpdateLeavesStatesAsTheyWere() {
        Session s = session();
        s.run();
        s.set("x", new float[] {Float.NaN, 1});
        assertThrows(IndexException.class, s::run);
        assertArrayEquals(new float[] {11, 22}, s.get("w").floats());
        assertTrue(message(SessionException.class, () -> s.get("sum")).contains("no value"));
        s.set("x", new float[] {1, 2});
        s.run();
        assertArrayEquals(new float[] {12, 24}, s.get("w").floats());
    }

    @Test
    void aStateIsReadBehindAnOutputOfItsName() {
        Signature hidden = new Signature(List.of(slot("x", 0, 2)), List.of(slot("w", 2, 2)), List.of(slot("w", 4)));
        Session s = new CompiledFunction(hidden, new Arena(5, 0, 0, 0, 0), List.of(), new Accumulate(false)).newSession();
        s.set("x", new float[] {1, 2}).set("w", new float[] {10, 20});
        s.run();
        assertArrayEquals(new float[] {33}, s.get("w").floats());
        assertArrayEquals(new float[] {11, 22}, s.state("w").floats());
        assertTrue(message(InputException.class, () -> s.state("sum")).contains("sum"));
    }

    @Test
    void aSessionHasOneThreadAtLeast() {
        CompiledFunction f = session().function();
        assertTrue(message(SessionException.class, () -> f.newSession(0)).contains("asked for 0"));
        assertThrows(SessionException.class, () -> f.newSession(-1));
    }

    @Test
    void statesGoOnFromRunToRun() {
        Session s = session();
        s.run();
        s.run();
        assertEquals(36, s.scalar("sum"));
        assertArrayEquals(new float[] {12, 24}, s.get("w").floats());
        assertArrayEquals(new float[] {12, 24}, s.get("new w").floats());
        float[] into = new float[2];
        s.read("x", into);
        assertArrayEquals(new float[] {1, 2}, into);
    }

    @Test
    void refusesWhatWasNeverSet() {
        Session s = session(new Accumulate(false));
        s.set("x", new float[2]);
        assertTrue(message(SessionException.class, s::run).contains("w"));
        assertTrue(message(SessionException.class, () -> s.get("w")).contains("never set"));
        assertTrue(message(SessionException.class, () -> s.get("sum")).contains("no run yet"));
        s.floats("w").put(new float[] {1, 1});
        s.run();
        assertEquals(2, s.scalar("sum"));
    }

    @Test
    void aFailedRunBreaksTheSessionUntilEveryStateIsSet() {
        Session s = session();
        s.run();
        s.set("x", new float[] {1, -1});
        assertThrows(IndexException.class, s::run);
        s.set("x", new float[] {1, 1});
        assertTrue(message(SessionException.class, s::run).contains("set all of them again: w"));
        // Neither outputs nor states of a half-done run can be read.
        assertTrue(message(SessionException.class, () -> s.scalar("sum")).contains("failed"));
        assertTrue(message(SessionException.class, () -> s.get("w")).contains("half changed"));
        s.set("w", new float[] {0, 0});
        s.run();
        assertEquals(2, s.scalar("sum"));
    }

    @Test
    void anOutputInAStatesPlaceIsGoneWhenTheStateIsSet() {
        Session s = session();
        s.run();
        s.set("w", new float[] {5, 5});
        assertTrue(message(SessionException.class, () -> s.get("new w")).contains("set since the last run"));
        assertEquals(33, s.scalar("sum"));
        s.run();
        assertArrayEquals(new float[] {6, 7}, s.get("new w").floats());
    }

    @Test
    void wrongNamesTypesAndLengthsAreNamed() {
        Session s = session();
        assertTrue(message(InputException.class, () -> s.set("y", new float[2])).contains("x, w"));
        assertTrue(message(InputException.class, () -> s.set("x", new float[3])).contains("f32[2]"));
        assertTrue(message(InputException.class, () -> s.set("x", new double[2])).contains("f64"));
        assertTrue(message(InputException.class, () -> s.set("x", Tensor.of(new float[2], 2, 1))).contains("f32[2,1]"));
        assertTrue(message(InputException.class, () -> s.doubles("x")).contains("f32[2]"));
        assertTrue(message(InputException.class, () -> s.read("w", new float[3])).contains("not float[] of 3"));
        assertTrue(message(InputException.class, () -> s.scalar("w")).contains("not one number"));
    }

    @Test
    void aSecondThreadIsRefusedWhileARunGoesOn() throws InterruptedException {
        Accumulate program = new Accumulate(true);
        Session s = session(program).set("x", new float[] {1, 2}).set("w", new float[2]);
        AtomicReference<Throwable> failure = new AtomicReference<>(new AssertionError("the run did not end"));
        Thread other = new Thread(() -> {
            try {
                s.run();
                failure.set(null);
            } catch (RuntimeException e) {
                failure.set(e);
            }
        }, "runner");
        other.start();
        program.entered.await();
        for (Runnable r : List.<Runnable>of(s::run, () -> s.set("x", new float[2]), () -> s.get("w"), () -> s.scalar("sum"), () -> s.floats("x"),
                () -> s.read("w", new float[2]))) {
            assertTrue(message(SessionException.class, r).contains("runner"));
        }
        program.go.countDown();
        other.join();
        assertEquals(null, failure.get());
        assertEquals(3, s.scalar("sum"));
    }

    @Test
    void aSnapshotIsRestoredWhateverHappened() {
        Session s = session();
        s.run();
        Map<String, Tensor> snapshot = s.snapshot();
        assertEquals(Map.of("w", Tensor.of(new float[] {11, 22}, 2)), snapshot);
        assertThrows(UnsupportedOperationException.class, snapshot::clear);
        s.run();
        assertArrayEquals(new float[] {11, 22}, snapshot.get("w").floats(), "it is a copy");
        s.set("x", new float[] {1, -1});
        assertThrows(IndexException.class, s::run);
        assertThrows(SessionException.class, s::snapshot);
        s.restore(snapshot).set("x", new float[] {1, 2}).run();
        assertArrayEquals(new float[] {12, 24}, s.state("w").floats());
        assertTrue(message(SessionException.class, () -> session(new Accumulate(false)).snapshot()).contains("never set"));
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsRefusedByName() {
        Session s = session();
        assertEquals("'x': expected f32[2], got null", message(InputException.class, () -> s.set("x", (float[]) null)));
        assertEquals("'x': expected f32[2], got null", message(InputException.class, () -> s.set("x", (Tensor) null)));
        assertTrue(message(InputException.class, () -> s.set(null, new float[2])).startsWith("'null': no input or state has this name; there are "));
        assertEquals("'w': expected f32[2], got null", message(InputException.class, () -> s.readState("w", null)));
        assertEquals("values are null", message(NullPointerException.class, () -> s.setAll(null)));
        assertEquals("snapshot is null", message(NullPointerException.class, () -> s.restore(null)));
    }

    @Test
    void aSessionTooLargeForTheHeapSaysSo() {
        Signature one = new Signature(List.of(slot("x", 0, 2)), List.of(), List.of());
        CompiledFunction f = new CompiledFunction(one, new Arena(Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 0, 0), List.of(), new Accumulate(false));
        String message = message(SessionException.class, f::newSession);
        assertTrue(message.startsWith("a session needs 25769803764 bytes, for which there is no room in a heap limited to ") && message.contains("-Xmx"), message);
    }

    @Test
    void aSnapshotThatDoesNotFitChangesNothing() {
        Signature two = new Signature(List.of(slot("x", 0, 2)), List.of(slot("w", 2, 2), slot("v", 4)), List.of());
        Session s = new CompiledFunction(two, new Arena(5, 0, 0, 0, 0), List.of(), new Accumulate(false)).newSession();
        s.setAll(Map.of("x", Tensor.of(new float[] {1, 2}, 2), "w", Tensor.of(new float[] {3, 4}, 2), "v", Tensor.scalar(5f)));
        String all = message(InputException.class, () -> s.restore(Map.of("w", Tensor.of(new double[2], 2), "u", Tensor.scalar(1))));
        assertTrue(all.startsWith("the snapshot does not fit this function: ") && all.contains("3 mismatches") && all.contains("\"w\" should be f32[2] but is f64[2]")
                && all.contains("\"v\" should be f32[] but is missing") && all.contains("\"u\" (i32[]) is none of its"), all);
        assertTrue(message(InputException.class, () -> s.restore(Map.of("w", Tensor.of(new float[2], 2), "v", Tensor.of(new float[1], 1)))).contains("but is f32[1]"));
        assertThrows(InputException.class, () -> s.setAll(Map.of("w", Tensor.of(new float[2], 2), "nobody", Tensor.scalar(1))));
        assertThrows(InputException.class, () -> s.setAll(Map.of("w", Tensor.of(new float[2], 2), "x", Tensor.of(new float[2], 2, 1))));
        Map<String, Tensor> several = new LinkedHashMap<>();
        several.put("q", Tensor.scalar(1f));
        several.put("x", Tensor.of(new float[5], 5));
        several.put("w", Tensor.of(new float[2], 2));
        several.put("z", Tensor.scalar(1f));
        assertEquals("the map of values does not fit this function: 2 mismatches: tensor \"x\" should be f32[2] but is f32[5]; "
                + "no input or state has the name \"q\", \"z\"; there are x, w, v", message(InputException.class, () -> s.setAll(several)));
        assertArrayEquals(new float[] {3, 4}, s.state("w").floats());
        assertArrayEquals(new float[] {5}, s.state("v").floats());
        assertArrayEquals(new float[] {1, 2}, s.state("x").floats());
    }
}
