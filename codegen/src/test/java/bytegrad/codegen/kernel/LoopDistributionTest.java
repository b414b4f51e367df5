package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.F32;
import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.codegen.kernel.Expr.Checked;
import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LoopDistributionTest {
    private static final int SCRATCH = 2;
    private static final int WAITING = 3;
    private static final List<Buffer> BUFFERS = List.of(read(F32, 64), write(F32, 64), new Buffer(F32, 16, Access.SCRATCH), new Buffer(F32, 8, Access.SCRATCH));

    private static Optional<String> distributed(int front, Stmt... body) {
        Stmt.For loop = (Stmt.For) loop("row", 0, 8, 1, body);
        return LoopDistribution.of(loop, front, Set.of(f("m")), b -> b >= SCRATCH).map(d -> {
            List<Stmt> loops = d.loops(_ -> load(WAITING, x("row")));
            Kernel kernel = FoldLets.in(kernel(BUFFERS, loops.toArray(Stmt[]::new)));
            return String.join("\n", KernelPrinter.lines(kernel.methods().getFirst())) + "\n";
        });
    }

    private static Index element() {
        return x("row").times(8).plus(x("k"));
    }

    private static final Stmt SUM = loop("k", 0, 8, 1, assign(f("a"), ap(ScalarFn.ADD, f("a"), load(0, element()))));
    private static final Stmt KEEP = store(SCRATCH, x(0), f("a"));
    private static final Stmt RESULT = let(f("m"), load(SCRATCH, x(0)));
    private static final Stmt USE = loop("k", 0, 8, 1, store(1, element(), ap(ScalarFn.SUB, load(0, element()), f("m"))));

    @Test
    void whatIsCarriedWaitsForEachIndex() {
        assertEquals(
                Optional.of("""
                        for i in 0..8
                          let v0 = 0.0f
                          for j in 0..8
                            v0 = add(v0, b0[i*8 + j])
                          b2[0] = v0
                          let v1 = b2[0]
                          b3[i] = v1
                        for k in 0..8
                          let v2 = b3[k]
                          for i1 in 0..8
                            b1[i1 + k*8] = sub(b0[i1 + k*8], v2)
                        """),
                distributed(4, let(f("a"), num(0)), SUM, KEEP, RESULT, USE));
    }

    /** Accumulators of the second part begin in it, whatever is written first; what both read, each computes. */
    @Test
    void whatTheSecondPartNeedsIsComputedThere() {
        Stmt other = loop("k", 0, 8, 1, assign(f("b"), ap(ScalarFn.ADD, f("b"), ap(ScalarFn.MUL, f("s"), ap(ScalarFn.SUB, load(0, element()), f("m"))))));
        Stmt scaled = loop("k", 0, 8, 1, assign(f("a"), ap(ScalarFn.MAX, f("a"), ap(ScalarFn.MUL, f("s"), load(0, element())))));
        assertEquals(
                Optional.of("""
                        for i in 0..8
                          let v0 = b0[i]
                          let v1 = 0.0f
                          for j in 0..8
                            v1 = max(v1, mul(v0, b0[i*8 + j]))
                          b2[0] = v1
                          let v2 = b2[0]
                          b3[i] = v2
                        for k in 0..8
                          let v3 = b0[k]
                          let v4 = 0.0f
                          let v5 = b3[k]
                          for i1 in 0..8
                            v4 = add(v4, mul(v3, sub(b0[i1 + k*8], v5)))
                          b1[k] = v4
                        """),
                distributed(6, let(f("s"), load(0, x("row"))), let(f("b"), num(0)), let(f("a"), num(0)), scaled, KEEP, RESULT, other, store(1, x("row"), f("b"))));
    }

    @Test
    void whatIsStoredForGoodKeepsItsOrder() {
        assertEquals(Optional.empty(), distributed(5, let(f("a"), num(0)), SUM, KEEP, store(1, x("row"), f("a")), RESULT, USE));
    }

    /** Each row would find what the last one left. */
    @Test
    void moreScratchThanIsCarriedKeepsTheLoopWhole() {
        assertEquals(Optional.empty(), distributed(4, let(f("a"), num(0)), SUM, KEEP, RESULT, USE, store(1, x("row"), load(SCRATCH, x(0)))));
        assertEquals(Optional.empty(), distributed(5, let(f("a"), num(0)), SUM, KEEP, RESULT, let(f("c"), load(SCRATCH, x(0))), USE, store(1, x("row"), f("c"))));
        assertEquals(Optional.empty(), distributed(4, let(f("a"), num(0)), SUM, KEEP, RESULT, USE, KEEP));
    }

    @Test
    void anAccumulatorOfBothPartsKeepsTheLoopWhole() {
        assertEquals(Optional.empty(), distributed(4, let(f("a"), num(0)), SUM, KEEP, RESULT, USE, store(1, x("row"), f("a"))));
    }

    /** The first failing check of a run is always the same one. */
    @Test
    void checksKeepTheirOrder() {
        Stmt check = let(Expr.Var.index("n"), new Checked(new Expr.Const(DType.I32, 1), 8, "what"));
        assertEquals(Optional.empty(), distributed(5, check, let(f("a"), num(0)), SUM, KEEP, RESULT, USE));
        assertEquals(Optional.empty(), distributed(4, let(f("a"), num(0)), SUM, KEEP, RESULT, check, USE));
    }
}
