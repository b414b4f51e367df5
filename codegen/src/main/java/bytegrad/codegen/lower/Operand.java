package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;

/** A contraction's operand where it is in memory: the position of its element i is constant + Σ strides[k]·i[k]. */
record Operand(Place place, int constant, List<Integer> strides) {
    Operand {
        strides = List.copyOf(strides);
    }

    Index position(List<Index> index) {
        Index at = Index.of(constant);
        for (int k = 0; k < strides.size(); k++) {
            at = at.plus(index.get(k).times(strides.get(k)));
        }
        return at;
    }

    /** Follows views from the operand to what is in memory, or would be if a pad were. */
    static Operand of(Node n, Partition partition, Definitions definitions, MethodWriter.Names names) {
        List<Index> axes = new ArrayList<>();
        for (int k = 0; k < n.rank(); k++) {
            axes.add(definitions.known(Index.of(Expr.Var.index("x" + names.next())), n.shape().dim(k)));
        }
        Node x = n;
        List<Index> index = axes;
        while (!partition.hasBuffer(x) && !(x.op() instanceof Op.Pad)) {
            var through = ViewIndex.through((Op.View) x.op(), x.input(0).shape(), index, definitions::extent);
            if (through.isEmpty()) {
                Index flat = ViewIndex.flatten(x.shape(), index);
                while (!partition.hasBuffer(x) && !(x.op() instanceof Op.Pad)) {
                    x = onlyReshaped(x).input(0);
                }
                return of(x, flat, axes);
            }
            x = x.input(0);
            index = through.get();
        }
        return of(x, ViewIndex.flatten(x.shape(), index), axes);
    }

    private static Node onlyReshaped(Node x) {
        if (!(x.op() instanceof Op.Reshape)) {
            throw new IllegalStateException(x + " is neither in memory nor an affine view of what is");
        }
        return x;
    }

    private static Operand of(Node base, Index position, List<Index> axes) {
        List<Integer> strides = axes.stream().map(a -> position.coefficient(a.terms().getFirst().var())).toList();
        return new Operand(new Place.Value(base), position.constant(), strides);
    }
}
