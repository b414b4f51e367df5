package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;
import bytegrad.ir.ContractOrder;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The loops over contracted axes, in the order that {@link ContractOrder} fixes. */
final class Contracted {
    private final List<Integer> extents;
    private final ContractOrder order;

    Contracted(List<Integer> extents, DType dtype) {
        this.extents = List.copyOf(extents);
        this.order = ContractOrder.of(extents, dtype);
    }

    List<Integer> extents() {
        return extents;
    }

    boolean isChain() {
        return order.isChain();
    }

    /** Writes the loops over blocks. */
    void blocks(MethodWriter m, Scope s, Consumer<Block> body) {
        if (extents.isEmpty()) {
            body.accept(new Block(s, List.of(), Index.ZERO));
            return;
        }
        m.eachOf(s, extents.subList(0, order.axis()), outer ->
                m.each(outer.scope(), order.runs(), (inner, run) -> body.accept(new Block(inner, outer.index(), run))));
    }

    /** What is done at each index. */
    @FunctionalInterface
    interface Body {
        void visit(Scope s, List<Index> index);
    }

    /** One chain of products. */
    final class Block {
        private final Scope scope;
        private final List<Index> outer;
        private final Index run;

        private Block(Scope scope, List<Index> outer, Index run) {
            this.scope = scope;
            this.outer = outer;
            this.run = run;
        }

        Scope scope() {
            return scope;
        }

        /** Writes the loops over its products. */
        void each(MethodWriter m, Body body) {
            int axis = order.axis();
            if (run.isConstant()) {
                m.eachOf(scope, extents.subList(outer.size(), extents.size()), nest -> body.visit(nest.scope(), joined(outer, nest.index())));
                return;
            }
            Cut cut = new Cut(run.terms().getFirst().var(), order.runs(), order.size());
            cut.loop(scope, extents.get(axis), 1, 1, (s, k) -> m.eachOf(s, extents.subList(axis + 1, extents.size()),
                    nest -> body.visit(nest.scope(), joined(joined(outer, List.of(k)), nest.index()))));
        }

        private static List<Index> joined(List<Index> a, List<Index> b) {
            List<Index> all = new ArrayList<>(a);
            all.addAll(b);
            return all;
        }
    }
}
