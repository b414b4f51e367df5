package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Session;
import bytegrad.runtime.SessionException;
import bytegrad.runtime.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sessions misused, and what they say then. */
final class SessionTest {
    private static final String STEP =
            """
            graph
            table: f32[5,3] = input "table"
            i: i32[4] = input "i"
            count: i64[] = input "count"
            %3: f32[4,3] = gather(table, i) axis=0 batch=0
            %4: f32[] = reduce_sum(%3) axes=[0,1]
            %5: f32[4,3] = neg(%3)
            %6: f32[5,3] = scatter_add(table, %5, i) axis=0 batch=0
            %7: i64[] = constant 1
            %8: i64[] = add(count, %7)
            output "loss" = %4
            update "table" = %6
            update "count" = %8
            """;

    private static Session step(Options.Simd simd) {
        return Compiler.compile(GraphParser.parse(STEP), Options.DEFAULT.withSimd(simd)).newSession();
    }

    private static Session ready() {
        Session s = step(Options.Simd.SCALAR);
        s.set("table", new float[15]).set("i", new int[] {0, 1, 2, 4}).set("count", new long[] {7});
        return s;
    }

    private static String message(Class<? extends Exception> type, org.junit.jupiter.api.function.Executable what) {
        String message = String.valueOf(assertThrows(type, what).getMessage());
        assertTrue(message.lines().count() == 1, message);
        return message;
    }

    private static void says(String message, String... words) {
        for (String w : words) {
            assertTrue(message.contains(w), "'" + message + "' lacks '" + w + "'");
        }
    }

    @Test
    void aWrongNameIsAnsweredWithTheRightOnes() {
        Session s = ready();
        says(message(InputException.class, () -> s.set("tabel", new float[15])), "tabel", "table", "i", "count");
        s.run();
        says(message(InputException.class, () -> s.get("lost")), "lost", "loss", "table");
    }

    @Test
    void aWrongTypeOrLengthNamesBoth() {
        Session s = ready();
        says(message(InputException.class, () -> s.set("table", new double[15])), "table", "f32[5,3]", "f64");
        says(message(InputException.class, () -> s.set("table", new float[14])), "table", "f32[5,3]", "15", "14");
        says(message(InputException.class, () -> s.set("table", Tensor.of(new float[15], 3, 5))), "table", "f32[5,3]", "f32[3,5]");
        says(message(InputException.class, () -> s.doubles("table")), "table", "f32[5,3]", "f64");
    }

    @Test
    void whatWasNeverSetIsNamed() {
        Session s = step(Options.Simd.SCALAR);
        s.set("table", new float[15]);
        says(message(SessionException.class, s::run), "i", "count");
        says(message(SessionException.class, () -> s.get("loss")), "loss");
    }

