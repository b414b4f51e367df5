package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;
import static bytegrad.ir.ScalarFn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Expr.Checked;
import bytegrad.codegen.kernel.Expr.Ramp;
import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Parallel loops of the loop IR: what they mean, and which the verifier refuses. */
class ParallelTest {
    /** b0 of 100 read, b1 of 100 written, scratch of 100, indices. */
    private static final List<Buffer> BUFFERS =
            List.of(read(F32, 100), write(F32, 100), new Buffer(F32, 100, Access.SCRATCH), read(I32, 100));

    /** A first method that is one parallel loop over the body, whose chunk is p. */
    private static Kernel parallel(int chunks, Stmt... body) {
        return new Kernel(BUFFERS, List.of(method("main", List.of(), new Stmt.Parallel("part", List.of(chunks))), method("part", List.of(i("p")), body)));
    }

    private static void ok(int chunks, Stmt... body) {
        KernelVerifier.verify(parallel(chunks, body));
    }

    private static void refused(String why, Kernel k) {
        String message = String.valueOf(assertThrows(KernelException.class, () -> KernelVerifier.verify(k)).getMessage());
        assertTrue(message.contains(why), message);
    }

    private static void shared(int buffer, Stmt... body) {
        refused("two chunks may touch one place in b" + buffer, parallel(10, body));
    }

    private static Stmt put(Index at) {
        return store(1, at, num(1));
    }

    private static Index p(int times) {
        return x("p").times(times);
    }

    @Test
    void chunksOfNeighboursAreApart() {
        ok(10, loop("i", p(10), p(10).plus(10), 1, put(x("i"))));
        ok(10, loop("i", 0, 10, 1, put(x("i").plus(p(10)))));
        ok(10, loop("i", 0, 10, 1, put(x("i").times(-1).plus(p(-10)).plus(99))));
        ok(6, store(1, p(16), splat(num(1), 16)));
        shared(1, loop("i", 0, 11, 1, put(x("i").plus(p(9)))));
        shared(1, store(1, p(8), splat(num(1), 16)));
        shared(1, put(x(3)));
        shared(1, loop("i", 0, 100, 1, put(x("i"))));
        // One chunk shares with nobody.
        ok(1, loop("i", 0, 100, 1, put(x("i"))));
    }

    @Test
    void copiesCountAsWide() {
        ok(10, new Stmt.Copy(1, p(10), 0, x(0), 10));
        shared(1, new Stmt.Copy(1, p(9), 0, x(0), 10));
        shared(2, new Stmt.Copy(2, p(10), 0, x(0), 10), new Stmt.Copy(1, p(10), 2, p(9), 10));
    }

    @Test
    void theLastChunkMayBeShort() {
        ok(4, let(i("end"), ap(MIN, new Ramp(p(30).plus(30), 0, I32, 1), integer(100))), loop("i", p(30), x("end"), 1, put(x("i"))));
        // What is left over is the last chunk's, at an index that advances with the chunk.
        ok(4, loop("i", p(25), p(25).plus(20), 1, put(x("i"))),
                when(ap(EQ, new Ramp(x("p"), 0, I32, 1), integer(3)), loop("j", p(25).plus(20), p(25).plus(25), 1, put(x("j")))));
        shared(1, when(ap(EQ, new Ramp(x("p"), 0, I32, 1), integer(3)), loop("j", 95, 100, 1, put(x("j")))), put(p(10)));
    }

    @Test
    void columnsOfRowsAreApart() {
        ok(5, loop("i", 0, 10, 1, loop("j", p(2), p(2).plus(2), 1, put(x("i").times(10).plus(x("j"))))));
        // Ten columns, but rows of nine: the last column of one is the first of the next.
        shared(1, loop("i", 0, 10, 1, put(x("i").times(9).plus(p(1)))));
        shared(1, loop("i", 0, 4, 1, loop("j", 0, 3, 1, put(x("i").times(20).plus(x("j")).plus(p(2))))));
    }

    @Test
    void whatOneChunkStoresNoOtherMayLoad() {
        List<Buffer> b = List.of(read(F32, 100), both(F32, 100));
        Stmt own = loop("i", p(10), p(10).plus(10), 1, store(1, x("i"), ap(NEG, load(1, x("i")))));
        KernelVerifier.verify(new Kernel(b, List.of(method("main", List.of(), new Stmt.Parallel("part", List.of(10))), method("part", List.of(i("p")), own))));
        Stmt others = loop("i", p(10), p(10).plus(10), 1, store(1, x("i"), load(1, x("i").times(-1).plus(99))));
        refused("two chunks may touch one place in b1",
                new Kernel(b, List.of(method("main", List.of(), new Stmt.Parallel("part", List.of(10))), method("part", List.of(i("p")), others))));
    }

    @Test
    void scratchIsEachChunksOwn() {
        Stmt result = store(1, x("p"), load(2, p(10)));
        ok(10, loop("i", 0, 10, 1, store(2, x("i").plus(p(10)), load(0, x("i")))), result);
        shared(2, loop("i", 0, 10, 1, store(2, x("i"), load(0, x("i")))), store(1, x("p"), load(2, x(0))));
    }

