package bytegrad.codegen.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.load.ArtefactLoader;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import bytegrad.runtime.Program;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/** Short ways to write kernels, and to run them with every class verified. */
final class Build {
    static final Expr.Var I = Expr.Var.index("i");
    static final EmitOptions SHARED = EmitOptions.SHARED.withCheck(Build::verify);
    static final EmitOptions BAKED = EmitOptions.BAKED.withCheck(Build::verify);

    private Build() {}

    static void verify(String name, byte[] bytes) {
        StringWriter complaints = new StringWriter();
        CheckClassAdapter.verify(new ClassReader(bytes), Build.class.getClassLoader(), false, new PrintWriter(complaints));
        assertEquals("", complaints.toString(), name);
    }

    /** The widths of vectors there are for a dtype, as lanes. */
    static List<Integer> lanes(DType dtype) {
        return dtype.isStorage() ? List.of(1) : dtype.bytes() == 8 ? List.of(1, 2, 4, 8) : List.of(1, 4, 8, 16);
    }

    static Kernel.Buffer buffer(DType dtype, int size) {
        return new Kernel.Buffer(dtype, size, Kernel.Access.READ_WRITE);
    }

    static Kernel kernel(List<Kernel.Buffer> buffers, Stmt... body) {
        return new Kernel(buffers, List.of(new Kernel.Method("main", List.of(), List.of(body))));
    }

    /** {@code for (i = 0; i < n; i += lanes) body}. */
    static Stmt each(int n, int lanes, Stmt... body) {
        return new Stmt.For(I, Index.ZERO, Index.of(n), lanes, List.of(body));
    }

    static Expr.Load load(int buffer, DType dtype, int lanes) {
        return new Expr.Load(buffer, Index.of(I), dtype, lanes);
    }

    static Expr.Const number(DType dtype, double v) {
        return Expr.Const.of(dtype, v);
    }

    static Plan.Launch launch(Kernel kernel, Integer... offsets) {
        List<String> labels = new ArrayList<>();
        for (int b = 0; b < offsets.length; b++) {
            labels.add("b" + b);
        }
        return new Plan.Launch(kernel, List.of(offsets), "test", labels);
    }

    static Program program(Plan plan, EmitOptions options) {
        return ArtefactLoader.load(Emitter.emit(plan, "test.Generated", options));
    }
}
