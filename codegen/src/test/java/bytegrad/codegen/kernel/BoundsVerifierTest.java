package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;
import static bytegrad.ir.ScalarFn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Expr.Checked;
import bytegrad.codegen.kernel.Expr.Convert;
import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundsVerifierTest {
    /** b0 of 100 read, b1 of 100 written, indices to gather by. */
    private static final List<Buffer> BUFFERS = List.of(read(F32, 100), write(F32, 100), read(I32, 100));

    private static void ok(Stmt... body) {
        KernelVerifier.verify(kernel(BUFFERS, body));
    }

    private static String fails(Stmt... body) {
        return assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(BUFFERS, body))).getMessage();
    }

    private static Stmt put(Index at) {
        return store(1, at, num(1));
    }

    private static Stmt put(Index at, int lanes) {
        return store(1, at, splat(num(1), lanes));
    }

    @Test
    void scalarsStayInside() {
        ok(loop("i", 0, 100, 1, put(x("i"))));
        assertEquals(
                "method main, line 2, 'b1[i] = 1.0f': the store to b1 reaches 0..101, which is not within 0..100",
                fails(loop("i", 0, 101, 1, put(x("i")))));
        assertTrue(fails(loop("i", 0, 10, 1, put(x("i").plus(-1)))).contains("reaches -1..9"));
        ok(loop("i", 0, 10, 1, put(x("i").times(-1).plus(9))));
        ok(loop("i", 0, 10, 1, loop("j", 0, 10, 1, put(x("i").times(10).plus(x("j"))))));
        fails(loop("i", 0, 10, 1, loop("j", 0, 11, 1, put(x("i").times(10).plus(x("j"))))));
        fails(let(f("a"), load(0, x(100))));
    }

    @Test
    void partsOfVectorsStayInside() {
        ok(loop("i", 0, 10, 1, new Stmt.Store(1, x("i").times(10), new Expr.Load(0, x("i").times(10), F32, 16, 10), 10)));
        assertTrue(fails(new Stmt.Store(1, x(90), splat(num(1), 16), 11)).contains("the store to b1 reaches 90..101, which is not within 0..100"));
        assertTrue(fails(new Stmt.Store(1, x(0), new Expr.Load(0, x(91), F32, 16, 10), 10)).contains("b0[91; 10 of 16] reaches 91..101"));
        assertTrue(fails(new Stmt.Store(1, x(0), splat(num(1), 16), 0)).contains("stores 0 of its lanes"));
        assertTrue(fails(new Stmt.Store(1, x(0), splat(num(1), 16), 17)).contains("stores 17 of its lanes"));
        assertTrue(fails(new Stmt.Store(1, x(0), new Expr.Load(0, x(0), F32, 16, 17))).contains("reads 17 lanes"));
    }

    @Test
    void sortsNeedScratchOfTheirOwn() {
        Buffer keys = new Buffer(I64, 20, Access.SCRATCH);
        Buffer order = new Buffer(I32, 20, Access.SCRATCH);
        Stmt fill = loop("i", 0, 10, 1, store(0, x("i"), num(I64, 1)));
        KernelVerifier.verify(kernel(List.of(keys, order), fill, new Stmt.Sort(0, Index.ZERO, 1, Index.ZERO, 10, 3)));
        assertEquals("method main, line 3, 'sort b0[0], b1[0]: 3 of 11': the keys in b0 reaches 0..22, which is not within 0..20",
                assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(List.of(keys, order), fill, new Stmt.Sort(0, Index.ZERO, 1, Index.ZERO, 11, 3)))).getMessage());
        assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(List.of(keys, order), fill, new Stmt.Sort(0, Index.ZERO, 1, Index.ZERO, 10, 11))));
        assertEquals("method main, line 3, 'sort b0[0], b1[0]: 3 of 10': b1 is i32 WRITE, but a sort needs a scratch of i32",
                assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(List.of(keys, write(I32, 20)), fill, new Stmt.Sort(0, Index.ZERO, 1, Index.ZERO, 10, 3))))
                        .getMessage());
        assertEquals("b0 is SCRATCH and loaded, but nothing is stored to it",
                assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(List.of(keys, order), new Stmt.Sort(0, Index.ZERO, 1, Index.ZERO, 10, 3)))).getMessage());
    }

    @Test
    void copiesStayInside() {
        ok(loop("i", 0, 10, 1, new Stmt.Copy(1, x("i").times(10), 0, x("i").times(-10).plus(90), 10)));
        assertEquals(
                "method main, line 2, 'copy 11 to b1[i*10] from b0[0]': the copy to b1 reaches 0..101, which is not within 0..100",
                fails(loop("i", 0, 10, 1, new Stmt.Copy(1, x("i").times(10), 0, x(0), 11))));
        assertTrue(fails(loop("i", 0, 10, 1, new Stmt.Copy(1, x(0), 0, x("i").times(10).plus(-1), 10))).contains("the copy from b0 reaches -1..99"));
        assertTrue(fails(new Stmt.Copy(1, x(0), 0, x(0), 0)).contains("it copies 0 elements"));
        assertTrue(fails(new Stmt.Copy(0, x(0), 1, x(0), 1)).contains("b0 is only read"));
        assertTrue(fails(new Stmt.Copy(1, x(0), 2, x(0), 1)).contains("b1 is f32, b2 i32"));
    }

    @Test
    void stepsCount() {
        ok(loop("i", 0, 100, 8, put(x("i").plus(3))));
        fails(loop("i", 0, 100, 8, put(x("i").plus(4))));
    }

    @Test
    void loopsThatNeverRunMayHoldAnything() {
        ok(loop("i", 5, 5, 1, put(x("i").times(1000))));
        ok(loop("i", 0, 10, 1, loop("j", x("i").plus(10), x("i").plus(10), 1, put(x(-1)))));
    }

    @Test
    void vectorStoresStayInside() {
        // What follows may be the next slice of a larger buffer.
        ok(loop("i", 0, 96, 8, put(x("i"), 8)));
        fails(loop("i", 0, 100, 8, put(x("i"), 8)));
        ok(put(x(84), 16));
        fails(put(x(85), 16));
        List<Buffer> doubles = List.of(write(F64, 9), write(BOOL, 17));
        KernelVerifier.verify(kernel(doubles, store(0, x(1), splat(num(F64, 1), 8)), store(1, x(1), splat(num(BOOL, 1), 16))));
        assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(doubles, store(0, x(2), splat(num(F64, 1), 8)))));
        assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(doubles, store(1, x(2), splat(num(BOOL, 1), 16)))));
    }

    @Test
    void vectorLoadsMayOverhangWhatNobodyChanges() {
        ok(put(x(0), 8), let(f("a", 8), load(0, x(100 + BufferBounds.OVERHANG - 8), 8)));
        fails(let(f("a", 8), load(0, x(100 + BufferBounds.OVERHANG - 7), 8)));
        fails(put(x(0)), let(f("a", 8), load(1, x(105), 8)));
        List<Buffer> scratch = List.of(new Buffer(F32, 10, Access.SCRATCH), both(F32, 10));
        KernelVerifier.verify(kernel(scratch, store(0, x(0), num(1)), let(f("a", 8), load(0, x(60), 8))));
        assertThrows(KernelException.class, () -> KernelVerifier.verify(kernel(scratch, let(f("a", 8), load(1, x(9), 8)))));
    }

    @Test
    void tilesAreFollowedExactly() {
        // for k0 in 0..100 by 20, k in k0..k0+20: k − k0 stays below 20
        Index k0 = x("k0");
        Index local = x("k").plus(k0.times(-1));
        ok(loop("k0", 0, 100, 20, loop("k", k0, k0.plus(20), 1, put(local.plus(80)))));
        fails(loop("k0", 0, 100, 20, loop("k", k0, k0.plus(20), 1, put(local.plus(81)))));
        // triangular
        ok(loop("i", 0, 100, 1, loop("j", x(0), x("i").plus(1), 1, put(x("i").plus(x("j").times(-1))))));
        fails(loop("i", 0, 100, 1, loop("j", x(0), x("i").plus(2), 1, put(x("i").plus(x("j").times(-1))))));
    }

    @Test
    void partialTilesEndAtAMinimum() {
        // n = min(i + 64, 96): j in i..n by 8 with 8 lanes ends at 96, on a step
        List<Buffer> exact = List.of(write(F64, 96));
        Stmt body = loop("i", 0, 96, 64,
                let(i("n"), ap(MIN, ap(ADD, i("i"), integer(64)), integer(96))),
                loop("j", x("i"), x("n"), 8, store(0, x("j"), splat(num(F64, 1), 8))));
        KernelVerifier.verify(kernel(exact, body));
        Stmt local = loop("i", 0, 96, 64,
                let(i("n"), ap(MIN, ap(ADD, i("i"), integer(64)), integer(96))),
                loop("j", x("i"), x("n"), 1, store(0, x("j").plus(x("i").times(-1)).plus(32), num(F64, 1))));
        KernelVerifier.verify(kernel(exact, local));
    }

    @Test
    void clampedIndicesAreInside() {
        Expr clamped = ap(MAX, ap(MIN, ap(SUB, i("i"), integer(3)), integer(99)), integer(0));
        ok(loop("i", 0, 200, 1, let(i("c"), clamped), put(x("c"))));
        Expr half = ap(MIN, ap(SUB, i("i"), integer(3)), integer(99));
        fails(loop("i", 0, 200, 1, let(i("c"), half), put(x("c"))));
        Expr chosen = ap(SELECT, ap(EQ, load(2, x(0), I32, 1), integer(1)), i("i"), integer(0));
        ok(loop("i", 0, 100, 1, let(i("c"), chosen), put(x("c"))));
        fails(loop("i", 0, 101, 1, let(i("c"), chosen), put(x("c"))));
        ok(let(i("c"), new Convert(I32, num(BOOL, 1))), put(x("c").plus(98)));
    }

    @Test
    void guardsCount() {
        Expr low = ap(GE, i("i"), integer(3));
        Expr high = ap(LT, i("i"), integer(103));
        ok(loop("i", 0, 200, 1, when(ap(AND, low, high), put(x("i").plus(-3)))));
        assertTrue(fails(loop("i", 0, 200, 1, when(low, put(x("i").plus(-3))))).contains("0..197"));
        assertTrue(fails(loop("i", 0, 200, 1, when(high, put(x("i").plus(-3))))).contains("-3..100"));
        assertTrue(fails(loop("i", 0, 200, 1, when(ap(OR, low, high), put(x("i"))))).contains("0..200"));
        ok(loop("i", 0, 20, 1, when(ap(GT, i("i"), integer(30)), put(x(-5)))));
        ok(loop("i", 0, 200, 1, when(ap(EQ, i("i"), integer(7)), put(x("i").times(14)))));
        // The guard ends with its body.
        fails(loop("i", 0, 200, 1, when(high, put(x(0))), put(x("i"))));
    }

    @Test
    void dataNeedsACheck() {
        ok(let(i("c"), new Checked(load(2, x(0), I32, 1), 10, "rows")), loop("k", 0, 10, 1, put(x("c").times(10).plus(x("k")))));
        assertTrue(fails(let(i("c"), load(2, x(0), I32, 1)), put(x("c"))).contains("nothing bounds c"));
        fails(let(i("c"), new Checked(load(2, x(0), I32, 1), 11, "rows")), put(x("c").times(10)));
        assertTrue(fails(let(i("c"), integer(0)), put(x("c")), assign(i("c"), integer(1))).contains("nothing bounds c"));
        assertTrue(fails(let(i("c"), load(2, x(0), I32, 1)), loop("k", x(0), x("c"), 1, put(x("k")))).contains("nothing bounds k"));
    }

    @Test
    void wrappingIsNotAssumedAway() {
        fails(loop("i", 0, 100, 1, let(i("c"), ap(MUL, ap(MUL, i("i"), integer(1 << 20)), integer(1 << 12))), put(x("c"))));
    }

    @Test
    void parametersAreWhatEachCallSays() {
        Kernel good = tile(x("i").times(20));
        KernelVerifier.verify(good);
        KernelException e = assertThrows(KernelException.class, () -> KernelVerifier.verify(tile(x("i").times(20).plus(1))));
        assertEquals(
                "method main, line 2, 'call tile(i*20 + 1, i*20 + 21)': method tile, line 2, 'b1[k] = 1.0f': "
                        + "the store to b1 reaches 1..101, which is not within 0..100",
                e.getMessage());
    }

    private static Kernel tile(Index from) {
        return new Kernel(BUFFERS, List.of(
                method("main", List.of(), loop("i", 0, 5, 1, call("tile", from, from.plus(20)))),
                method("tile", List.of(i("p0"), i("p1")),
                        loop("k", x("p0"), x("p1"), 1, put(x("k")), put(x("k").plus(x("p0").times(-1)).plus(80))))));
    }

    /** Whatever the verifier accepts of random kernels, the interpreter runs without leaving a buffer. */
    @Test
    void acceptedKernelsStayInside() {
        long seed = Long.getLong("bytegrad.seed", 1);
        java.util.Random random = new java.util.Random(seed);
        int accepted = 0;
        int refused = 0;
        for (int n = 0; n < 3000; n++) {
            Index at = x("i").times(random.nextInt(9) - 4).plus(x("j").times(random.nextInt(9) - 4)).plus(random.nextInt(60));
            Index to = x("i").times(random.nextInt(3) - 1).plus(random.nextInt(12));
            Index from = x("i").times(random.nextInt(3) - 1).plus(random.nextInt(6));
            Expr guard = ap(random.nextBoolean() ? LT : GE, i("j"), ap(ADD, i("i"), integer(random.nextInt(7) - 3)));
            Stmt inner = random.nextInt(3) == 0 ? when(guard, put(at)) : put(at);
            Stmt body = loop("i", random.nextInt(3), random.nextInt(9), 1 + random.nextInt(3),
                    loop("j", from, to, 1 + random.nextInt(4), inner));
            Kernel k = kernel(List.of(read(F32, 40), write(F32, 40)), body);
            boolean inside = true;
            try {
                KernelInterpreter.run(k, Slabs.ofSize(80), List.of(40, 40));
            } catch (KernelException e) {
                inside = false;
            }
            try {
                KernelVerifier.verify(k);
                accepted++;
                assertTrue(inside, "seed " + seed + ", kernel " + n + "\n" + KernelPrinter.print(k));
            } catch (KernelException e) {
                refused += inside ? 1 : 0;
            }
        }
        // Wrongly refused are those whose loops end off the grid, or run for no i.
        assertTrue(accepted > 500 && refused < accepted / 5, accepted + " accepted, " + refused + " refused without need");
    }
}