    /** Chunks of five pairs of columns by two halves of the rows of a 10 x 10 matrix. */
    @Test
    void chunksOfTwoLoopsAreApartInEach() {
        Index q = x("q");
        Stmt cell = loop("i", q.times(5), q.times(5).plus(5), 1, loop("j", p(2), p(2).plus(2), 1, put(x("i").times(10).plus(x("j")))));
        Index own = p(20).plus(q.times(10));
        KernelVerifier.verify(grid(cell, loop("k", 0, 10, 1, store(2, x("k").plus(own), load(0, x("k"))))));
        refused("two chunks may touch one place in b1", grid(loop("i", 0, 10, 1, loop("j", p(2), p(2).plus(2), 1, put(x("i").times(10).plus(x("j")))))));
        refused("two chunks may touch one place in b1", grid(loop("i", q.times(5), q.times(5).plus(5), 1, loop("j", 0, 10, 1, put(x("i").times(10).plus(x("j")))))));
        refused("two chunks may touch one place in b2", grid(loop("i", 0, 10, 1, store(2, x("i").plus(p(20)), load(0, x("i"))))));
        refused("two chunks may touch one place in b2", grid(loop("i", 0, 11, 1, store(2, x("i").plus(p(18)).plus(q.times(9)), load(0, x("i"))))));
        assertEquals(List.of(3, 1), new Stmt.Parallel("part", List.of(5, 2)).index(7));
    }

    private static Kernel grid(Stmt... body) {
        return new Kernel(BUFFERS, List.of(method("main", List.of(), new Stmt.Parallel("part", List.of(5, 2))), method("part", List.of(i("p"), i("q")), body)));
    }

    @Test
    void accessesAreFollowedThroughCalls() {
        Kernel good = new Kernel(BUFFERS, List.of(method("main", List.of(), new Stmt.Parallel("part", List.of(10))),
                method("part", List.of(i("p")), call("row", p(10))), method("row", List.of(i("from")), loop("i", 0, 10, 1, put(x("i").plus(x("from")))))));
        KernelVerifier.verify(good);
        refused("two chunks may touch one place in b1", new Kernel(BUFFERS, List.of(method("main", List.of(), new Stmt.Parallel("part", List.of(10))),
                method("part", List.of(i("p")), call("row", p(9))), method("row", List.of(i("from")), loop("i", 0, 10, 1, put(x("i").plus(x("from"))))))));
    }

    @Test
    void placesThatDataDecidesAreShared() {
        shared(1, let(i("at"), new Checked(load(3, x("p"), I32, 1), 100, "node")), put(x("at")));
    }

    @Test
    void onlyTheFirstMethodHasLoopsAndOnlyOnItsOwn() {
        Kernel.Method part = method("part", List.of(i("p")), put(p(10)));
        Stmt loop = new Stmt.Parallel("part", List.of(10));
        refused("outside loops", new Kernel(BUFFERS, List.of(method("main", List.of(), loop("i", 0, 3, 1, loop)), part)));
        refused("outside loops", new Kernel(BUFFERS, List.of(method("main", List.of(), call("mid")), method("mid", List.of(), loop), part)));
        refused("[0] chunks", parallel(0, put(p(10))));
        refused("[] chunks", new Kernel(BUFFERS, List.of(method("main", List.of(), new Stmt.Parallel("part", List.of())), method("part", List.of(), put(x(0))))));
        refused("one parameter", new Kernel(BUFFERS, List.of(method("main", List.of(), loop), method("part", List.of(), put(x(0))))));
        refused("one parameter", new Kernel(BUFFERS, List.of(method("main", List.of(), loop), method("part", List.of(i("p"), i("q")), put(p(10))))));
        refused("which does not exist", new Kernel(BUFFERS, List.of(method("main", List.of(), new Stmt.Parallel("other", List.of(10))))));
    }

    @Test
    void itIsPrintedAndSurvivesFolding() {
        Kernel k = FoldLets.in(parallel(10, loop("i", p(10), p(10).plus(10), 1, put(x("i")))));
        assertEquals(
                """
                kernel(b0: f32[100] read, b1: f32[100] write, b2: f32[100] scratch, b3: i32[100] read)
                  parallel part(0..10)
                  method part(p0)
                    for i in p0*10..p0*10 + 10
                      b1[i] = 1.0f
                """,
                KernelPrinter.print(k));
    }

    @Test
    void aLoadIsNotMovedOverALoop() {
        // As over a call: the chunks may have stored there, where a launch binds two buffers to one place.
        List<Stmt> main = new ArrayList<>(List.of(let(f("before"), load(0, x(0))), new Stmt.Parallel("part", List.of(2)), store(1, x(99), f("before"))));
        Kernel k = FoldLets.in(new Kernel(BUFFERS, List.of(new Kernel.Method("main", List.of(), main), method("part", List.of(i("p")), put(p(10))))));
        assertEquals(3, k.methods().getFirst().body().size());
    }

    @Test
    void chunksThatDependOnEachOtherShowInTheInterpreter() {
        // Each adds 1 to what the one before stored: in ascending order 1, 2, 3, but there is none.
        Kernel k = parallel(3, store(2, x("p").plus(1), ap(ADD, load(2, x("p")), num(1))));
        Slabs slabs = Slabs.ofSize(400);
        KernelInterpreter.run(k, slabs, List.of(0, 100, 200, 0));
        assertEquals(1, slabs.f[203]);
        // All of them ran, each with its own number.
        KernelInterpreter.run(parallel(3, store(1, x("p"), new Ramp(x("p").plus(5), 0, F32, 1))), slabs, List.of(0, 100, 200, 0));
        assertEquals(List.of(5f, 6f, 7f, 0f), List.of(slabs.f[100], slabs.f[101], slabs.f[102], slabs.f[103]));
    }
}
