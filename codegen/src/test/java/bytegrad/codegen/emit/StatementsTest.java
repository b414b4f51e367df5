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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Variables, loops, conditions and calls. */
class StatementsTest {
    private static final List<EmitOptions> OPTIONS = List.of(Build.SHARED, Build.BAKED);

    private static Expr add(Expr a, Expr b) {
        return Expr.Apply.of(ScalarFn.ADD, a, b);
    }

    /** sum[j] = Σ_i x[i·16 + j], for all lanes and every numeric dtype. */
    @Test
    void accumulates() {
        for (DType t : List.of(DType.F32, DType.F64, DType.I32, DType.I64)) {
            for (int lanes : Build.lanes(t)) {
                Expr.Var j = Expr.Var.index("j");
                Expr.Var sum = new Expr.Var("sum", t, lanes);
                Expr x = new Expr.Load(0, Index.of(Build.I).times(16).plus(Index.of(j)), t, lanes);
                Kernel k = Build.kernel(
                        List.of(Build.buffer(t, 160), Build.buffer(t, 16)),
                        new Stmt.For(j, Index.ZERO, Index.of(16), lanes, List.of(
                                new Stmt.Let(sum, new Expr.Splat(Build.number(t, 0), lanes)),
                                Build.each(10, 1, new Stmt.Assign(sum, add(sum, x))),
                                new Stmt.Store(1, Index.of(j), sum))));
                for (EmitOptions options : OPTIONS) {
                    Slabs s = new Slabs(256);
                    for (int n = 0; n < 160; n++) {
                        s.set(t, n, Build.number(t, n % 13).bits());
                    }
                    s.run(Build.program(Build.launch(k, 0, 192), options));
                    for (int c = 0; c < 16; c++) {
                        int want = 0;
                        for (int r = 0; r < 10; r++) {
                            want += (r * 16 + c) % 13;
                        }
                        assertEquals(Oracle.normal(t, Build.number(t, want).bits()), s.get(t, 192 + c));
                    }
                }
            }
        }
    }

    /** What lies behind a part stays as it was; of the masks of bool too. */
    @Test
    void storesParts() {
        for (DType t : List.of(DType.F32, DType.F64, DType.I32, DType.I64, DType.BOOL)) {
            for (int lanes : Build.lanes(t)) {
                for (int count = 1; count < lanes; count++) {
                    Expr x = new Expr.Load(0, Index.of(2), t, lanes, count);
                    Kernel k = Build.kernel(List.of(Build.buffer(t, 2 + count), Build.buffer(t, 16)), new Stmt.Store(1, Index.of(1), x, count));
                    for (EmitOptions options : OPTIONS) {
                        Slabs s = new Slabs(256);
                        for (int n = 0; n < 16; n++) {
                            s.set(t, n, Build.number(t, n % 2).bits());
                            s.set(t, 128 + n, Build.number(t, 1).bits());
                        }
                        s.run(Build.program(Build.launch(k, 0, 128), options));
                        for (int c = 0; c < 16; c++) {
                            int want = c >= 1 && c <= count ? (c + 1) % 2 : 1;
                            assertEquals(Oracle.normal(t, Build.number(t, want).bits()), s.get(t, 128 + c), t + ", lane " + c + " of " + lanes);
                        }
                    }
                }
            }
        }
    }

