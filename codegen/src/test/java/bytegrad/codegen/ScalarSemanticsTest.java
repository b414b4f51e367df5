package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each scalar function at the edges of its domain, all pairs of them: the three executors and every width give the same kind of answer. */
final class ScalarSemanticsTest {
    private static final double[] REALS = {
        0.0, -0.0, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MIN_NORMAL, -1e-20, 0.25, -0.25, 0.5, -0.5, 0.75, 1, -1, 1.5, -1.5, 2, -2, 2.5, -2.5, 3, -3, 7.75, -7.75, 30, -30,
        0x1p22 + 0.5, -0x1p22 - 0.5, 0x1p23, 0x1.000002p23, -0x1p24, 1e10, -1e10, Float.MAX_VALUE, -Float.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN
    };
    private static final long[] INTS = {0, 1, -1, 2, -2, 3, -3, 7, -7, 31, 32, 64, 1000, -1000, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MIN_VALUE + 1};
    private static final long[] LONGS = {Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1, 1L << 40, -(1L << 40), 1L + Integer.MAX_VALUE};

    /** All pairs of the edges, as the columns a and b; and the reverse of b as c. */
    private static Map<String, Value> pairs(DType t) {
        double[] reals = REALS;
        long[] integers = t == DType.I64 ? java.util.stream.LongStream.concat(java.util.Arrays.stream(INTS), java.util.Arrays.stream(LONGS)).toArray() : INTS;
        int n = t.isFloat() ? reals.length : integers.length;
        TensorType type = TensorType.of(t, n * n);
        Map<String, Value> in = new LinkedHashMap<>();
        for (int which = 0; which < 2; which++) {
            double[] d = new double[n * n];
            long[] l = new long[n * n];
            for (int i = 0; i < n * n; i++) {
                int at = which == 0 ? i / n : i % n;
                if (t.isFloat()) {
                    d[i] = reals[at];
                } else {
                    l[i] = integers[at];
                }
            }
            in.put(which == 0 ? "a" : "b", t.isFloat() ? Value.of(type, d).rounded() : Value.ofLongs(type, l));
        }
        return in;
    }

    /** Functions of one or two numbers that are not asked elsewhere at these places. */
    private static boolean asked(ScalarFn fn) {
        return switch (fn) {
            case TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA, FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2,
                    LOG_ADD_EXP, POLYGAMMA, DIV, REM, MOD, SIGN, ADD, SUB, MUL, NEG, ABS, MAX, MIN, SHL, SHR, USHR -> true;
            case SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, STOP_GRADIENT, SELECT -> false;
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "I32", "I64"})
    void executorsAgreeAtEdges(DType t) {
        Map<String, Value> in = pairs(t);
        GraphBuilder b = new GraphBuilder();
        Node x = b.apply(new Op.Input("a", in.get("a").type()), List.of());
        Node y = b.apply(new Op.Input("b", in.get("b").type()), List.of());
        for (ScalarFn fn : ScalarFn.values()) {
            if (fn.accepts(t) && asked(fn)) {
                b.output(fn.text(), fn.arity() == 1 ? b.map(fn, x) : b.map(fn, x, y));
            }
        }
        Graph g = b.build();
        Map<String, Value> want = Three.interpret(g, in);
        List<String> wrong = new ArrayList<>();
        Map<String, Value> first = new TreeMap<>();
        for (Options.Simd width : Agreement.WIDTHS) {
            // One function to a kernel, or a call for one would leave lanes to none.
            Compilation c = Compilation.of(g, Options.DEFAULT.withSimd(width).withFusion(false));
            Map<String, Value> got = Three.bytecode(c, in);
            assertEquals(List.of(), Three.differences(Three.kernels(c, in), got, 0, 0));
            if (first.isEmpty()) {
                first.putAll(got);
                want.forEach((name, v) -> compare(name, v, got.get(name), in, wrong));
            }
            assertEquals(List.of(), Three.differences(first, new TreeMap<>(got), 0, 0), width.toString());
        }
        assertTrue(wrong.isEmpty(), wrong.size() + " wrong: " + wrong.subList(0, Math.min(20, wrong.size())));
    }

