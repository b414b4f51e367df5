package bytegrad.benchmarks.check;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.runtime.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The accuracy of every function that arithmetic does not define, through compiled classes, as rows and as {@code docs/accuracy.md} (which is
 * written when every function is measured). f32 vector code is held against compiled f64 code, and against scalar code for the same bits; f64
 * code that is not {@link StrictMath}'s against the reference interpreter, which has other code of its own: a figure without a bound, as
 * either may be the one that is off.
 */
final class AccuracyTable {
    private static final int LENGTH = 1 << 14;
    private static final int DEFAULT_STRIDE = 251;
    /** The interpreter is slow. */
    private static final long DOUBLE_STRIDE = 1 << 14;
    private static final double BOUND = 2;
    private static final double NOTED_BOUND = 4;

    private static final Set<ScalarFn> BY_STRICT_MATH = EnumSet.of(
            ScalarFn.EXP, ScalarFn.LOG, ScalarFn.TANH, ScalarFn.SIN, ScalarFn.COS, ScalarFn.TAN, ScalarFn.ASIN, ScalarFn.ACOS, ScalarFn.ATAN,
            ScalarFn.SINH, ScalarFn.COSH, ScalarFn.LOG1P, ScalarFn.EXPM1, ScalarFn.CBRT, ScalarFn.ATAN2);
    private static final Set<ScalarFn> BY_OWN_CODE = EnumSet.of(
            ScalarFn.SIGMOID, ScalarFn.ERF, ScalarFn.ASINH, ScalarFn.ACOSH, ScalarFn.ATANH, ScalarFn.EXP2, ScalarFn.LOG2, ScalarFn.ERFC,
            ScalarFn.ERF_INV, ScalarFn.LGAMMA, ScalarFn.DIGAMMA, ScalarFn.POLYGAMMA, ScalarFn.POW, ScalarFn.LOG_ADD_EXP);

    /** Why a bound of {@value #NOTED_BOUND} is kept, and what else must be known. */
    private static final Map<ScalarFn, String> NOTES = new EnumMap<>(Map.of(
            ScalarFn.TANH, "few operations: a quotient of two rounded terms",
            ScalarFn.SIGMOID, "few operations: a quotient of two rounded terms",
            ScalarFn.SIN, "few operations: angle, polynomial and their product are rounded; the product keeps −0",
            ScalarFn.COS, "few operations: angle and polynomial are rounded",
            ScalarFn.LOG_ADD_EXP, "in ulp of the greater of the result and the greater operand; where these cancel, the result alone is less sure",
            ScalarFn.LGAMMA, "the f64 function, rounded",
            ScalarFn.DIGAMMA, "the f64 function, rounded",
            ScalarFn.POLYGAMMA, "the f64 function, rounded; orders 0 to 5"));

    private final Report report;
    private final List<String> lines = new ArrayList<>();

    private AccuracyTable(Report report) {
        this.report = report;
    }

    static void report(Report report) {
        AccuracyTable table = new AccuracyTable(report);
        boolean all = true;
        for (ScalarFn fn : ScalarFn.values()) {
            if (BY_STRICT_MATH.contains(fn) || BY_OWN_CODE.contains(fn)) {
                String row = "accuracy-" + fn.text();
                if (report.wants(row)) {
                    table.measure(fn, row);
                } else {
                    all = false;
                }
            }
        }
        if (all) {
            table.write();
        }
    }

