package bytegrad.codegen.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scalar function on every dtype it takes, at every lane width, bit for bit. */
class FunctionsTest {
    private static final int N = Values.COUNT;
    private static final int OFFSET = 16;

    static List<Arguments> widths() {
        List<Arguments> all = new ArrayList<>();
        for (DType t : DType.values()) {
            for (int lanes : t == DType.BOOL ? List.of(1, 2, 4, 8, 16) : Build.lanes(t)) {
                all.add(Arguments.of(t, lanes));
            }
        }
        return all;
    }

    /** Functions that reach the emitter: f32 transcendentals never do, f64 ones only with one lane. */
    static boolean reaches(ScalarFn fn, DType t, int lanes) {
        return switch (fn) {
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    POW, ATAN2, LOG_ADD_EXP, POLYGAMMA -> t == DType.F64 && lanes == 1;
            case FLOOR, CEIL, ROUND_EVEN, TRUNC, MOD -> false;
            case REM -> fn.accepts(t) && lanes == 1;
            case DIV -> t.isFloat() || t.isInteger() && lanes == 1;
            default -> fn.accepts(t);
        };
    }

    static DType operand(ScalarFn fn, DType t, int which) {
        return fn == ScalarFn.SELECT && which == 0 ? DType.BOOL : t;
    }

    static int slot(int which) {
        return OFFSET + which * N;
    }

    /** The result's place: apart from all operands, whatever their dtypes. */
    static final int RESULT = OFFSET + 3 * N;

    static Kernel kernel(ScalarFn fn, DType t, int lanes) {
        List<Kernel.Buffer> buffers = new ArrayList<>();
        Expr[] args = new Expr[fn.arity()];
        for (int a = 0; a < args.length; a++) {
            buffers.add(Build.buffer(operand(fn, t, a), N));
            args[a] = Build.load(a, operand(fn, t, a), lanes);
        }
        buffers.add(Build.buffer(fn.result(t), N));
        return Build.kernel(buffers, Build.each(N, lanes, new Stmt.Store(args.length, Index.of(Build.I), Expr.Apply.of(fn, args))));
    }

    static Slabs slabs(ScalarFn fn, DType t) {
        Slabs s = new Slabs(RESULT + N);
        for (int a = 0; a < fn.arity(); a++) {
            s.set(operand(fn, t, a), slot(a), Values.operands(operand(fn, t, a), a));
        }
        return s;
    }

    static Integer[] offsets(ScalarFn fn) {
        Integer[] o = new Integer[fn.arity() + 1];
        for (int a = 0; a < fn.arity(); a++) {
            o[a] = slot(a);
        }
        o[fn.arity()] = RESULT;
        return o;
    }

