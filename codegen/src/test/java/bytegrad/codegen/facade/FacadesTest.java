package bytegrad.codegen.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Session;
import bytegrad.runtime.SessionException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.typed.Extent;
import bytegrad.runtime.typed.FacadeException;
import bytegrad.runtime.typed.Input;
import bytegrad.runtime.typed.Into;
import bytegrad.runtime.typed.Named;
import bytegrad.runtime.typed.Returns;
import bytegrad.runtime.typed.State;
import bytegrad.runtime.typed.Updates;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Interfaces that fit: every kind of method and type, and what happens when calls are misused. */
final class FacadesTest {
    private static final String STEP =
            """
            graph
            table: f32[5,3] = input "table"
            i: i32[4] = input "i"
            scale: f32[] = input "scale"
            count: i64[] = input "count"
            %0: f32[4,3] = gather(table, i) axis=0 batch=0
            s: f32[4,3] = broadcast(scale) axes=[]
            %1: f32[4,3] = mul(%0, s)
            %2: f32[] = reduce_sum(%1) axes=[0,1]
            %3: f32[4,3] = neg(%1)
            %4: f32[5,3] = scatter_add(table, %3, i) axis=0 batch=0
            %5: i64[] = constant 1
            %6: i64[] = add(count, %5)
            output "loss" = %2
            output "rows" = %1
            update "table" = %4
            update "count" = %6
            """;

    /** One input and one output of each storage type. */
    private static final String TYPES =
            """
            graph
            a.f32: f32[2] = input "a.f32"
            a.f64: f64[2] = input "a.f64"
            a.i32: i32[2] = input "a.i32"
            a.i64: i64[2] = input "a.i64"
            a.bool: bool[2] = input "a.bool"
            a.u8: u8[2] = input "a.u8"
            a.i8: i8[2] = input "a.i8"
            a.i16: i16[2] = input "a.i16"
            a.bf16: bf16[2] = input "a.bf16"
            %0: f32[2] = flip(a.f32) axes=[0]
            %1: f64[2] = flip(a.f64) axes=[0]
            %2: i32[2] = flip(a.i32) axes=[0]
            %3: i64[2] = flip(a.i64) axes=[0]
            %4: bool[2] = flip(a.bool) axes=[0]
            %5: u8[2] = flip(a.u8) axes=[0]
            %6: i8[2] = flip(a.i8) axes=[0]
            %7: i16[2] = flip(a.i16) axes=[0]
            %8: bf16[2] = flip(a.bf16) axes=[0]
            output "f32" = %0
            output "f64" = %1
            output "i32" = %2
            output "i64" = %3
            output "bool" = %4
            output "u8" = %5
            output "i8" = %6
            output "i16" = %7
            output "bf16" = %8
            """;

    static CompiledFunction step() {
        return Compiler.compile(GraphParser.parse(STEP), Options.DEFAULT.withSimd(Options.Simd.SCALAR));
    }

    private static float[] table() {
        float[] t = new float[15];
        for (int k = 0; k < t.length; k++) {
            t[k] = k;
        }
        return t;
    }

    public record Both(float loss, @Named("rows") float[][] scaled, @Named("count") long steps) {}

    public record Batch(int[] i, float scale) {}

    public interface Step {
        @Returns("loss")
        float step(int[] i, float scale);

        @Updates({"count", "table"})
        Both both(Batch batch);

        float[] rows(int[] i, @Named("scale") Tensor factor);

        void into(int[] i, float scale, @Into("rows") float[] rows, @Into("table") Tensor newTable);

        @State("table")
        float[] table();

        @State("table")
        void table(float[][] values);

        @State("table")
        void readTable(@Into float[] to);

        @State("count")
        void count(long steps);

        @State("count")
        long count();

        @Extent(of = "rows", axis = 1)
        int width();

        Session session();

        default float twice(int[] i) {
            return step(i, 2) + step(i, 2);
        }

        static int three() {
            return 3;
        }

        @Override
        String toString();
    }

