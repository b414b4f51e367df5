package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.ScalarFn;
import java.util.List;

/** A tile on one lane: its sums stay in scratch, those of a block behind those of all, and k is outside, so that the inner loop runs along memory. */
final class OneLane {
    private final Contraction c;
    private final Buffers buffers;
    private final MethodWriter m;
    private final Tile tile;
    private final int count;
    private final int buffer;
    private final Expr zero;

    OneLane(Contraction c, Buffers buffers, MethodWriter m, Tile tile, int count) {
        this.c = c;
        this.buffers = buffers;
        this.m = m;
        this.tile = tile;
        this.count = count;
        this.buffer = tile.sums().buffer();
        this.zero = Expr.Const.of(c.result().dtype(), 0);
    }

    void write() {
        int l = buffers.read(c.left().place());
        int r = buffers.read(c.right().place());
        int behind = c.contracted().isChain() ? 0 : count;
        each(m.body, (s, i) -> s.out.add(new Stmt.Store(buffer, tile.sums().at(i), zero)));
        c.contracted().blocks(m, m.body, block -> {
            if (behind > 0) {
                each(block.scope(), (s, i) -> s.out.add(new Stmt.Store(buffer, tile.sums().at(i.plus(behind)), zero)));
            }
            block.each(m, (inner, index) -> {
                List<Index> k = c.known(index);
                Index from = c.leftAt(c.with(tile.axes(), tile.row(), tile.column()), k);
                Expr a = inner.variable(new Expr.Load(l, from, c.result().dtype(), 1));
                each(inner, (s, i) -> {
                    Index to = c.rightAt(c.with(tile.axes(), tile.row(), tile.column().plus(i)), k);
                    Expr b = s.variable(new Expr.Load(r, to, c.result().dtype(), 1));
                    Index sum = tile.sums().at(i.plus(behind));
                    s.out.add(new Stmt.Store(buffer, sum, MicroKernel.multiplyAdd(a, b, loadSum(s, sum))));
                });
            });
            if (behind > 0) {
                each(block.scope(), (s, i) -> {
                    Index sum = tile.sums().at(i);
                    s.out.add(new Stmt.Store(buffer, sum, Expr.Apply.of(ScalarFn.ADD, loadSum(s, sum), loadSum(s, tile.sums().at(i.plus(behind))))));
                });
            }
        });
    }

    private Expr loadSum(Scope s, Index at) {
        return s.variable(new Expr.Load(buffer, at, c.result().dtype(), 1));
    }

    private void each(Scope s, MethodWriter.Body body) {
        m.each(s, count, body);
    }
}
