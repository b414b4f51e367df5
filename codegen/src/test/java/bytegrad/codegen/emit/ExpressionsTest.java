package bytegrad.codegen.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.Program;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Constants, loads, conversions, bits, splats, ramps, checked indices and index arithmetic. */
class ExpressionsTest {
    private static final int N = Values.COUNT;

    private static Slabs map(DType from, DType to, int lanes, Expr value) {
        Kernel k = Build.kernel(
                List.of(Build.buffer(from, N), Build.buffer(to, N)), Build.each(N, lanes, new Stmt.Store(1, Index.of(Build.I), value)));
        Slabs s = new Slabs(2 * N);
        s.set(from, 0, Values.operands(from, 0));
        return s.run(Build.program(Build.launch(k, 0, N), Build.SHARED));
    }

    @Test
    void conversions() {
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                for (int lanes : new int[] {1, 2, 4, 8, 16}) {
                    boolean sameWidth = from.bytes() == to.bytes() || from == DType.BOOL || to == DType.BOOL;
                    int widest = Math.max(from.bytes(), to.bytes()) * lanes;
                    boolean storage = from.isStorage() || to.isStorage();
                    if (lanes == 1 || sameWidth && widest <= 64 && !storage) {
                        Slabs s = map(from, to, lanes, new Expr.Convert(to, Build.load(0, from, lanes)));
                        long[] x = Values.operands(from, 0);
                        for (int i = 0; i < N; i++) {
                            String what = from + " to " + to + " x " + lanes + " of " + Slabs.text(from, x[i]);
                            assertEquals(Oracle.convert(from, to, x[i]), s.get(to, N + i), what);
                        }
                    }
                }
            }
        }
    }

    @Test
    void vectorsConvertOnlyWithinAWidth() {
        assertThrows(CodegenException.class, () -> map(DType.F32, DType.F64, 4, new Expr.Convert(DType.F64, Build.load(0, DType.F32, 4))));
    }

    @Test
    void bits() {
        for (List<DType> pair : List.of(
                List.of(DType.F32, DType.I32), List.of(DType.I32, DType.F32), List.of(DType.F64, DType.I64), List.of(DType.I64, DType.F64))) {
            for (int lanes : Build.lanes(pair.get(0))) {
                Slabs s = map(pair.get(0), pair.get(1), lanes, new Expr.Bits(pair.get(1), Build.load(0, pair.get(0), lanes)));
                long[] x = Values.operands(pair.get(0), 0);
                for (int i = 0; i < N; i++) {
                    assertEquals(Oracle.normal(pair.get(1), x[i]), s.get(pair.get(1), N + i));
                }
            }
        }
    }

    @Test
    void constantsAndSplats() {
        for (DType t : DType.values()) {
            for (int lanes : t == DType.BOOL ? List.of(1, 4, 16) : Build.lanes(t)) {
                for (long bits : Values.notable(t)) {
                    Slabs s = map(t, t, lanes, new Expr.Splat(new Expr.Const(t, bits), lanes));
                    assertEquals(Oracle.normal(t, bits), s.get(t, N));
                    assertEquals(Oracle.normal(t, bits), s.get(t, 2 * N - 1));
                }
                Slabs s = map(t, t, lanes, new Expr.Splat(Build.load(0, t, 1), lanes));
                for (int i = 0; i < N; i++) {
                    assertEquals(s.get(t, i / lanes * lanes), s.get(t, N + i));
                }
            }
        }
    }

    @Test
    void rotations() {
        for (DType t : List.of(DType.F32, DType.F64, DType.I32, DType.I64)) {
            for (int lanes : Build.lanes(t)) {
                for (int by = 1; by < lanes; by++) {
                    Slabs s = map(t, t, lanes, new Expr.Rotate(Build.load(0, t, lanes), by));
                    for (int i = 0; i < N; i++) {
                        assertEquals(s.get(t, i / lanes * lanes + (i + by) % lanes), s.get(t, N + i), t + " x " + lanes + " by " + by);
                    }
                }
            }
        }
    }

    /** A NaN's payload survives in a constant. */
    @Test
    void constantNanKeepsItsBits() {
        Slabs f = map(DType.F32, DType.I32, 1, new Expr.Bits(DType.I32, new Expr.Const(DType.F32, 0x7fc0_1234)));
        assertEquals(0x7fc0_1234, f.i[N]);
        Slabs d = map(DType.F64, DType.I64, 1, new Expr.Bits(DType.I64, new Expr.Const(DType.F64, 0x7ff8_0000_1234_5678L)));
        assertEquals(0x7ff8_0000_1234_5678L, d.l[N]);
    }

    @Test
    void ramps() {
        for (DType t : List.of(DType.F32, DType.F64, DType.I32, DType.I64)) {
            for (int lanes : Build.lanes(t)) {
                for (int stride : new int[] {0, 1, -3, 784, 100_001}) {
                    for (int base : new int[] {0, -5, 16_777_217}) {
                        Index first = Index.of(Build.I).times(stride).plus(base);
                        Slabs s = map(t, t, lanes, new Expr.Ramp(first, stride, t, lanes));
                        for (int i = 0; i < N; i++) {
                            assertEquals(Oracle.convert(DType.I32, t, base + i * stride), s.get(t, N + i), t + " x " + lanes);
                        }
                    }
                }
            }
        }
    }

    /** y[i] = x[checked(k[i])]. */
    private static Program gather(DType index, EmitOptions options) {
        Expr.Var at = Expr.Var.index("at");
        Kernel k = Build.kernel(
                List.of(Build.buffer(DType.F32, 10), Build.buffer(index, 4), Build.buffer(DType.F32, 4)),
                Build.each(
                        4,
                        1,
                        new Stmt.Let(at, new Expr.Checked(Build.load(1, index, 1), 10, "embed.table")),
                        new Stmt.Store(2, Index.of(Build.I), new Expr.Load(0, Index.of(at), DType.F32, 1))));
        return Build.program(Build.launch(k, 0, 0, 16), options);
    }

    @Test
    void checkedIndices() {
        for (DType index : List.of(DType.I32, DType.I64)) {
            for (EmitOptions options : List.of(Build.SHARED, Build.BAKED)) {
                Program p = gather(index, options);
                Slabs s = new Slabs(32);
                for (int i = 0; i < 10; i++) {
                    s.f[i] = i * 1.5f;
                }
                s.set(index, 0, new long[] {9, 0, 3, 9});
                s.run(p);
                assertEquals(13.5f, s.f[16]);
                assertEquals(0f, s.f[17]);
                assertEquals(4.5f, s.f[18]);
                s.set(index, 2, 10);
                IndexException e = assertThrows(IndexException.class, () -> s.run(p));
                assertEquals("embed.table: index 10 is not in 0 to 9", e.getMessage());
                s.set(index, 2, -1);
                assertThrows(IndexException.class, () -> s.run(p));
            }
        }
    }

    /** Coefficients of every sign and size, several variables, constants beyond 16 bits. */
    @Test
    void indices() {
        Expr.Var j = Expr.Var.index("j");
        Index i = Index.of(Build.I);
        List<Index> all = List.of(
                Index.ZERO,
                Index.of(7),
                i,
                i.times(-1).plus(40_000),
                i.times(3).plus(Index.of(j).times(-2)).plus(9),
                Index.of(j).plus(i.times(-1)).plus(5),
                i.times(40_000).plus(Index.of(j).times(100_000)).plus(-70_000));
        for (Index index : all) {
            Kernel k = Build.kernel(
                    List.of(Build.buffer(DType.I32, 20)),
                    Build.each(5, 1, new Stmt.For(j, Index.ZERO, Index.of(4), 1, List.of(
                            new Stmt.Store(0, i.times(4).plus(Index.of(j)), new Expr.Ramp(index, 1, DType.I32, 1))))));
            for (EmitOptions options : List.of(Build.SHARED, Build.BAKED)) {
                Slabs s = new Slabs(100).run(Build.program(Build.launch(k, 50), options));
                for (int a = 0; a < 5; a++) {
                    for (int b = 0; b < 4; b++) {
                        int want = index.constant() + index.coefficient(Build.I) * a + index.coefficient(j) * b;
                        assertEquals(want, s.i[50 + a * 4 + b], index.toString());
                    }
                }
            }
        }
    }
}