    private static Step bound() {
        Step s = Facades.bind(Step.class, step());
        s.table(new float[][] {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 10, 11}, {12, 13, 14}});
        s.count(7);
        return s;
    }

    @Test
    void everyKindOfMethod() {
        Step s = bound();
        assertArrayEquals(table(), s.table());
        assertEquals(3, s.width());
        // Rows 0 to 2 sum to 36, and row 4 to 39.
        assertEquals(150, s.step(new int[] {0, 1, 2, 4}, 2));
        assertEquals(8, s.count());
        assertEquals(-14, s.table()[14]);
        s.session().set("table", table());
        Both both = s.both(new Batch(new int[] {4, 4, 4, 4}, 1));
        assertEquals(4 * 39, both.loss());
        assertArrayEquals(new float[][] {{12, 13, 14}, {12, 13, 14}, {12, 13, 14}, {12, 13, 14}}, both.scaled());
        assertEquals(9, both.steps());
        s.session().set("table", table());
        assertArrayEquals(new float[] {3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2}, s.rows(new int[] {1, 0, 1, 0}, Tensor.scalar(1f)));
        s.session().set("table", table());
        float[] rows = new float[12];
        Tensor after = Tensor.zeros(bytegrad.runtime.ElementType.F32, 5, 3);
        s.into(new int[] {0, 1, 2, 3}, 3, rows, after);
        assertArrayEquals(new float[] {0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33}, rows);
        assertArrayEquals(new float[] {0, -2, -4, -6, -8, -10, -12, -14, -16, -18, -20, -22, 12, 13, 14}, after.floats());
        float[] to = new float[15];
        s.readTable(to);
        assertArrayEquals(after.floats(), to);
        s.session().set("table", table());
        // The second run finds rows that are minus what they were.
        assertEquals(0, s.twice(new int[] {0, 1, 2, 3}));
        assertTrue(s.toString().startsWith("Step over [count i64[]"), s.toString());
    }

    public interface Types {
        record All(float[] f32, double[] f64, int[] i32, long[] i64, boolean[] bool, byte[] u8, byte[] i8, short[] i16, short[] bf16) {}

        All all(@Named("a.f32") float[] f32, @Named("a.f64") double[] f64, @Named("a.i32") int[] i32, @Named("a.i64") long[] i64, @Named("a.bool") boolean[] bool,
                @Named("a.u8") byte[] u8, @Named("a.i8") byte[] i8, @Named("a.i16") short[] i16, @Named("a.bf16") short[] bf16);
    }

    @Test
    void everyStorageType() {
        Types types = Facades.bind(Types.class, Compiler.compile(GraphParser.parse(TYPES)));
        Types.All all = types.all(new float[] {1, 2}, new double[] {1, 2}, new int[] {1, 2}, new long[] {1, 2}, new boolean[] {true, false}, new byte[] {-1, 2},
                new byte[] {-1, 2}, new short[] {1, 2}, new short[] {0x3f80, 0x4000});
        assertArrayEquals(new float[] {2, 1}, all.f32());
        assertArrayEquals(new double[] {2, 1}, all.f64());
        assertArrayEquals(new int[] {2, 1}, all.i32());
        assertArrayEquals(new long[] {2, 1}, all.i64());
        assertArrayEquals(new boolean[] {false, true}, all.bool());
        assertArrayEquals(new byte[] {2, -1}, all.u8());
        assertArrayEquals(new byte[] {2, -1}, all.i8());
        assertArrayEquals(new short[] {2, 1}, all.i16());
        assertArrayEquals(new short[] {0x4000, 0x3f80}, all.bf16());
    }

    public interface Numbers {
        record All(float f32, double f64, int i32, long i64, boolean bool, byte u8, byte i8, short i16, short bf16) {}

        All all(@Named("a.f32") float f32, @Named("a.f64") double f64, @Named("a.i32") int i32, @Named("a.i64") long i64, @Named("a.bool") boolean bool,
                @Named("a.u8") byte u8, @Named("a.i8") byte i8, @Named("a.i16") short i16, @Named("a.bf16") short bf16);
    }

    @Test
    void oneElementIsANumberOfEveryStorageType() {
        Numbers numbers = Facades.bind(Numbers.class, Compiler.compile(GraphParser.parse(TYPES.replace("[2]", "[1]"))));
        assertEquals(new Numbers.All(1, 2, 3, 1L << 60, true, (byte) -1, (byte) -2, (short) -3, (short) 0x3f80),
                numbers.all(1, 2, 3, 1L << 60, true, (byte) -1, (byte) -2, (short) -3, (short) 0x3f80));
    }

    public interface Empty {
        float[][] y(float[][] x);
    }

    @Test
    void emptyTensors() {
        String graph = "graph\nx: f32[0,3] = input \"x\"\n%0: f32[0,3] = neg(x)\noutput \"y\" = %0\n";
        Empty e = Facades.bind(Empty.class, Compiler.compile(GraphParser.parse(graph)));
        assertEquals(0, e.y(new float[0][]).length);
        assertTrue(assertThrows(InputException.class, () -> e.y(new float[1][3])).getMessage().contains("f32[0,3]"));
    }

    public interface Weighted {
        float[] y(float[] x);

        @Input("w")
        void weights(float[] w);

        @Input("w")
        float[] weights();
    }

    public interface Plain {
        float[] y(float[] x);
    }

    private static CompiledFunction product() {
        return Compiler.compile(GraphParser.parse(
                "graph\nx: f32[2] = input \"x\"\nw: f32[2] = input \"w\"\n%0: f32[2] = mul(x, w)\noutput \"y\" = %0\n"));
    }

    @Test
    void inputsThatStay() {
        Weighted w = Facades.bind(Weighted.class, product());
        assertTrue(assertThrows(SessionException.class, () -> w.y(new float[] {1, 2})).getMessage().contains("w"));
        w.weights(new float[] {3, 4});
        assertArrayEquals(new float[] {3, 8}, w.y(new float[] {1, 2}));
        assertArrayEquals(new float[] {9, 12}, w.y(new float[] {3, 3}));
        assertArrayEquals(new float[] {3, 4}, w.weights());
        // What the session has been given already, no method need name.
        Session given = product().newSession().set("w", new float[] {5, 6});
        assertArrayEquals(new float[] {5, 12}, Facades.bind(Plain.class, given).y(new float[] {1, 2}));
        assertArrayEquals(new float[] {5, 12}, Facades.of(Plain.class, given.function().signature(), Set.of("w")).over(given).y(new float[] {1, 2}));
        assertThrows(FacadeException.class, () -> Facades.bind(Plain.class, product()));
    }

    @Test
    void anArgumentThatDoesNotFitChangesNothing() {
        Step s = bound();
        s.step(new int[] {0, 0, 0, 0}, 1);
        int[] before = s.session().get("i").ints();
        InputException e = assertThrows(InputException.class, () -> s.into(new int[] {1, 1, 1, 1}, 1, new float[11], Tensor.scalar(1f)));
        assertEquals("'rows': expected f32[4,3] (12 elements), got float[] of 11", e.getMessage());
        assertArrayEquals(before, s.session().get("i").ints());
        assertTrue(assertThrows(InputException.class, () -> s.step(null, 1)).getMessage().contains("'i': expected i32[4] (4 elements), got null"));
        assertTrue(assertThrows(InputException.class, () -> s.both(null)).getMessage().contains("'batch'"));
        assertTrue(assertThrows(InputException.class, () -> s.both(new Batch(null, 1))).getMessage().contains("'i'"));
        assertTrue(assertThrows(InputException.class, () -> s.rows(new int[4], Tensor.of(new float[1], 1))).getMessage().contains("expected f32[] (1 elements), got f32[1]"));
        assertTrue(assertThrows(InputException.class, () -> s.table(new float[][] {{1, 2, 3}, {1, 2}, null, {}, {}})).getMessage()
                .contains("expected f32[5,3], got an array of 2 where axis 1 has 3"));
        assertTrue(assertThrows(InputException.class, () -> s.table((float[][]) null)).getMessage().contains("got null"));
        assertEquals(8, s.count());
    }

    @Test
    void afterAFailureTheSessionIsFree() throws Exception {
        Step s = bound();
        IndexException e = assertThrows(IndexException.class, () -> s.step(new int[] {0, 9, 0, 0}, 1));
        assertTrue(Arrays.stream(e.getStackTrace()).anyMatch(f -> f.getMethodName().equals("step") && f.getClassName().endsWith("Step$Facade")));
        float[] loss = new float[1];
        Thread other = new Thread(() -> loss[0] = s.step(new int[] {1, 1, 1, 1}, 1));
        other.start();
        other.join();
        assertEquals(48, loss[0]);
    }

    public interface Waiting {
        record Slow(int[] i, float scale) {
            static volatile Runnable between = () -> {};

            @Override
            public float scale() {
                between.run();
                return scale;
            }
        }

        @Returns("loss")
        float step(Slow slow);

        Session session();
    }

    /** A call is one: a second thread is refused even between the values given and the run. */
    @Test
    void aFacadeSharedByMistakeIsRefused() {
        Waiting w = Facades.bind(Waiting.class, step());
        w.session().set("table", table()).set("count", new long[] {1});
        Throwable[] refused = new Throwable[2];
        Waiting.Slow.between = () -> {
            Waiting.Slow.between = () -> {};
            Thread other = new Thread(() -> {
                refused[0] = assertThrows(SessionException.class, () -> w.step(new Waiting.Slow(new int[4], 1)));
                refused[1] = assertThrows(SessionException.class, () -> w.session().set("count", new long[] {5}));
            });
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        };
        assertEquals(15.75f, w.step(new Waiting.Slow(new int[] {1, 0, 0, 0}, 0.75f)));
        assertTrue(refused[0].getMessage().contains("give each thread a session of its own"), refused[0].toString());
        assertTrue(refused[1].getMessage().contains("give each thread a session of its own"), refused[1].toString());
    }

    interface Hidden {
        record Rows(float[] rows) {}

        Rows step(int[] i, float scale);
    }

    @Test
    void whatIsNotPublicTakesALookup() {
        Session session = step().newSession().set("table", table()).set("count", new long[1]);
        FacadeException e = assertThrows(FacadeException.class, () -> Facades.bind(Hidden.class, session));
        assertTrue(e.getMessage().contains("is not public: make it so, or hand over MethodHandles.lookup()"), e.getMessage());
        Hidden h = Facades.bind(MethodHandles.lookup(), Hidden.class, session);
        assertArrayEquals(new float[] {0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 5}, h.step(new int[] {0, 0, 0, 1}, 1).rows());
        e = assertThrows(FacadeException.class, () -> Facades.bind(MethodHandles.publicLookup(), Hidden.class, session));
        assertTrue(e.getMessage().contains("access to its own package"), e.getMessage());
    }

    @Test
    void oneClassServesManySessionsAndRefusesOtherFunctions() {
        Facade<Plain> facade = Facades.of(Plain.class, product().signature(), Set.of("w"));
        Session a = product().newSession().set("w", new float[] {1, 1});
        Session b = product().newSession().set("w", new float[] {2, 2});
        Plain one = facade.over(a);
        Plain two = facade.over(b);
        assertNotSame(one, two);
        assertSame(one.getClass(), two.getClass());
        assertArrayEquals(new float[] {3, 4}, one.y(new float[] {3, 4}));
        assertArrayEquals(new float[] {6, 8}, two.y(new float[] {3, 4}));
        FacadeException e = assertThrows(FacadeException.class, () -> facade.over(step().newSession()));
        assertEquals(2, e.problems().size());
        assertTrue(e.getMessage().contains("'x' of f32[2], but the session's function has none of that name"), e.getMessage());
        String longer = "graph\nx: f32[3] = input \"x\"\n%0: f32[3] = neg(x)\noutput \"y\" = %0\n";
        e = assertThrows(FacadeException.class, () -> facade.over(Compiler.compile(GraphParser.parse(longer)).newSession()));
        assertTrue(e.getMessage().contains("'x' of f32[2], but the session's function has f32[3]"), e.getMessage());
    }

    @Test
    void equalInterfacesGiveEqualBytes() {
        byte[] first = Facades.of(Step.class, step().signature()).classFile();
        assertArrayEquals(first, Facades.of(Step.class, step().signature()).classFile());
        assertEquals(61, first[7]);
    }
}
