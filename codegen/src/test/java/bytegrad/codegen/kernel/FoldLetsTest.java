package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Expr.Checked;
import bytegrad.codegen.kernel.Expr.Ramp;
import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class FoldLetsTest {
    private static final List<Buffer> BUFFERS = List.of(read(F32, 64), write(F32, 64), read(I32, 64), write(I32, 64));

    private static void check(String expected, Stmt... body) {
        Kernel folded = FoldLets.in(kernel(BUFFERS, body));
        assertEquals(expected, String.join("\n", KernelPrinter.lines(folded.methods().getFirst())) + "\n");
        assertEquals(folded, FoldLets.in(folded), "again");
    }

    @Test
    void dropsTheUnreadAndWritesTheReadOnceInPlace() {
        check(
                """
                for i in 0..8
                  b1[i] = neg(add(b0[i], 1.0f))
                """,
                loop("row", 0, 8, 1,
                        let(f("a"), load(0, x("row"))),
                        let(f("b"), ap(ScalarFn.ADD, f("a"), num(1))),
                        let(f("c"), ap(ScalarFn.EXP, f("d0"))),
                        let(f("d"), ap(ScalarFn.NEG, f("b"))),
                        store(1, x("row"), f("d"))));
    }

    @Test
    void loadsDoNotMovePastACopyOfTheirDtype() {
        check(
                """
                let v0 = b0[0]
                copy 4 to b1[0] from b0[4]
                b1[8] = v0
                b3[0] = b2[0]
                """,
                let(f("a"), load(0, x(0))),
                let(i("n"), load(2, x(0), I32, 1)),
                new Stmt.Copy(1, x(0), 0, x(4), 4),
                store(1, x(8), f("a")),
                store(3, x(0), i("n")));
    }

    @Test
    void unreadChainsGoAtOnce() {
        check("b1[0] = 1.0f\n", let(f("a"), load(0, x(0))), let(f("b"), ap(ScalarFn.NEG, f("a"))), store(1, x(0), num(1)),
                loop("i", 0, 4, 1, let(f("c"), f("b"))));
    }

    @Test
    void valuesReadTwiceStay() {
        check(
                """
                let v0 = b0[0]
                b1[0] = mul(v0, v0)
                """,
                let(f("a"), load(0, x(0))), store(1, x(0), ap(ScalarFn.MUL, f("a"), f("a"))));
    }

    @Test
    void valuesStayOutOfLoopsAndIfs() {
        check(
                """
                let v0 = splat8(b0[0])
                for i in 0..64 by 8
                  b1[i; 8] = v0
                let v1 = b0[1]
                if any lt(b0[2], 0.0f)
                  b1[0] = v1
                """,
                let(f("a"), load(0, x(0))),
                let(f("s", 8), splat(f("a"), 8)),
                loop("q", 0, 64, 8, store(1, x("q"), f("s", 8))),
                let(f("b"), load(0, x(1))),
                let(f("c"), load(0, x(2))),
                when(ap(ScalarFn.LT, f("c"), num(0)), store(1, x(0), f("b"))));
    }

    @Test
    void loadsDoNotPassStoresOfTheirDtype() {
        check(
                """
                let v0 = b0[0]
                b3[0] = 1
                b1[0] = 2.0f
                b1[1] = v0
                """,
                let(f("a"), load(0, x(0))), store(3, x(0), integer(1)), store(1, x(0), num(2)), store(1, x(1), f("a")));
        check(
                """
                b3[0] = 1
                b1[1] = b0[0]
                """,
                let(f("a"), load(0, x(0))), store(3, x(0), integer(1)), store(1, x(1), f("a")));
    }

    @Test
    void loadsDoNotPassStoresInLoopsNorCalls() {
        check(
                """
                let v0 = b0[0]
                for i in 0..4
                  b1[i] = 2.0f
                b1[1] = v0
                """,
                let(f("a"), load(0, x(0))), loop("i", 0, 4, 1, store(1, x("i"), num(2))), store(1, x(1), f("a")));
        Kernel k = new Kernel(BUFFERS, List.of(
                method("main", List.of(), let(f("a"), load(0, x(0))), call("m"), store(1, x(1), f("a"))),
                method("m", List.of(), store(1, x(0), num(1)))));
        assertEquals(k.methods().getFirst().body().size(), FoldLets.in(k).methods().getFirst().body().size());
    }

    @Test
    void valuesDoNotPassAssignmentsToWhatTheyRead() {
        check(
                """
                let v0 = 0.0f
                let v1 = neg(v0)
                v0 = 1.0f
                b1[0] = v1
                b1[1] = v0
                """,
                let(f("a"), num(0)), let(f("b"), ap(ScalarFn.NEG, f("a"))), assign(f("a"), num(1)), store(1, x(0), f("b")),
                store(1, x(1), f("a")));
    }

    @Test
    void checkedValuesNeverMove() {
        check(
                """
                let v0 = checked(b2[0], 64, "a")
                let v1 = checked(b2[1], 64, "b")
                b1[v1] = b0[0]
                """,
                let(i("a"), new Checked(load(2, x(0), I32, 1), 64, "a")),
                let(i("b"), new Checked(load(2, x(1), I32, 1), 64, "b")),
                store(1, x("b"), load(0, x(0))));
    }

    @Test
    void affineValuesJoinIndices() {
        check(
                """
                for i in 0..8
                  b1[i*8 + 3] = b0[i]
                """,
                loop("q", 0, 8, 1,
                        let(i("base"), new Ramp(x("q").times(4).plus(1), 1, I32, 1)),
                        let(f("a"), load(0, x("q"))),
                        store(1, x("base").times(2).plus(1), f("a"))));
    }

    @Test
    void depthIsLimited() {
        List<Stmt> body = new ArrayList<>();
        body.add(let(f("a0"), load(0, x(0))));
        for (int n = 1; n < 100; n++) {
            body.add(let(f("a" + n), ap(ScalarFn.NEG, f("a" + (n - 1)))));
        }
        body.add(store(1, x(0), f("a99")));
        Kernel folded = FoldLets.in(kernel(BUFFERS, body.toArray(Stmt[]::new)));
        int lines = folded.methods().getFirst().body().size();
        assertTrue(lines > 5 && lines < 10, lines + " lines");
        assertEquals(folded, FoldLets.in(folded));
    }

    @Test
    void namesDoNotMatter() {
        assertEquals(named("a", "b", "c", "d"), named("z", "y", "x", "w"));
        assertNotEquals(named("a", "b", "c", "d"), FoldLets.in(kernel(BUFFERS)));
    }

    /** Terms of an index are sorted by name, so that the order of two names shows there. */
    private static Kernel named(String a, String b, String c, String d) {
        return FoldLets.in(kernel(
                BUFFERS,
                loop(a, 0, 4, 1, loop(b, 0, 4, 1, loop(c, 0, 2, 1, loop(d, 0, 2, 1,
                        store(1, x(a).times(8).plus(x(b).times(4)).plus(x(c).times(2)).plus(x(d)), num(1))))))));
    }

    @Test
    void meaningIsKept() {
        long seed = Long.getLong("bytegrad.seed", 1);
        RandomKernels kernels = new RandomKernels(seed);
        int before = 0;
        int after = 0;
        for (int n = 0; n < 1000; n++) {
            Kernel k = kernels.next();
            Kernel folded = FoldLets.in(k);
            // Sometimes two buffers share a place.
            List<Integer> offsets = n % 3 == 0 ? List.of(0, 0, 64, 0) : List.of(0, 128, 128, 0);
            Slabs a = filled(n);
            Slabs b = a.copy();
            KernelInterpreter.run(k, a, offsets);
            KernelInterpreter.run(folded, b, offsets);
            int number = n;
            Supplier<String> message =
                    () -> "seed " + seed + ", kernel " + number + "\n" + KernelPrinter.print(k) + KernelPrinter.print(folded);
            assertArrayEquals(a.f, b.f, message);
            assertArrayEquals(a.i, b.i, message);
            assertEquals(folded, FoldLets.in(folded), message);
            before += lines(k);
            after += lines(folded);
        }
        assertTrue(after < before * 0.95, before + " lines → " + after);
    }

    private static int lines(Kernel k) {
        return k.methods().stream().mapToInt(m -> KernelPrinter.lines(m).size()).sum();
    }

    private static Slabs filled(int seed) {
        Slabs s = Slabs.ofSize(192);
        Random random = new Random(seed);
        for (int e = 0; e < 192; e++) {
            s.f[e] = random.nextInt(8) - 4;
            s.i[e] = random.nextInt(8) - 4;
        }
        return s;
    }
}