    static void check(Slabs s, ScalarFn fn, DType t, String what) {
        for (int i = 0; i < N; i++) {
            long[] a = new long[3];
            for (int k = 0; k < fn.arity(); k++) {
                a[k] = s.get(operand(fn, t, k), slot(k) + i);
            }
            DType r = fn.result(t);
            long want = Oracle.apply(fn, t, a[0], a[1], a[2]);
            long got = s.get(r, RESULT + i);
            if (want != got) {
                String operands = "";
                for (int k = 0; k < fn.arity(); k++) {
                    operands += " " + Slabs.text(operand(fn, t, k), a[k]);
                }
                assertEquals(Slabs.text(r, want), Slabs.text(r, got), what + ": " + fn.text() + operands);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void equalsJava(DType t, int lanes) {
        for (ScalarFn fn : ScalarFn.values()) {
            if (reaches(fn, t, lanes)) {
                for (EmitOptions options : List.of(Build.SHARED, Build.BAKED)) {
                    Program p = Build.program(Build.launch(kernel(fn, t, lanes), offsets(fn)), options);
                    check(slabs(fn, t).run(p), fn, t, t.text() + " x " + lanes);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("widths")
    void refusesWhatTheLoweringMustExpand(DType t, int lanes) {
        for (ScalarFn fn : ScalarFn.values()) {
            if (fn.accepts(t) && !reaches(fn, t, lanes)) {
                CodegenException e = assertThrows(
                        CodegenException.class, () -> Build.program(Build.launch(kernel(fn, t, lanes), offsets(fn)), Build.SHARED));
                assertTrue(e.getMessage().contains(fn.text()) && e.getMessage().contains("expanded"), e.getMessage());
            }
        }
    }

    /** The shifts by a distance common to all lanes take another form. */
    @Test
    void shiftsByOneDistance() {
        for (DType t : List.of(DType.I32, DType.I64)) {
            for (int lanes : Build.lanes(t)) {
                for (ScalarFn fn : List.of(ScalarFn.SHL, ScalarFn.SHR, ScalarFn.USHR)) {
                    for (int distance : new int[] {0, 1, 23, 31, 32, 33, 64, -1}) {
                        Expr d = new Expr.Splat(Build.number(t, distance), lanes);
                        Kernel k = Build.kernel(
                                List.of(Build.buffer(t, N), Build.buffer(t, N)),
                                Build.each(N, lanes, new Stmt.Store(1, Index.of(Build.I), Expr.Apply.of(fn, Build.load(0, t, lanes), d))));
                        Slabs s = slabs(fn, t).run(Build.program(Build.launch(k, slot(0), RESULT), Build.SHARED));
                        for (int i = 0; i < N; i++) {
                            long want = Oracle.apply(fn, t, s.get(t, slot(0) + i), distance, 0);
                            assertEquals(want, s.get(t, RESULT + i), fn + " by " + distance);
                        }
                    }
                }
            }
        }
    }

    /** Masks of int comparisons choose floats, those of float comparisons ints, and both meet in one. */
    @Test
    void masksOfOneKindChooseTheOther() {
        for (List<DType> pair : List.of(List.of(DType.F32, DType.I32), List.of(DType.F64, DType.I64))) {
            DType f = pair.get(0);
            DType n = pair.get(1);
            for (int lanes : Build.lanes(f)) {
                Expr x = Build.load(0, f, lanes);
                Expr k = Build.load(1, n, lanes);
                Expr.Var small = new Expr.Var("small", DType.BOOL, lanes);
                Expr zero = new Expr.Splat(Build.number(f, 0), lanes);
                Expr none = new Expr.Splat(Build.number(n, 0), lanes);
                Expr positive = Expr.Apply.of(ScalarFn.GT, x, zero);
                Expr both = Expr.Apply.of(ScalarFn.AND, small, positive);
                Expr either = Expr.Apply.of(ScalarFn.OR, positive, small);
                Expr mixed = Expr.Apply.of(ScalarFn.SELECT, both, either, Expr.Apply.of(ScalarFn.NOT, small));
                Expr below3 = Expr.Apply.of(ScalarFn.LT, Build.load(1, n, 1), Build.number(n, 3));
                Kernel kernel = Build.kernel(
                        Stream.of(f, n, DType.BOOL, f, n, f).map(t -> Build.buffer(t, N)).toList(),
                        Build.each(
                                N,
                                lanes,
                                new Stmt.Let(small, Expr.Apply.of(ScalarFn.LT, k, none)),
                                new Stmt.Store(3, Index.of(Build.I), Expr.Apply.of(ScalarFn.SELECT, small, x, zero)),
                                new Stmt.Store(4, Index.of(Build.I), Expr.Apply.of(ScalarFn.SELECT, positive, k, none)),
                                new Stmt.Store(2, Index.of(Build.I), mixed),
                                new Stmt.Store(5, Index.of(Build.I), new Expr.Convert(f, small)),
                                new Stmt.Assign(small, positive),
                                new Stmt.Assign(small, new Expr.Splat(below3, lanes))));
                Slabs s = new Slabs(4 * N);
                s.set(f, 0, Values.operands(f, 0));
                s.set(n, 0, Values.operands(n, 0));
                s.run(Build.program(Build.launch(kernel, 0, 0, 0, N, N, 2 * N), Build.SHARED));
                for (int i = 0; i < N; i++) {
                    boolean isSmall = s.get(n, i) < 0;
                    boolean isPositive = Oracle.apply(ScalarFn.GT, f, s.get(f, i), 0, 0) != 0;
                    assertEquals(isSmall ? s.get(f, i) : 0, s.get(f, N + i));
                    assertEquals(isPositive ? s.get(n, i) : 0, s.get(n, N + i));
                    assertEquals(isSmall && isPositive ? 1 : isSmall ? 0 : 1, s.get(DType.BOOL, i));
                    assertEquals(Oracle.convert(DType.BOOL, f, isSmall ? 1 : 0), s.get(f, 2 * N + i));
                }
            }
        }
    }
}
