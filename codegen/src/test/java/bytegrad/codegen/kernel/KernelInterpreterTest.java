package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Expr.Bits;
import bytegrad.codegen.kernel.Expr.Checked;
import bytegrad.codegen.kernel.Expr.Convert;
import bytegrad.codegen.kernel.Expr.Ramp;
import bytegrad.codegen.kernel.Expr.Splat;
import bytegrad.codegen.kernel.Expr.Var;
import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.IndexException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KernelInterpreterTest {
    private static final int[] LANES = {1, 2, 4, 8, 16};

    /** The element at 64 of the dtype's slab after {@code value} was stored there. */
    private static Slabs stored(Expr value, Slabs slabs) {
        Kernel k = kernel(List.of(read(value.dtype(), 64), write(value.dtype(), 64)), store(1, x(0), value));
        KernelInterpreter.run(k, slabs, List.of(0, 64));
        return slabs;
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void loadsAndStoresOfAnyLanesKeepBits(DType dtype) {
        for (int lanes : LANES) {
            Slabs slabs = Slabs.ofSize(256);
            for (int e = 0; e < 64; e++) {
                slabs.set(dtype, 5 + e, dtype == BOOL ? e % 3 & 1 : 7 * e + 1);
            }
            Kernel k = kernel(
                    List.of(read(dtype, 64), write(dtype, 64)),
                    loop("i", 0, 64, lanes, store(1, x("i"), load(0, x("i"), dtype, lanes))));
            KernelInterpreter.run(k, slabs, List.of(5, 100));
            for (int e = 0; e < 64; e++) {
                assertEquals(slabs.get(dtype, 5 + e), slabs.get(dtype, 100 + e), dtype + " " + lanes + " " + e);
            }
            assertEquals(0, slabs.get(dtype, 99));
            assertEquals(0, slabs.get(dtype, 164));
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void copiesReadAllBeforeTheyWrite(DType dtype) {
        Slabs slabs = Slabs.ofSize(64);
        for (int e = 0; e < 20; e++) {
            slabs.set(dtype, 3 + e, dtype == BOOL ? e % 3 & 1 : 7 * e + 1);
        }
        Slabs before = slabs.copy();
        KernelInterpreter.run(kernel(List.of(both(dtype, 20)), new Stmt.Copy(0, x(4), 0, x(1), 10)), slabs, List.of(3));
        for (int e = 0; e < 20; e++) {
            assertEquals(before.get(dtype, 3 + (e >= 4 && e < 14 ? e - 3 : e)), slabs.get(dtype, 3 + e), dtype + " " + e);
        }
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void variablesSplatsAndAssignmentsHaveLanes(DType dtype) {
        for (int lanes : LANES) {
            Slabs slabs = Slabs.ofSize(128);
            slabs.set(dtype, 0, 1);
            Var v = new Var("v", dtype, lanes);
            Var w = new Var("w", dtype, lanes);
            Kernel k = kernel(
                    List.of(read(dtype, 64), write(dtype, 64)),
                    let(v, load(0, x(0), dtype, lanes)),
                    let(w, v),
                    assign(v, new Splat(load(0, x(0), dtype, 1), lanes)),
                    store(1, x(0), v),
                    store(1, x(32), w));
            KernelInterpreter.run(k, slabs, List.of(0, 64));
            for (int l = 0; l < lanes; l++) {
                assertEquals(1, slabs.get(dtype, 64 + l));
                assertEquals(l == 0 ? 1 : 0, slabs.get(dtype, 96 + l));
            }
        }
    }

    @Test
    void everyFunctionActsLaneByLane() {
        for (DType dtype : DType.values()) {
            for (ScalarFn fn : ScalarFn.values()) {
                boolean expanded = switch (fn) {
                    case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1,
                            CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, REM, MOD, FLOOR, CEIL, ROUND_EVEN, TRUNC -> true;
                    case NEG, ABS, SIGN, SQRT, ADD, SUB, MUL, DIV, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR,
                            USHR, STOP_GRADIENT, SELECT -> false;
                };
                if (!fn.accepts(dtype) || expanded) {
                    continue;
                }
                for (int lanes : LANES) {
                    checkLanes(fn, dtype, lanes);
                }
            }
        }
    }

    private static void checkLanes(ScalarFn fn, DType dtype, int lanes) {
        boolean select = fn == ScalarFn.SELECT;
        Buffer first = read(select ? BOOL : dtype, 16);
        Expr[] args = new Expr[fn.arity()];
        for (int a = 0; a < args.length; a++) {
            args[a] = load(a, x(0), a == 0 ? first.dtype() : dtype, lanes);
        }
        Expr value = ap(fn, args);
        Kernel k = kernel(List.of(first, read(dtype, 16), read(dtype, 16), write(value.dtype(), 16)), store(3, x(0), value));
        Slabs slabs = Slabs.ofSize(64);
        java.util.Random random = new java.util.Random(lanes);
        for (int b = 0; b < 3; b++) {
            for (int l = 0; l < 16; l++) {
                DType d = b == 0 ? first.dtype() : dtype;
                slabs.set(d, 16 * b + l, bitsOf(d, random.nextInt(9) - 4));
            }
        }
        Slabs before = slabs.copy();
        KernelInterpreter.run(k, slabs, List.of(0, 16, 32, 48));
        for (int l = 0; l < lanes; l++) {
            long expected = ScalarMath.apply(
                    fn, dtype, before.get(first.dtype(), l), before.get(dtype, 16 + l), before.get(dtype, 32 + l));
            assertEquals(expected, slabs.get(value.dtype(), 48 + l), fn + " " + dtype + " x" + lanes + " lane " + l);
        }
    }

    private static long bitsOf(DType d, int v) {
        return d.holds(-1) ? num(d, v).bits() : v & 1;
    }

    @Test
    void convertsAndBits() {
        assertEquals(3.0, stored(new Convert(F64, integer(3)), Slabs.ofSize(128)).d[64]);
        Slabs s = Slabs.ofSize(128);
        s.f[0] = -0.0f;
        Expr bits = new Bits(I32, load(0, x(0), F32, 2));
        KernelInterpreter.run(kernel(List.of(read(F32, 64), write(I32, 64)), store(1, x(0), bits)), s, List.of(0, 0));
        assertEquals(Integer.MIN_VALUE, s.i[0]);
        assertEquals(1.0f, stored(new Bits(F32, integer(0x3f800000)), Slabs.ofSize(128)).f[64]);
        assertEquals(-1L, stored(new Bits(I64, new Expr.Const(F64, -1)), Slabs.ofSize(128)).l[64]);
    }

    @Test
    void rampsConvertAfterI32Arithmetic() {
        Expr ramp = new Ramp(x(16777217), 2, F32, 4);
        float[] f = stored(ramp, Slabs.ofSize(128)).f;
        // Not 16777216f + 2f·l: each lane's i32 is rounded once.
        assertArrayEquals(
                new float[] {16777217, (float) 16777219, (float) 16777221, (float) 16777223}, java.util.Arrays.copyOfRange(f, 64, 68));
        assertEquals(-2, stored(new Ramp(x(4), -3, I32, 4), Slabs.ofSize(128)).i[66]);
        assertEquals(7L, stored(new Ramp(x(1), 2, I64, 4), Slabs.ofSize(128)).l[67]);
        assertEquals(9.0, stored(new Ramp(x(9), 1, F64, 1), Slabs.ofSize(128)).d[64]);
    }

    @Test
    void loopsNestAndDependOnEachOther() {
        // b0[i] = Σ of the odd k in 1..i
        Kernel k = kernel(
                List.of(write(I32, 10)),
                loop("i", 0, 10, 1,
                        let(i("s"), integer(0)),
                        loop("k", x(1), x("i").plus(1), 2, assign(i("s"), ap(ScalarFn.ADD, i("s"), i("k")))),
                        store(0, x("i"), i("s"))));
        Slabs s = Slabs.ofSize(10);
        KernelInterpreter.run(k, s, List.of(0));
        assertArrayEquals(new int[] {0, 1, 1, 4, 4, 9, 9, 16, 16, 25}, s.i);
    }

    @Test
    void methodsTakeIndices() {
        Kernel k = new Kernel(
                List.of(write(F32, 16)),
                List.of(
                        method("main", List.of(), loop("i", 0, 4, 1, call("row", x("i").times(4), x("i")), call("row", x(0), x(3)))),
                        method("row", List.of(i("p0"), i("p1")),
                                loop("k", 0, 4, 1, store(0, x("p0").plus(x("k")), new Ramp(x("p1").times(10).plus(x("k")), 1, F32, 1))))));
        Slabs s = Slabs.ofSize(16);
        KernelInterpreter.run(k, s, List.of(0));
        assertArrayEquals(new float[] {30, 31, 32, 33, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33}, s.f);
    }

    @Test
    void ifAnyAsksAllLanes() {
        for (int lanes : LANES) {
            Kernel k = kernel(
                    List.of(read(BOOL, 16), write(F32, 1)), when(load(0, x(0), BOOL, lanes), store(1, x(0), num(1))));
            Slabs none = Slabs.ofSize(32);
            KernelInterpreter.run(k, none, List.of(0, 0));
            assertEquals(0, none.f[0]);
            Slabs last = Slabs.ofSize(32);
            last.z[lanes - 1] = true;
            KernelInterpreter.run(k, last, List.of(0, 0));
            assertEquals(1, last.f[0]);
        }
    }

    @Test
    void checkedFailsWithItsName() {
        for (DType dtype : List.of(I32, I64)) {
            Kernel k = kernel(
                    List.of(read(dtype, 1), write(I32, 1)),
                    let(i("c"), new Checked(load(0, x(0), dtype, 1), 10, "labels")),
                    store(1, x(0), i("c")));
            Slabs s = Slabs.ofSize(4);
            s.set(dtype, 0, 9);
            KernelInterpreter.run(k, s, List.of(0, 1));
            assertEquals(9, s.i[1]);
            for (long bad : new long[] {-1, 10, Integer.MIN_VALUE, dtype == I64 ? 1L << 32 : 10}) {
                s.set(dtype, 0, bad);
                IndexException e = assertThrows(IndexException.class, () -> KernelInterpreter.run(k, s, List.of(0, 1)));
                assertTrue(e.getMessage().contains("labels"), e.getMessage());
            }
        }
    }

    @Test
    void accessesOutsideABufferFail() {
        Slabs s = Slabs.ofSize(64);
        Kernel store = kernel(List.of(write(F32, 4)), loop("i", 0, 5, 1, store(0, x("i"), num(1))));
        assertTrue(assertThrows(KernelException.class, () -> KernelInterpreter.run(store, s, List.of(8))).getMessage().contains("b0[i]"));
        Kernel load = kernel(List.of(read(F32, 4), write(F32, 4)), store(1, x(0), load(0, x(-1))));
        assertThrows(KernelException.class, () -> KernelInterpreter.run(load, s, List.of(8, 16)));
    }

    @Test
    void f32TranscendentalsMustBeExpanded() {
        assertThrows(KernelException.class, () -> stored(ap(ScalarFn.EXP, num(1)), Slabs.ofSize(128)));
    }

    @Test
    void offsetsMustBeOnePerBuffer() {
        assertThrows(KernelException.class, () -> KernelInterpreter.run(kernel(List.of(read(F32, 1))), Slabs.ofSize(1), List.of()));
    }

    @Test
    void plansRunInOrder() {
        Kernel twice = kernel(List.of(both(F32, 1)), store(0, x(0), ap(ScalarFn.MUL, load(0, x(0)), num(2))));
        Kernel inc = kernel(List.of(both(F32, 1)), store(0, x(0), ap(ScalarFn.ADD, load(0, x(0)), num(1))));
        Plan plan = new Plan.Seq(List.of(
                launch(inc, 0), new Plan.Repeat(3, launch(twice, 0)), launch(inc, 0), new Plan.If(2, launch(inc, 1), launch(twice, 0))));
        Slabs s = Slabs.ofSize(4);
        KernelInterpreter.run(plan, s);
        assertEquals(18, s.f[0]);
        s.z[2] = true;
        KernelInterpreter.run(plan, s);
        assertEquals(153, s.f[0]);
        assertEquals(1, s.f[1]);
    }

    private static Plan launch(Kernel k, int offset) {
        return new Plan.Launch(k, List.of(offset), "x", List.of("x"));
    }
}
