package bytegrad.codegen.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.emit.EmitOptions;
import bytegrad.codegen.emit.Emitter;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.Program;
import bytegrad.runtime.Slabs;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArtefactLoaderTest {
    /** y[0] = checked(k[0]) as f32. */
    private static ClassImage image(String className) {
        Expr.Var at = Expr.Var.index("at");
        Kernel k = new Kernel(
                List.of(new Kernel.Buffer(DType.I32, 1, Kernel.Access.READ), new Kernel.Buffer(DType.F32, 1, Kernel.Access.WRITE)),
                List.of(
                        new Kernel.Method("main", List.of(), List.of(new Stmt.Call("inner", List.of()))),
                        new Kernel.Method("inner", List.of(), List.of(
                                new Stmt.Let(at, new Expr.Checked(new Expr.Load(0, Index.ZERO, DType.I32, 1), 10, "lookup")),
                                new Stmt.Store(1, Index.ZERO, new Expr.Convert(DType.F32, at))))));
        return Emitter.emit(new Plan.Launch(k, List.of(0, 0), "y = lookup", List.of("k", "y")), className, EmitOptions.SHARED);
    }

    private static void run(Program p, float[] f, int... i) {
        p.run(new Slabs(f, new double[0], i, new long[0], new boolean[0], new byte[0], new byte[0], new short[0], new short[0]));
    }

    @Test
    void stackTracesNameTheKernelAndItsLine() throws Exception {
        Program p = ArtefactLoader.load(image("com.example.Trace"));
        float[] y = new float[1];
        run(p, y, 7);
        assertEquals(7, y[0]);
        IndexException e = assertThrows(IndexException.class, () -> run(p, y, 12));
        assertEquals("lookup: index 12 is not in 0 to 9", e.getMessage());
        StackTraceElement inner = e.getStackTrace()[1];
        assertEquals("com.example.Trace", inner.getClassName());
        assertEquals("k0_y_lookup_inner", inner.getMethodName());
        assertEquals("Trace.kernels", inner.getFileName());
        assertEquals("k0_y_lookup", e.getStackTrace()[2].getMethodName());
        assertEquals("steps", e.getStackTrace()[3].getMethodName());
        try (InputStream listing = p.getClass().getResourceAsStream("Trace.kernels")) {
            List<String> lines = new String(present(listing).readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            assertTrue(lines.get(inner.getLineNumber() - 1).contains("k[0]"), lines.toString());
            assertTrue(lines.get(e.getStackTrace()[3].getLineNumber() - 1).contains("y = lookup"), lines.toString());
        }
    }

    private static InputStream present(InputStream in) {
        assertNotNull(in);
        return in;
    }

    @Test
    void equalNamesDoNotClash() {
        Program a = ArtefactLoader.load(image("com.example.Same"));
        Program b = ArtefactLoader.load(image("com.example.Same"));
        assertNotSame(a.getClass(), b.getClass());
    }

    /** A class of the artefact's name on the class path is not what is loaded. */
    @Test
    void ownClassesComeFirst() {
        Program p = ArtefactLoader.load(image(ArtefactLoaderTest.class.getName()));
        assertNotSame(ArtefactLoaderTest.class, p.getClass());
        assertEquals(ArtefactLoaderTest.class.getName(), p.getClass().getName());
        float[] y = new float[1];
        run(p, y, 3);
        assertEquals(3, y[0]);
    }

    @Test
    void classFilesAreResources() throws Exception {
        Program p = ArtefactLoader.load(image("com.example.Res"));
        try (InputStream in = p.getClass().getResourceAsStream("Res.class")) {
            assertEquals(image("com.example.Res").size(), present(in).readAllBytes().length);
        }
    }
}