    private void measure(ScalarFn fn, String row) {
        long stride = Integer.getInteger("bytegrad.check.stride", DEFAULT_STRIDE);
        Operands operands = new Operands(fn, stride);
        Session vector = session(fn, DType.F32, Options.DEFAULT);
        Session scalar = session(fn, DType.F32, Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        Session exact = session(fn, DType.F64, Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        float[] a = new float[LENGTH];
        float[] b = new float[LENGTH];
        float[] y = new float[LENGTH];
        float[] z = new float[LENGTH];
        double[] e = new double[LENGTH];
        WorstError worst = new WorstError();
        long differ = 0;
        while (operands.more()) {
            for (int i = 0; i < LENGTH; i++) {
                operands.into(a, b, i);
            }
            run(fn, vector, a, b, y);
            run(fn, scalar, a, b, z);
            run(fn, exact, widened(a), widened(b), e);
            for (int i = 0; i < LENGTH; i++) {
                differ += Float.floatToIntBits(y[i]) == Float.floatToIntBits(z[i]) ? 0 : 1;
                double unit = fn == ScalarFn.LOG_ADD_EXP && Float.isFinite(a[i]) && Float.isFinite(b[i]) ? Math.max(a[i], b[i]) : 0;
                if (fn.arity() == 1) {
                    worst.floats(y[i], e[i], unit, a[i]);
                } else {
                    worst.floats(y[i], e[i], unit, a[i], b[i]);
                }
            }
        }
        report.atMost(row + "-ulp", worst.ulps(), NOTES.containsKey(fn) ? NOTED_BOUND : BOUND);
        report.fact(row + "-special", worst.specials(), "right", worst.right());
        report.atMost(row + "-scalar-differs", differ, 0);
        line(fn, DType.F32, number(worst.ulps()), worst.at(), NOTES.getOrDefault(fn, ""));
        if (BY_STRICT_MATH.contains(fn)) {
            line(fn, DType.F64, "", "", "`StrictMath." + fn.text() + "`");
        } else {
            doubles(fn, row, exact);
        }
    }

    private void doubles(ScalarFn fn, String row, Session compiled) {
        Operands operands = new Operands(fn, DOUBLE_STRIDE);
        Graph graph = graph(fn, DType.F64);
        float[] a = new float[LENGTH];
        float[] b = new float[LENGTH];
        double[] y = new double[LENGTH];
        WorstError worst = new WorstError();
        TensorType type = new TensorType(DType.F64, Shape.of(LENGTH));
        while (operands.more()) {
            for (int i = 0; i < LENGTH; i++) {
                operands.into(a, b, i);
            }
            run(fn, compiled, widened(a), widened(b), y);
            Map<String, Value> inputs = fn.arity() == 1
                    ? Map.of("a", Value.of(type, widened(a)))
                    : Map.of("a", Value.of(type, widened(a)), "b", Value.of(type, widened(b)));
            Value exact = Interpreter.run(graph, inputs).output("y");
            for (int i = 0; i < LENGTH; i++) {
                if (fn.arity() == 1) {
                    worst.doubles(y[i], exact.at(i), a[i]);
                } else {
                    worst.doubles(y[i], exact.at(i), a[i], b[i]);
                }
            }
        }
        report.figure(row + "-f64-apart", worst.ulps());
        report.fact(row + "-f64-special", worst.specials(), "right", worst.right());
        line(fn, DType.F64, number(worst.ulps()), worst.at(), "from the reference interpreter");
    }

    private static double[] widened(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i];
        }
        return y;
    }

    private static Graph graph(ScalarFn fn, DType dtype) {
        GraphBuilder b = new GraphBuilder();
        List<Node> operands = new ArrayList<>();
        for (String name : List.of("a", "b").subList(0, fn.arity())) {
            operands.add(b.input(name, dtype, LENGTH));
        }
        b.output("y", b.apply(new Op.Map(fn), operands));
        return b.build();
    }

    private static Session session(ScalarFn fn, DType dtype, Options options) {
        return Compiler.compile(graph(fn, dtype), options).newSession();
    }

    private static void run(ScalarFn fn, Session s, float[] a, float[] b, float[] into) {
        s.set("a", a);
        if (fn.arity() > 1) {
            s.set("b", b);
        }
        s.run();
        s.read("y", into);
    }

    private static void run(ScalarFn fn, Session s, double[] a, double[] b, double[] into) {
        s.set("a", a);
        if (fn.arity() > 1) {
            s.set("b", b);
        }
        s.run();
        s.read("y", into);
    }

    private void line(ScalarFn fn, DType dtype, String ulps, String at, String note) {
        lines.add("| " + String.join(" | ", fn.text(), dtype.text(), ulps, at, note) + " |");
    }

    private static String number(double v) {
        return String.format(Locale.ROOT, "%.2f", v);
    }

    private void write() {
        Path file = Places.root().resolve("docs").resolve("accuracy.md");
        String text = """
                # Accuracy of the scalar functions

                Written by `benchmarks/check.sh 02 accuracy`; do not edit. The greatest error in units in the last place of the exact result (ulp; a
                rightly rounded one has at most 0.5), and the operands that have it.

                Method: compiled vector code on every %d-th of the 2³² floats and on special values with their neighbours; of two operands, on special
                pairs and on as many random ones. The exact result is that of compiled f64 code; scalar code gives the same bits. NaN, ±0, ±∞ and
                the sign of every result are right. Bound: 2 ulp, 4 where a note says why. f64 functions are `StrictMath`'s (within 1 ulp by its
                specification, and the same bits everywhere), or our own: for these the table tells how far they are from the reference
                interpreter, which mostly has other code and is itself less exact near zeros of a function.

                `add sub mul div sqrt fma rem floor ceil round_even trunc` round once or not at all in f32 and f64, as IEEE 754 has it; `mod` rounds
                what `rem` leaves once more where it adds the divisor.

                | function | dtype | max ulp | at | note |
                | --- | --- | --- | --- | --- |
                %s
                """.formatted(Integer.getInteger("bytegrad.check.stride", DEFAULT_STRIDE), String.join("\n", lines));
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
