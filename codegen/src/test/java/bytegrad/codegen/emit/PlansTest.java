package bytegrad.codegen.emit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.load.ArtefactLoader;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The plan tree, sharing of kernels, and the limits of methods and classes. */
class PlansTest {
    private static final int LANES = 4;

    /** y[i] = y[i]·2 + c, over 8 elements. */
    private static Kernel twicePlus(int c, int lanes) {
        Expr y = Build.load(0, DType.I32, lanes);
        Expr sum = Expr.Apply.of(ScalarFn.ADD, Expr.Apply.of(ScalarFn.ADD, y, y), new Expr.Splat(Build.number(DType.I32, c), lanes));
        return Build.kernel(List.of(Build.buffer(DType.I32, 8)), Build.each(8, lanes, new Stmt.Store(0, Index.of(Build.I), sum)));
    }

    private static ClassImage emit(Plan plan, EmitOptions options) {
        return Emitter.emit(plan, "test.Generated", options);
    }

    private static List<String> methods(ClassImage image, String prefix) {
        List<String> names = new ArrayList<>();
        for (String c : image.classNames()) {
            new ClassReader(image.bytes(c)).accept(
                    new ClassVisitor(Opcodes.ASM9) {
                        @Override
                        public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                            if (name.startsWith(prefix)) {
                                names.add(name + descriptor);
                            }
                            return null;
                        }
                    },
                    ClassReader.SKIP_CODE);
        }
        return names;
    }

    @Test
    void equalKernelsShareAMethod() {
        Plan plan = new Plan.Seq(List.of(
                Build.launch(twicePlus(1, LANES), 0),
                Build.launch(twicePlus(1, LANES), 16),
                Build.launch(twicePlus(2, LANES), 0),
                Build.launch(twicePlus(1, LANES), 0)));
        ClassImage shared = emit(plan, Build.SHARED);
        assertEquals(List.of("k0_test([II)V", "k1_test([II)V"), methods(shared, "k"));
        ClassImage baked = emit(plan, Build.BAKED);
        assertEquals(List.of("k0_test([I)V", "k1_test([I)V", "k2_test([I)V"), methods(baked, "k"));
        for (ClassImage image : List.of(shared, baked)) {
            Slabs s = new Slabs(32).run(ArtefactLoader.load(image));
            assertEquals(((0 * 2 + 1) * 2 + 2) * 2 + 1, s.i[7]);
            assertEquals(0, s.i[8]);
            assertEquals(1, s.i[16]);
        }
    }

    @Test
    void onlySlabsInUseArePassed() {
        Expr positive = Expr.Apply.of(ScalarFn.GT, Build.load(1, DType.F64, 1), Build.number(DType.F64, 0));
        Kernel k = Build.kernel(
                List.of(Build.buffer(DType.BOOL, 8), Build.buffer(DType.F64, 8), Build.buffer(DType.BOOL, 8)),
                Build.each(8, 1, new Stmt.Store(2, Index.of(Build.I), positive)));
        ClassImage image = emit(Build.launch(k, 0, 8, 16), Build.SHARED);
        assertEquals(List.of("k0_test([D[ZIII)V"), methods(image, "k"));
        assertFalse(image.usesSimd());
        Slabs s = new Slabs(32);
        s.d[9] = 1;
        s.run(ArtefactLoader.load(image));
        assertTrue(s.z[17]);
        assertFalse(s.z[16]);
    }

    @Test
    void repeats() {
        Plan twice = new Plan.Repeat(2, Build.launch(twicePlus(0, LANES), 0));
        Plan plan = new Plan.Repeat(3, new Plan.Seq(List.of(Build.launch(twicePlus(1, LANES), 0), twice)));
        Slabs s = new Slabs(8).run(Build.program(plan, Build.SHARED));
        int y = 0;
        for (int n = 0; n < 3; n++) {
            y = (y * 2 + 1) * 4;
        }
        assertEquals(y, s.i[5]);
        assertEquals(0, new Slabs(8).run(Build.program(new Plan.Repeat(0, plan), Build.SHARED)).i[5]);
    }

    @Test
    void branches() {
        Plan plan = new Plan.If(70_000, Build.launch(twicePlus(1, LANES), 0), new Plan.Seq(List.of()));
        Slabs s = new Slabs(70_001);
        assertEquals(0, s.run(Build.program(plan, Build.SHARED)).i[0]);
        s.z[70_000] = true;
        assertEquals(1, s.run(Build.program(plan, Build.SHARED)).i[0]);
        Plan other = new Plan.If(70_000, new Plan.Seq(List.of()), Build.launch(twicePlus(5, LANES), 8));
        assertEquals(0, s.run(Build.program(other, Build.BAKED)).i[8]);
    }

    /** 2,000 different kernels, then all of them again in a loop and under a condition. */
    @Test
    void manyKernels() {
        List<Plan> steps = new ArrayList<>();
        for (int c = 0; c < 2000; c++) {
            steps.add(Build.launch(twicePlus(c, c % 2 == 0 ? LANES : 1), c % 3 * 8 + 100_000));
        }
        Plan all = new Plan.Seq(steps);
        Plan plan = new Plan.Seq(List.of(all, new Plan.Repeat(2, all), new Plan.If(0, all, new Plan.Seq(List.of()))));
        ClassImage image = emit(plan, Build.SHARED);
        assertEquals(2000, methods(image, "k").size());
        assertTrue(image.classNames().size() >= 4, image.classNames().toString());
        Slabs s = new Slabs(100_032);
        s.z[0] = true;
        s.run(ArtefactLoader.load(image));
        int[] y = new int[3];
        for (int n = 0; n < 4; n++) {
            for (int c = 0; c < 2000; c++) {
                y[c % 3] = y[c % 3] * 2 + c;
            }
        }
        assertArrayEquals(y, new int[] {s.i[100_000], s.i[100_008], s.i[100_016]});
        assertEquals(image.classNames(), image.listings().keySet());
    }

    /** The constants of many distinct offsets are spread over classes too. */
    @Test
    void manyLaunches() {
        List<Plan> steps = new ArrayList<>();
        for (int n = 0; n < 70_000; n++) {
            steps.add(Build.launch(twicePlus(1, 1), 40_000 + n * 8));
        }
        ClassImage image = Emitter.emit(new Plan.Seq(steps), "Many", EmitOptions.SHARED);
        Slabs s = new Slabs(40_000 + 70_000 * 8).run(ArtefactLoader.load(image));
        for (int n = 40_000; n < s.i.length; n++) {
            assertEquals(1, s.i[n]);
        }
        assertTrue(image.classNames().size() > 2, image.classNames().toString());
    }

    /** More buffers than the JVM has parameters. */
    @Test
    void manyBuffers() {
        List<Kernel.Buffer> buffers = new ArrayList<>();
        List<Stmt> body = new ArrayList<>();
        Integer[] offsets = new Integer[300];
        for (int b = 0; b < 300; b++) {
            buffers.add(Build.buffer(DType.F32, 1));
            body.add(new Stmt.Store(b, Index.ZERO, Build.number(DType.F32, b)));
            offsets[b] = 600 - 2 * b;
        }
        Kernel k = Build.kernel(buffers, body.toArray(Stmt[]::new));
        Slabs s = new Slabs(700).run(Build.program(new Plan.Seq(List.of(Build.launch(k, offsets), Build.launch(k, offsets))), Build.SHARED));
        assertEquals(299, s.f[2]);
        assertEquals(0, s.f[600]);
    }

    @Test
    void refusesMethodsThatHotSpotWouldNotCompile() {
        List<Stmt> body = new ArrayList<>();
        for (int n = 0; n < 700; n++) {
            body.add(new Stmt.Store(0, Index.of(n), Build.number(DType.F32, n + 0.5)));
        }
        Kernel fits = Build.kernel(List.of(Build.buffer(DType.F32, 4000)), body.toArray(Stmt[]::new));
        Build.program(Build.launch(fits, 0), Build.SHARED);
        for (int n = 700; n < 4000; n++) {
            body.add(new Stmt.Store(0, Index.of(n), Build.number(DType.F32, n + 0.5)));
        }
        Kernel tooLong = Build.kernel(List.of(Build.buffer(DType.F32, 4000)), body.toArray(Stmt[]::new));
        MethodTooLargeException e =
                assertThrows(MethodTooLargeException.class, () -> Build.program(Build.launch(tooLong, 0), Build.SHARED));
        assertTrue(e.getMessage().matches("test/Generated\\.k0_test \\(test\\): [0-9]+ bytes of code.*8000"), e.getMessage());
    }

    @Test
    void refusesOffsetsThatDoNotMatchBuffers() {
        assertThrows(CodegenException.class, () -> emit(Build.launch(twicePlus(1, 1), 0, 8), Build.SHARED));
    }

    @Test
    void refusesBadClassNames() {
        Plan plan = new Plan.Seq(List.of());
        for (String name : List.of("", "a..b", "a b", "a/", "a$b", "[I")) {
            assertThrows(CodegenException.class, () -> Emitter.emit(plan, name, EmitOptions.SHARED), name);
        }
        assertEquals("a/b/C", Emitter.emit(plan, "a.b.C", EmitOptions.SHARED).mainClass());
    }

    @Test
    void equalPlansGiveEqualBytes() {
        Plan plan = new Plan.Seq(List.of(Build.launch(twicePlus(1, LANES), 0), Build.launch(twicePlus(2, LANES), 16)));
        assertArrayEquals(emit(plan, EmitOptions.SHARED).bytes("test/Generated"), emit(plan, EmitOptions.SHARED).bytes("test/Generated"));
    }
}
