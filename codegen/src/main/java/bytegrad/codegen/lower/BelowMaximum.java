package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** Differences that are known to be at most 0, or NaN: an element less the maximum of several that it is one of. */
final class BelowMaximum {
    private BelowMaximum() {}

    /** Whether the node is such a difference at an index; the extents are those of the index's variables. */
    static boolean is(Node n, List<Index> index, ToIntFunction<Expr.Var> extents) {
        if (!(n.op() instanceof Op.Map(ScalarFn fn)) || fn != ScalarFn.SUB) {
            return false;
        }
        Node x = n.input(1);
        List<Index> at = index;
        while (x.op() instanceof Op.View v) {
            Optional<List<Index>> through = ViewIndex.through(v, x.input(0).shape(), at, extents);
            if (through.isEmpty()) {
                return false;
            }
            x = x.input(0);
            at = through.get();
        }
        if (!(x.op() instanceof Op.Reduce(Monoid monoid, List<Integer> axes)) || monoid != Monoid.MAX || x.input(0) != n.input(0)) {
            return false;
        }
        List<Index> element = IntStream.range(0, index.size()).filter(k -> !axes.contains(k)).mapToObj(index::get).toList();
        return at.equals(element);
    }
}
