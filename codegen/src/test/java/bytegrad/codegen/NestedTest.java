package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.Session;
import bytegrad.runtime.StepLimitException;
import bytegrad.runtime.Tensor;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Promises about loops and branches inside of a graph. */
final class NestedTest {
    private static final int HUGE_METHOD = 8000;

    @TempDir
    private Path folder;

    /** h = tanh(h·W + x[t]), with every h kept. */
    private static Graph recurrent(int length, int width) {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("w", DType.F32, width, width);
        Node x = b.input("x", DType.F32, length, 1, width);
        List<Node> r = Loops.scan(b, length, false, List.of(b.input("h", DType.F32, 1, width)), List.of(x), (s, h, xs) -> {
            Node next = s.label(s.tanh(s.add(s.matmul(h.get(0), w), xs.get(0))), "hidden");
            return new Loops.Step(List.of(next), List.of(next));
        });
        b.output("last", r.get(0));
        b.output("all", r.get(1));
        return b.build();
    }

    private static long methods(Compilation c) {
        return c.image().classNames().stream().mapToLong(n -> ClassFile.of().parse(c.image().bytes(n)).methods().size()).sum();
    }

    @ParameterizedTest
    @EnumSource(names = {"BITS_512", "BITS_128", "SCALAR"})
    void codeDoesNotGrowWithTheSteps(Options.Simd simd) {
        Compilation some = Compilation.of(recurrent(1000, 20), Options.DEFAULT.withSimd(simd));
        Compilation many = Compilation.of(recurrent(10_000, 20), Options.DEFAULT.withSimd(simd));
        assertEquals(1, some.plan().launches().size());
        assertEquals(methods(some), methods(many));
        // The two constants differ in length, and so do offsets that are baked in.
        assertEquals(some.image().size(), many.image().size(), 64);
    }

    @ParameterizedTest
    @EnumSource(names = {"BITS_512", "SCALAR"})
    void aLongBodyIsManyShortMethods(Options.Simd simd) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 3, 40);
        b.output("y", Loops.scan(b, 3, true, List.of(b.input("c", DType.F32, 40)), List.of(x), (s, c, xs) -> {
            Node y = c.get(0);
            for (int k = 0; k < 4000; k++) {
                y = k % 3 == 0 ? s.add(y, xs.get(0)) : k % 3 == 1 ? s.sin(y) : s.sub(y, s.broadcastTo(s.sum(y, 0), y.shape()));
            }
            return new Loops.Step(List.of(y), List.of());
        }).getFirst());
        Compilation c = Compilation.of(b.build(), Options.DEFAULT.withSimd(simd));
        for (String name : c.image().classNames()) {
            ClassFile.of().parse(c.image().bytes(name)).methods().forEach(m -> m.findAttribute(Attributes.code())
                    .ifPresent(code -> assertTrue(code.codeLength() < HUGE_METHOD, m.methodName().stringValue() + " has " + code.codeLength())));
        }
    }

    @Test
    void aWhileThatGoesOnFails() {
        GraphBuilder b = new GraphBuilder();
        Node n = Loops.whileLoop(b, 7, List.of(b.input("n", DType.I64)), (s, c) -> s.ne(c.get(0), s.constant(DType.I64, 0)),
                (s, c) -> List.of(s.sub(c.get(0), s.constant(DType.I64, 1)))).getFirst();
        b.output("y", b.label(n, "countdown"));
        for (Options.Simd simd : new Options.Simd[] {Options.Simd.BITS_256, Options.Simd.SCALAR}) {
            Session s = Compiler.compile(b.build(), Options.DEFAULT.withSimd(simd)).newSession();
            s.set("n", Tensor.of(new long[] {7}));
            s.run();
            assertEquals(0, s.get("y").longs()[0]);
            s.set("n", Tensor.of(new long[] {8}));
            StepLimitException e = assertThrows(StepLimitException.class, s::run);
            assertEquals("while countdown: it would go on after its limit of 7 steps", e.getMessage());
            assertEquals(7, e.limit());
        }
    }

    @Test
    void aWhileThatChangesNothingEndsAtOnceOrNever() {
        GraphBuilder b = new GraphBuilder();
        Node go = b.input("go", DType.BOOL);
        b.output("y", Loops.whileLoop(b, 7, List.of(b.input("n", DType.I64)), (s, c) -> go, (s, c) -> c).getFirst());
        for (Options.Simd simd : new Options.Simd[] {Options.Simd.BITS_256, Options.Simd.SCALAR}) {
            Session s = Compiler.compile(b.build(), Options.DEFAULT.withSimd(simd)).newSession();
            s.set("n", Tensor.of(new long[] {5})).set("go", new boolean[] {false});
            s.run();
            assertEquals(5, s.get("y").longs()[0]);
            assertThrows(StepLimitException.class, s.set("go", new boolean[] {true})::run);
        }
    }

    @Test
    void theExplanationNamesTheLoopAndItsSteps() {
        Explanation e = Compiler.explain(recurrent(9, 4));
        assertEquals("scan", e.launches().getFirst().kind());
        assertTrue(e.launches().getFirst().kernel().contains("hidden"), e.text());
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SCALAR"})
    void aRunAllocatesNothing(Options.Simd simd) throws Exception {
        String out = Child.run(folder, List.of(Child.java().toString(), "--add-modules", "jdk.incubator.vector",
                "-cp", System.getProperty("java.class.path"), NestedTest.class.getName(), simd.name()));
        assertTrue(out.contains("least 0 bytes"), out);
    }

    /** In the other JVM: C2 compiles a loop only after some runs, until when every vector is an object. */
    public static void main(String[] args) {
        Graph g = recurrent(50, 40);
        Session s = Compiler.compile(g, Options.DEFAULT.withSimd(Options.Simd.valueOf(args[0]))).newSession();
        RandomGraphs.inputs(g, 1).forEach((name, v) -> s.set(name, Three.tensor(v)));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int window = 0; window < 20 && least > 0; window++) {
            for (int i = 0; i < 1000; i++) {
                s.run();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                s.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("least " + least + " bytes in 100 runs");
    }
}