    /** Bounds may be variables; a loop may be empty; steps may be wider than a byte code's constant. */
    @Test
    void loops() {
        Expr.Var j = Expr.Var.index("j");
        Expr.Var n = new Expr.Var("n", DType.I32, 1);
        Index count = Index.of(Build.I);
        Kernel k = Build.kernel(
                List.of(Build.buffer(DType.I32, 8)),
                Build.each(
                        4,
                        1,
                        new Stmt.Let(n, Build.number(DType.I32, 0)),
                        new Stmt.For(j, count, count.times(2).plus(1), 1, List.of(new Stmt.Assign(n, add(n, j)))),
                        new Stmt.Store(0, count, n)),
                new Stmt.Let(n, Build.number(DType.I32, 0)),
                new Stmt.For(j, Index.of(5), Index.of(5), 1, List.of(new Stmt.Assign(n, Build.number(DType.I32, -1)))),
                new Stmt.For(j, Index.of(-100_000), Index.of(100_000), 40_000, List.of(
                        new Stmt.Assign(n, add(n, Build.number(DType.I32, 1))))),
                new Stmt.Store(0, Index.of(4), n));
        for (EmitOptions options : OPTIONS) {
            Slabs s = new Slabs(8).run(Build.program(Build.launch(k, 0), options));
            assertEquals(0, s.i[0]);
            assertEquals(1 + 2, s.i[1]);
            assertEquals(2 + 3 + 4, s.i[2]);
            assertEquals(3 + 4 + 5 + 6, s.i[3]);
            assertEquals(5, s.i[4]);
        }
    }

    /** Only blocks of lanes of which one is negative are set to −1. */
    @Test
    void ifAny() {
        for (DType t : List.of(DType.F32, DType.F64, DType.I32, DType.I64)) {
            for (int lanes : Build.lanes(t)) {
                Expr.Var y = new Expr.Var("y", t, lanes);
                Expr x = Build.load(0, t, lanes);
                Kernel k = Build.kernel(
                        List.of(Build.buffer(t, 64)),
                        Build.each(
                                64,
                                lanes,
                                new Stmt.Let(y, x),
                                new Stmt.IfAny(
                                        Expr.Apply.of(ScalarFn.LT, x, new Expr.Splat(Build.number(t, 0), lanes)),
                                        List.of(
                                                new Stmt.Let(new Expr.Var("m", t, lanes), new Expr.Splat(Build.number(t, -1), lanes)),
                                                new Stmt.Assign(y, new Expr.Var("m", t, lanes)))),
                                new Stmt.Store(0, Index.of(Build.I), y)));
                Slabs s = new Slabs(64);
                for (int i = 0; i < 64; i++) {
                    s.set(t, i, Build.number(t, i == 17 || i == 40 ? -i : i).bits());
                }
                s.run(Build.program(Build.launch(k, 0), Build.SHARED));
                for (int i = 0; i < 64; i++) {
                    boolean hit = i / lanes == 17 / lanes || i / lanes == 40 / lanes;
                    assertEquals(Oracle.normal(t, Build.number(t, hit ? -1 : i).bits()), s.get(t, i));
                }
            }
        }
    }

    /** y[r, c] = x[r, c] + r·10 + c over tiles, by a method with parameters, which calls another. */
    @Test
    void calls() {
        Expr.Var r = Expr.Var.index("r");
        Expr.Var c = Expr.Var.index("c");
        Index at = Index.of(r).times(16).plus(Index.of(c));
        Expr value = new Expr.Ramp(Index.of(r).times(10).plus(Index.of(c)), 1, DType.F32, 4);
        Expr count = new Expr.Load(1, Index.ZERO, DType.I32, 1);
        Kernel k = new Kernel(
                List.of(Build.buffer(DType.F32, 64), Build.buffer(DType.I32, 1), Build.buffer(DType.F32, 64)),
                List.of(
                        new Kernel.Method("main", List.of(), List.of(
                                Build.each(4, 1, new Stmt.Call("row", List.of(Index.of(Build.I)))))),
                        new Kernel.Method("row", List.of(r), List.of(
                                new Stmt.For(c, Index.ZERO, Index.of(16), 4, List.of(
                                        new Stmt.Call("tile", List.of(Index.of(r), Index.of(c))))))),
                        new Kernel.Method("tile", List.of(r, c), List.of(
                                new Stmt.Store(2, at, add(new Expr.Load(0, at, DType.F32, 4), value)),
                                new Stmt.Store(1, Index.ZERO, add(count, Build.number(DType.I32, 1)))))));
        for (EmitOptions options : OPTIONS) {
            Slabs s = new Slabs(160);
            for (int i = 0; i < 64; i++) {
                s.f[16 + i] = i * 100;
            }
            s.run(Build.program(Build.launch(k, 16, 3, 80), options));
            for (int i = 0; i < 64; i++) {
                assertEquals(i * 100 + i / 16 * 10 + i % 16, s.f[80 + i]);
            }
            assertEquals(16, s.i[3]);
        }
    }