    @Test
    void anIndexOutOfRangeIsFoundBeforeAnyStateIsWritten() {
        for (Options.Simd simd : List.of(Options.Simd.SCALAR, Options.Simd.AUTO)) {
            for (int bad : new int[] {5, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                Session s = step(simd);
                s.set("table", new float[15]).set("i", new int[] {0, 1, bad, 3}).set("count", new long[] {41});
                says(message(IndexException.class, s::run), "index " + bad, "0 to 4");
                says(message(SessionException.class, () -> s.get("loss")), "no value");
                assertEquals(41, s.scalar("count"));
                s.set("i", new int[] {0, 1, 2, 3});
                s.run();
                assertEquals(42, s.scalar("count"));
            }
        }
    }

    @Test
    void anIndexThatPicksNothingIsNotLookedAt() {
        Graph g = GraphParser.parse(
                """
                graph
                t: f32[5,0] = input "t"
                i: i32[2] = input "i"
                %2: f32[2,0] = gather(t, i) axis=0 batch=0
                %3: f32[5,0] = scatter_add(t, %2, i) axis=0 batch=0
                output "y" = %2
                output "z" = %3
                """);
        Map<String, Value> in = Map.of("t", Value.of(TensorType.of(DType.F32, 5, 0)), "i", Value.ofLongs(TensorType.of(DType.I32, 2), 7, -1));
        for (boolean passes : new boolean[] {true, false}) {
            assertEquals(Three.interpret(g, in), Three.bytecode(Compilation.of(g, Options.DEFAULT.withPasses(passes)), in));
        }
    }

    @Test
    void aCheckOfWhatIsComputedLateBreaksTheStateUntilItIsSetAgain() {
        // The index depends on the new value of the table, which is written in place: it can be checked only after that.
        Session s = Compiler.compile(GraphParser.parse(
                """
                graph
                table: f32[50] = input "table"
                count: i64[] = input "count"
                %2: f32[50] = add(table, table)
                %3: i32[50] = cast(%2)
                %4: f32[50] = scatter_add(%2, %2, %3) axis=0 batch=0
                %5: i64[] = constant 1
                %6: i64[] = add(count, %5)
                %7: f32[50] = mul(%4, %4)
                output "y" = %7
                update "table" = %2
                update "count" = %6
                """)).newSession();
        float[] table = new float[50];
        table[7] = 30;
        s.set("table", table).set("count", new long[] {0});
        says(message(IndexException.class, s::run), "index 60", "0 to 49");
        says(message(SessionException.class, s::run), "table", "count");
        says(message(SessionException.class, () -> s.get("table")), "half changed");
        s.set("table", new float[50]);
        says(message(SessionException.class, s::run), "count");
        s.set("count", new long[] {41});
        s.run();
        assertEquals(42, s.scalar("count"));
    }

    @Test
    void aFailedRunWithoutStateBreaksNothing() {
        Session s = Compiler.compile(GraphParser.parse(
                """
                graph
                table: f32[5] = input "table"
                i: i32[2] = input "i"
                %2: f32[2] = gather(table, i) axis=0 batch=0
                output "y" = %2
                """)).newSession();
        s.set("table", new float[] {1, 2, 3, 4, 5}).set("i", new int[] {0, 9});
        assertThrows(IndexException.class, s::run);
        s.set("i", new int[] {0, 4});
        s.run();
        assertArrayEquals(new float[] {1, 5}, s.get("y").floats());
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsRefusedByName() {
        assertEquals("graph is null", message(NullPointerException.class, () -> Compiler.compile(null)));
        assertEquals("options are null", message(NullPointerException.class, () -> Compiler.explain(GraphParser.parse("graph\nx: f32[2] = input \"x\"\noutput \"y\" = x\n"), null)));
    }

    @Test
    void ofTwoGathersThatDoTheSameTheOneThatFailsIsNamed() {
        Session s = Compiler.compile(GraphParser.parse(
                """
                graph
                table: f32[5,2] = input "table"
                i: i32[3] = input "i"
                j: i32[3] = input "j"
                %3: f32[3,2] = gather(table, i) axis=0 batch=0
                %4: f32[3,2] = gather(table, j) axis=0 batch=0
                %5: f32[3,2] = tanh(%3)
                %6: f32[3,2] = tanh(%4)
                output "a" = %5
                output "b" = %6
                """), Options.DEFAULT.withFusion(false)).newSession();
        s.set("table", new float[10]).set("i", new int[] {1, 7, 2}).set("j", new int[3]);
        assertEquals("gather %3 f32[3,2] by i i32[3]: index 7 is not in 0 to 4", message(IndexException.class, s::run));
        s.set("i", new int[3]).set("j", new int[] {0, 0, -1});
        assertEquals("gather %4 f32[3,2] by j i32[3]: index -1 is not in 0 to 4", message(IndexException.class, s::run));
    }

    @Test
    void eachIndexOfSeveralIsHeldAgainstItsOwnAxis() {
        for (Options.Simd simd : List.of(Options.Simd.SCALAR, Options.Simd.BITS_512)) {
            Session s = Compiler.compile(GraphParser.parse(
                    """
                    graph
                    x: f32[2,3,16] = input "x"
                    u: f32[2,16] = input "u"
                    i: i64[2] = input "i"
                    j: i64[2] = input "j"
                    put: f32[2,3,16] = scatter_set(x, u, i, j) axis=0 batch=0
                    output "y" = put
                    """), Options.DEFAULT.withSimd(simd)).newSession();
            s.set("x", new float[96]).set("u", new float[32]).set("i", new long[] {1, 0}).set("j", new long[] {0, 3});
            assertEquals("scatter_set put f32[2,3,16] by j i64[2]: index 3 is not in 0 to 2", message(IndexException.class, s::run));
            s.set("j", new long[] {-1, 0});
            says(message(IndexException.class, s::run), "put", "-1");
            s.set("j", new long[] {2, 0}).set("i", new long[] {0, 2});
            assertEquals("scatter_set put f32[2,3,16] by i i64[2]: index 2 is not in 0 to 1", message(IndexException.class, s::run));
            s.set("i", new long[] {0, 1});
            s.run();
        }
    }

    @Test
    void aSecondThreadIsRefused() throws InterruptedException {
        Session s = Compiler.compile(GraphParser.parse(
                """
                graph
                a: f32[600,600] = input "a"
                %1: f32[600,600] = contract(a, a) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                output "y" = %1
                """)).newSession();
        s.set("a", new float[600 * 600]);
        AtomicBoolean stop = new AtomicBoolean();
        Thread other = new Thread(() -> {
            while (!stop.get()) {
                try {
                    s.run();
                } catch (SessionException e) {
                    // This thread may be the one that comes second; then it comes again.
                }
            }
        }, "other");
        other.start();
        String refusal = Stream.generate(() -> {
            try {
                s.run();
                return "";
            } catch (SessionException e) {
                return e.getMessage();
            }
        }).limit(10_000).filter(m -> !m.isEmpty()).findFirst().orElse("");
        stop.set(true);
        other.join();
        says(refusal, "thread " + Thread.currentThread().getName(), "other", "session");
        // Neither is inside any more.
        s.run();
    }
}
