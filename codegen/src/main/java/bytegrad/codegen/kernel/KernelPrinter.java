package bytegrad.codegen.kernel;

import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.codegen.kernel.Kernel.Method;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Kernels as text, one statement a line, the same text for equal kernels:
 *
 * <pre>{@code
 * kernel(b0: f32[640] read, b1: f32[640] write)
 *   for i in 0..64
 *     let m = b0[i*10]
 *     for k in 1..10
 *       m = max(m, b0[i*10 + k])
 *     for j in 0..10 by 8
 *       b1[i*10 + j; 8] = sub(b0[i*10 + j; 8], splat8(m))
 * }</pre>
 *
 * <p>The number after a semicolon, or after {@code splat} and {@code ramp}, is the lanes where they are not 1; of {@code 10 of 16} only the
 * first 10 are loaded or stored. A {@code let}
 * binds; without it a bound variable changes. Numbers are written as in Java: {@code 1.0f} f32, {@code 1.0} f64, {@code 1}
 * i32, {@code 1L} i64, {@code 1u8} u8, by its bits {@code bf16#3f80} bf16. {@code parallel part(0..8)} calls a method with each of
 * 0 to 7, in any order; {@code copy 10 to b1[i*10] from b0[i*16]} copies neighbouring elements. The first method follows the head
 * line directly, the others each follow a line of their own: {@code method tile(p0, p1)}.
 */
public final class KernelPrinter {
    private final List<String> names;

    private KernelPrinter(List<String> names) {
        this.names = names;
    }

    /** The kernel with its buffers named b0, b1, …; ends with a line break. */
    public static String print(Kernel kernel) {
        StringBuilder s = new StringBuilder("kernel(");
        for (int b = 0; b < kernel.buffers().size(); b++) {
            s.append(b == 0 ? "" : ", ").append('b').append(b).append(": ").append(type(kernel.buffers().get(b)));
        }
        s.append(")\n");
        new KernelPrinter(List.of()).methods(kernel, s);
        return s.toString();
    }

    /**
     * The kernel with its buffers named by what they hold, after a legend: a line {@code b0 = x: f32[640] read} for each. A
     * label that several share gets the buffer's number.
     */
    public static String print(Kernel kernel, List<String> bufferLabels) {
        if (bufferLabels.size() != kernel.buffers().size()) {
            throw new KernelException("the kernel has " + kernel.buffers().size() + " buffers but " + bufferLabels.size() + " labels");
        }
        List<String> names = unique(bufferLabels);
        StringBuilder s = new StringBuilder("kernel\n");
        for (int b = 0; b < names.size(); b++) {
            s.append("  b").append(b).append(" = ").append(names.get(b)).append(": ").append(type(kernel.buffers().get(b))).append('\n');
        }
        new KernelPrinter(names).methods(kernel, s);
        return s.toString();
    }

    /** One line per statement, in pre-order, nested ones indented by two spaces; buffers are b0, b1, …. */
    public static List<String> lines(Method method) {
        return new KernelPrinter(List.of()).block(method.body());
    }

    /** The same with buffers named as in {@link #print(Kernel, List)}. */
    public static List<String> lines(Method method, List<String> bufferLabels) {
        return new KernelPrinter(unique(bufferLabels)).block(method.body());
    }

    /** An expression as in a listing. */
    public static String print(Expr expr) {
        return new KernelPrinter(List.of()).text(expr);
    }

    /** A statement's own line, without those nested in it. */
    public static String print(Stmt stmt) {
        return new KernelPrinter(List.of()).text(stmt);
    }

    private static List<String> unique(List<String> labels) {
        Set<String> seen = new HashSet<>();
        Set<String> shared = labels.stream().filter(l -> !seen.add(l)).collect(Collectors.toSet());
        List<String> names = new ArrayList<>();
        for (int b = 0; b < labels.size(); b++) {
            String label = labels.get(b);
            names.add(label.isBlank() ? "b" + b : shared.contains(label) ? label + "#" + b : label);
        }
        return Collections.unmodifiableList(names);
    }

    private static String type(Buffer b) {
        return b.dtype().text() + "[" + b.size() + "] " + b.access().name().toLowerCase(Locale.ROOT);
    }

    private void methods(Kernel kernel, StringBuilder s) {
        boolean first = true;
        for (Method m : kernel.methods()) {
            String indent = first ? "  " : "    ";
            if (!first) {
                String params = m.params().stream().map(Expr.Var::name).collect(Collectors.joining(", "));
                s.append("  method ").append(m.name()).append('(').append(params).append(")\n");
            }
            first = false;
            block(m.body()).forEach(line -> s.append(indent).append(line).append('\n'));
        }
    }

    private List<String> block(List<Stmt> body) {
        List<String> out = new ArrayList<>();
        block(body, "", out);
        return out;
    }

    private void block(List<Stmt> body, String indent, List<String> out) {
        for (Stmt stmt : body) {
            out.add(indent + text(stmt));
            switch (stmt) {
                case Stmt.For s -> block(s.body(), indent + "  ", out);
                case Stmt.IfAny s -> block(s.body(), indent + "  ", out);
                case Stmt.While s -> block(s.body(), indent + "  ", out);
                case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> {}
            }
        }
    }

    private String text(Stmt stmt) {
        return switch (stmt) {
            case Stmt.Let s -> "let " + s.var().name() + " = " + text(s.value());
            case Stmt.Assign s -> s.var().name() + " = " + text(s.value());
            case Stmt.For s ->
                "for " + s.var().name() + " in " + s.from() + ".." + s.to() + (s.step() == 1 ? "" : " by " + s.step());
            case Stmt.Store s -> access(s.buffer(), s.index(), s.value().lanes(), s.count()) + " = " + text(s.value());
            case Stmt.Copy s -> "copy " + s.count() + " to " + access(s.to(), s.toAt(), 1, 1) + " from " + access(s.from(), s.fromAt(), 1, 1);
            case Stmt.IfAny s -> "if any " + text(s.condition());
            case Stmt.Sort s -> "sort " + access(s.keys(), s.keysAt(), 1, 1) + ", " + access(s.order(), s.orderAt(), 1, 1) + ": " + s.count() + " of " + s.size();
            case Stmt.While s -> "while " + access(s.buffer(), s.index(), 1, 1) + " at most " + s.limit() + " \"" + s.what() + "\"";
            case Stmt.Parallel s -> "parallel " + s.method() + s.extents().stream().map(n -> "0.." + n).collect(Collectors.joining(", ", "(", ")"));
            case Stmt.Call s -> "call " + s.method() + s.args().stream().map(Index::toString).collect(Collectors.joining(", ", "(", ")"));
        };
    }

    private String text(Expr expr) {
        return switch (expr) {
            case Expr.Const e -> number(e.dtype(), e.bits());
            case Expr.Var e -> e.name();
            case Expr.Load e -> access(e.buffer(), e.index(), e.lanes(), e.count());
            case Expr.Apply e -> e.fn().text() + e.args().stream().map(this::text).collect(Collectors.joining(", ", "(", ")"));
            case Expr.Convert e -> e.dtype().text() + "(" + text(e.arg()) + ")";
            case Expr.Bits e -> "bits_" + e.dtype().text() + "(" + text(e.arg()) + ")";
            case Expr.Splat e -> "splat" + lanes(e.lanes()) + "(" + text(e.arg()) + ")";
            case Expr.Rotate e -> "rotate(" + text(e.arg()) + ", " + e.by() + ")";
            case Expr.Ramp e ->
                "ramp" + lanes(e.lanes()) + "_" + e.dtype().text() + "(" + e.base() + (e.lanes() == 1 ? "" : ", " + e.stride()) + ")";
            case Expr.Checked e -> "checked(" + text(e.arg()) + ", " + e.extent() + ", \"" + e.what() + "\")";
        };
    }

    private String name(int buffer) {
        return buffer >= 0 && buffer < names.size() ? names.get(buffer) : "b" + buffer;
    }

    private String access(int buffer, Index index, int lanes, int count) {
        return name(buffer) + "[" + index + (lanes == 1 ? "" : count < lanes ? "; " + count + " of " + lanes : "; " + lanes) + "]";
    }

    private static String lanes(int lanes) {
        return lanes == 1 ? "" : Integer.toString(lanes);
    }

    /** A NaN other than Java's own is told by its bits. */
    private static String number(DType dtype, long bits) {
        return switch (dtype) {
            case F32 -> {
                float x = Float.intBitsToFloat((int) bits);
                yield Float.isNaN(x) && Float.floatToIntBits(x) != (int) bits ? String.format("f32#%08x", (int) bits) : x + "f";
            }
            case F64 -> {
                double x = Double.longBitsToDouble(bits);
                yield Double.isNaN(x) && Double.doubleToLongBits(x) != bits ? String.format("f64#%016x", bits) : Double.toString(x);
            }
            case I32 -> Integer.toString((int) bits);
            case I64 -> bits + "L";
            case BOOL -> bits != 0 ? "true" : "false";
            case U8, I8, I16 -> bits + dtype.text();
            case BF16 -> String.format("bf16#%04x", bits & 0xffff);
        };
    }
}