    /** More than 256 locals need wide instructions; blocks give their slots back. */
    @Test
    void manyVariables() {
        for (DType t : List.of(DType.F32, DType.F64, DType.I64)) {
            for (int lanes : List.of(1, 8)) {
                List<Stmt> body = new ArrayList<>();
                Expr.Var previous = new Expr.Var("v0", t, lanes);
                body.add(new Stmt.Let(previous, new Expr.Splat(Build.number(t, 0), lanes)));
                for (int n = 1; n <= 320; n++) {
                    Expr.Var v = new Expr.Var("v" + n, t, lanes);
                    body.add(new Stmt.Let(v, add(previous, new Expr.Var("v" + n / 2 % n, t, lanes))));
                    if (n % 2 == 0) {
                        body.add(new Stmt.Assign(v, new Expr.Splat(Build.number(t, n), lanes)));
                    }
                    previous = v;
                }
                body.add(new Stmt.Store(0, Index.ZERO, previous));
                Kernel k = Build.kernel(List.of(Build.buffer(t, 16)), body.toArray(Stmt[]::new));
                Slabs s = new Slabs(16).run(Build.program(Build.launch(k, 0), Build.SHARED));
                assertEquals(Oracle.normal(t, Build.number(t, 320).bits()), s.get(t, lanes - 1));
            }
        }
    }

    /** Slots pass from one dtype to another, and names may be bound again in a later block. */
    @Test
    void slotsAreReused() {
        List<Stmt> body = new ArrayList<>();
        DType[] types = {DType.F32, DType.BOOL, DType.I32};
        for (int n = 0; n < 100; n++) {
            DType t = types[n % 3];
            Expr.Var v = new Expr.Var("v", t, 16);
            body.add(new Stmt.For(Build.I, Index.ZERO, Index.of(16), 16, List.of(
                    new Stmt.Let(v, Build.load(n % 3, t, 16)), new Stmt.Store(n % 3, Index.of(Build.I).plus(16), v))));
        }
        Kernel k = Build.kernel(
                List.of(Build.buffer(DType.F32, 32), Build.buffer(DType.BOOL, 32), Build.buffer(DType.I32, 32)), body.toArray(Stmt[]::new));
        Slabs s = new Slabs(32);
        s.f[3] = 4;
        s.z[5] = true;
        s.i[7] = 8;
        s.run(Build.program(Build.launch(k, 0, 0, 0), Build.SHARED));
        assertEquals(4, s.f[19]);
        assertTrue(s.z[21]);
        assertEquals(8, s.i[23]);
    }

    @Test
    void refusesUnboundVariables() {
        Expr.Var v = new Expr.Var("v", DType.F32, 1);
        Kernel k = Build.kernel(
                List.of(Build.buffer(DType.F32, 8)),
                Build.each(8, 1, new Stmt.Let(v, Build.number(DType.F32, 1))),
                new Stmt.Store(0, Index.ZERO, v));
        CodegenException e = assertThrows(CodegenException.class, () -> Build.program(Build.launch(k, 0), Build.SHARED));
        assertTrue(e.getMessage().contains("not bound") && e.getMessage().contains("k0"), e.getMessage());
    }

    @Test
    void refusesMixedLaneWidths() {
        Kernel k = Build.kernel(
                List.of(Build.buffer(DType.F32, 8), Build.buffer(DType.F64, 8)),
                new Stmt.Store(0, Index.ZERO, new Expr.Splat(Build.number(DType.F32, 1), 8)),
                new Stmt.Store(1, Index.ZERO, new Expr.Splat(Build.number(DType.F64, 1), 8)));
        assertThrows(CodegenException.class, () -> Build.program(Build.launch(k, 0, 0), Build.SHARED));
    }
}
