package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.Graph;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Program;
import bytegrad.runtime.Session;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.Slabs;
import bytegrad.runtime.Slot;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Code that is prepared between runs: vector code that a session of scalar code goes over to, and micro-kernels of a session that began with vector code. */
final class HandOverTest {
    private static final int MOST_RUNS = 1_000_000;

    private final Graph graph = FactsTest.perceptron(new Sgd(0.1), 24, 33, 10);
    private final Map<String, bytegrad.ir.eval.Value> inputs = RandomGraphs.inputs(graph, 1);

    @BeforeEach
    void vectors() {
        Assumptions.assumeFalse(SimdSupport.choice().isScalar());
    }

    private Session session(CompiledFunction f) {
        Session s = f.newSession(1);
        inputs.forEach((name, v) -> s.set(name, Three.tensor(v)));
        return s;
    }

    private static void runUntilHandedOver(Session s) {
        for (int r = 0; r < MOST_RUNS && !s.handedOver(); r++) {
            s.run();
        }
        assertTrue(s.handedOver());
    }

    private static void assertSame(Session a, Session b, String when) {
        for (Slot x : a.function().signature().states()) {
            assertArrayEquals(a.state(x.name()).floats(), b.state(x.name()).floats(), when + ": " + x.name());
        }
        for (Slot x : a.function().signature().outputs()) {
            assertArrayEquals(a.get(x.name()).floats(), b.get(x.name()).floats(), when + ": " + x.name());
        }
    }

    @Test
    void noBitTellsBeforeFromAfter() {
        Session s = session(Compiler.compile(graph, Options.DEFAULT.withStart(Options.Start.SCALAR)));
        Session scalar = session(Compiler.compile(graph, Options.DEFAULT.withSimd(Options.Simd.SCALAR)));
        int after = 0;
        for (int r = 0; r < MOST_RUNS && after < 5; r++) {
            s.run();
            scalar.run();
            assertFalse(r == 0 && s.handedOver());
            after += s.handedOver() ? 1 : 0;
            assertSame(s, scalar, "run " + r);
        }
        assertEquals(5, after);
    }

    @Test
    void sessionsOfOneFunctionGoOverEachWithItsOwnState() {
        CompiledFunction f = Compiler.compile(graph, Options.DEFAULT.withStart(Options.Start.SCALAR));
        Session late = session(f);
        late.run();
        Session scalar = session(Compiler.compile(graph, Options.DEFAULT.withSimd(Options.Simd.SCALAR)));
        scalar.run();
        runUntilHandedOver(session(f));
        assertFalse(late.handedOver());
        // Nothing moves but at the beginning of a run: what was read before is still there.
        assertSame(late, scalar, "before");
        for (int r = 0; r < 3; r++) {
            late.run();
            scalar.run();
        }
        assertTrue(late.handedOver());
        assertSame(late, scalar, "after");
    }

    @Test
    void thePlaceOfAnInputDoesNotMoveOnceItWasGivenAway() {
        Session s = session(Compiler.compile(graph, Options.DEFAULT.withStart(Options.Start.SCALAR)));
        s.run();
        float[] loss = s.get("loss").floats();
        String state = s.function().signature().states().getFirst().name();
        float first = s.state(state).floats()[0];
        var place = s.floats(state);
        assertTrue(s.handedOver());
        assertEquals(first, place.get(0));
        assertArrayEquals(loss, s.get("loss").floats());
        s.run();
        assertEquals(s.state(state).floats()[0], place.get(0));
    }

    @Test
    void memoryToPrepareOnIsCountedAndLeft() {
        CompiledFunction f = Compiler.compile(graph, Options.DEFAULT.withStart(Options.Start.SCALAR));
        Session s = session(f);
        assertEquals(f.arena().bytes(), s.bytes());
        runUntilHandedOver(s);
        long after = s.bytes();
        assertEquals(Compiler.compile(graph, Options.DEFAULT.withVerification(true)).arena().bytes(), after);
    }