    private static void compare(String name, Value want, Value got, Map<String, Value> in, List<String> wrong) {
        for (int i = 0; i < want.size(); i++) {
            boolean same = want.dtype().isFloat() ? near(name, want.dtype(), want.at(i), got.at(i)) : want.longAt(i) == got.longAt(i);
            if (!same) {
                wrong.add(name + "(" + in.get("a").at(i) + ", " + in.get("b").at(i) + ") is " + got.at(i) + ", not " + want.at(i));
            }
        }
    }

    /** The same NaN, infinity or signed zero; else near, relative to the value, or to 1 where the function has zeros that no double is. */
    private static boolean near(String name, DType t, double want, double got) {
        double w = t == DType.F32 ? (float) want : want;
        if (Double.isNaN(w) || Double.isNaN(got) || w == 0 || Double.isInfinite(w)) {
            boolean underflow = w == 0 && Math.abs(got) <= (t == DType.F32 ? 2 * Float.MIN_VALUE : 0);
            return Double.compare(w, got) == 0 || underflow && Math.copySign(1, w) == Math.copySign(1, got);
        }
        boolean zeros = name.equals("lgamma") || name.equals("digamma") || name.equals("log_add_exp") || name.equals("polygamma");
        double least = t == DType.F32 ? 4 * Float.MIN_VALUE : 4 * Double.MIN_VALUE;
        double tolerance = t == DType.F32 ? 1e-6 : 1e-12;
        return Math.abs(w - got) <= Math.max(least, tolerance * (zeros ? Math.max(1, Math.abs(w)) : Math.abs(w)));
    }

    /** What ScalarFn says of pow and x² holds wherever the exponent comes from. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void powersOfOneAndTwoAreExact(DType t) {
        GraphBuilder b = new GraphBuilder();
        TensorType type = TensorType.of(t, REALS.length + 200);
        Node x = b.apply(new Op.Input("x", type), List.of());
        Node n = b.apply(new Op.Input("n", type), List.of());
        b.output("power", b.pow(x, n));
        double[] d = new double[type.size()];
        for (int i = 0; i < d.length; i++) {
            d[i] = i < REALS.length ? REALS[i] : 1.37 * (i - 150) / 11;
        }
        Value at = Value.of(type, d).rounded();
        for (int power = 1; power <= 2; power++) {
            double[] squares = new double[d.length];
            for (int i = 0; i < d.length; i++) {
                double v = at.at(i);
                squares[i] = power == 1 ? v : t == DType.F32 ? (float) v * (float) v : v * v;
            }
            for (Options.Simd width : Agreement.EXTREMES) {
                Map<String, Value> got = Three.bytecode(Compilation.of(b.build(), Options.DEFAULT.withSimd(width)), Map.of("x", at, "n", Value.full(type, power)));
                assertEquals(List.of(), Three.differences(Map.of("power", Value.of(type, squares)), got, 0, 0));
            }
        }
    }

    /** Partial sums that are all −∞, an infinity among numbers, and numbers whose exponentials overflow. */
    @Test
    void logSumExpAtInfinities() {
        double inf = Double.POSITIVE_INFINITY;
        for (DType t : List.of(DType.F32, DType.F64)) {
            for (int columns : new int[] {3, 17, 70}) {
                GraphBuilder b = new GraphBuilder();
                Node x = b.input("x", t, 5, columns);
                b.output("rows", b.reduce(Monoid.LOG_SUM_EXP, x, 1));
                b.output("columns", b.reduce(Monoid.LOG_SUM_EXP, b.transpose(x, 1, 0), 0));
                double[] d = new double[5 * columns];
                double[] special = {-inf, inf, Double.NaN};
                for (int i = 0; i < d.length; i++) {
                    int row = i / columns;
                    d[i] = row == 0 ? -inf : row == 4 ? 1000 : i % columns == 2 ? special[row - 1] : i % 7;
                }
                for (Options.Simd width : Agreement.EXTREMES) {
                    Map<String, Value> got = Three.bytecode(Compilation.of(b.build(), Options.DEFAULT.withSimd(width)), Map.of("x", Value.of(TensorType.of(t, 5, columns), d)));
                    for (Value v : got.values()) {
                        assertEquals(-inf, v.at(0));
                        assertTrue(v.at(1) >= 4 && v.at(1) < 12, v.toString());
                        assertEquals(inf, v.at(2));
                        assertTrue(Double.isNaN(v.at(3)), v.toString());
                        assertEquals(1000 + Math.log(columns), v.at(4), 1e-3);
                    }
                }
            }
        }
    }
}