    @Test
    void microKernelsAreRehearsedOnMemoryThatIsCountedAndLeft() throws ReflectiveOperationException {
        Graph large = FactsTest.perceptron(new Sgd(0.1), 784, 256, 128, 10);
        Map<String, bytegrad.ir.eval.Value> values = RandomGraphs.inputs(large, 1);
        CompiledFunction f = Compiler.compile(large, Options.DEFAULT);
        Session s = f.newSession(1);
        Session scalar = Compiler.compile(large, Options.DEFAULT.withSimd(Options.Simd.SCALAR)).newSession(1);
        Session within = Compiler.compile(large, Options.DEFAULT.withMemoryBudget(f.arena().bytes())).newSession(1);
        for (Session x : List.of(s, scalar, within)) {
            values.forEach((name, v) -> x.set(name, Three.tensor(v)));
        }
        boolean more = false;
        for (int r = 0; r < 5; r++) {
            s.run();
            more |= s.bytes() > f.arena().bytes();
            scalar.run();
            assertSame(s, scalar, "run " + r);
            within.run();
            assertEquals(within.function().arena().bytes(), within.bytes());
        }
        more |= seesMoreUntilPrepared(s);
        // Preparations take as long as the runs before at most: where a machine stood still meanwhile, the first is all there is, and is over before a run ends.
        for (int again = 0; again < 4 && !more; again++) {
            Session other = Compiler.compile(large, Options.DEFAULT).newSession(1);
            values.forEach((name, v) -> other.set(name, Three.tensor(v)));
            more = seesMoreUntilPrepared(other);
        }
        assertTrue(more, "5 sessions never had the memory of a rehearsal");
    }

    /** Runs until there is no code left to prepare, and the session's memory is its arena; tells whether it was more behind any run. */
    private static boolean seesMoreUntilPrepared(Session s) throws ReflectiveOperationException {
        var isPrepared = CompiledFunction.class.getDeclaredMethod("isPrepared");
        isPrepared.setAccessible(true);
        long arena = s.function().arena().bytes();
        boolean more = false;
        for (int r = 0; r < MOST_RUNS && !(boolean) isPrepared.invoke(s.function()); r++) {
            s.run();
            more |= s.bytes() > arena;
        }
        assertEquals(arena, s.bytes());
        return more;
    }

    /** What HotSpot is made to compile by calls without arrays: every method returns before it reads any. */
    @Test
    void emptyCallsReachAllMethodsAndTouchNothing() throws ReflectiveOperationException {
        Graph large = FactsTest.perceptron(new Sgd(0.1), 784, 256, 128, 10);
        Program program = program(Compiler.compile(large, Options.DEFAULT));
        int all = number(program, "rehearsals");
        int micro = number(program, "microKernels");
        assertTrue(micro > 0 && all > micro, micro + " of " + all);
        Slabs none = new Slabs(null, null, null, null, null, null, null, null, null);
        for (int k = 0; k < all; k++) {
            rehearse(program, k, none);
        }
        int elements = number(program, "rehearsalElements");
        for (int k = 0; k < micro; k++) {
            float[] f = new float[elements];
            java.util.Arrays.fill(f, Float.NaN);
            rehearse(program, k, new Slabs(f, new double[0], new int[0], new long[0], new boolean[0], new byte[0], new byte[0], new short[0], new short[0]));
        }
        Program scalar = program(Compiler.compile(large, Options.DEFAULT.withSimd(Options.Simd.SCALAR)));
        assertEquals(0, number(scalar, "rehearsals"));
    }

    private static Program program(CompiledFunction f) throws ReflectiveOperationException {
        var m = CompiledFunction.class.getDeclaredMethod("program");
        m.setAccessible(true);
        return (Program) m.invoke(f);
    }

    private static int number(Program program, String name) throws ReflectiveOperationException {
        var m = Program.class.getDeclaredMethod(name);
        m.setAccessible(true);
        return (int) m.invoke(program);
    }

    private static void rehearse(Program program, int number, Slabs slabs) throws ReflectiveOperationException {
        var m = Program.class.getDeclaredMethod("rehearse", int.class, int.class, Slabs.class);
        m.setAccessible(true);
        m.invoke(program, number, 3, slabs);
    }

    @Test
    void itTakesNoThreadOfItsOwn() {
        Session s = session(Compiler.compile(graph, Options.DEFAULT.withStart(Options.Start.SCALAR)));
        Set<String> before = names();
        runUntilHandedOver(s);
        Set<String> added = names();
        added.removeAll(before);
        assertTrue(added.stream().noneMatch(n -> n.startsWith("bytegrad")), added.toString());
    }

    private static Set<String> names() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).collect(Collectors.toSet());
    }

    @Test
    void aWarmUpEndsInVectorCode() {
        CompiledFunction f = Compiler.compile(graph, Options.DEFAULT.withStart(Options.Start.SCALAR));
        f.warmUp();
        Session s = session(f);
        s.run();
        s.run();
        s.run();
        assertTrue(s.handedOver());
    }
}
