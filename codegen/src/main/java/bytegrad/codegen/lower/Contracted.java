package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.ContractOrder;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The loops over contracted axes, in the order that {@link ContractOrder} fixes. */
final class Contracted {
    private final List<Integer> extents;
    private final ContractOrder order;

    Contracted(List<Integer> extents, DType dtype) {
        this.extents = List.copyOf(extents);
        this.order = ContractOrder.of(extents, dtype);
    }

    /** The first of the axes that a block runs over. */
    int blockAxis() {
        return order.axis();
    }

    boolean isChain() {
        return order.isChain();
    }

    /** Products in the longest block. */
    int longestBlock() {
        int inside = extents.stream().skip(order.axis() + 1L).reduce(1, (a, b) -> a * b);
        return extents.isEmpty() ? 1 : order.size() * inside;
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

    /** All products as one block. */
    Block all(Scope s) {
        return new Block(s, List.of(), Index.ZERO);
    }

    /** The position of an index among all products. */
    Index position(List<Index> k) {
        return ViewIndex.flatten(Shape.of(extents), k);
    }

    /** What is done at each index. */
    @FunctionalInterface
    interface Body {
        void visit(Scope s, List<Index> index);
    }

    /** Some of a block's products. */
    @FunctionalInterface
    interface Piece {
        /** Writes the loops over them. */
        void each(Scope s, Body body);
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

        /** What tells this block from others: variables of the loops around it. */
        List<Index> variables() {
            return joined(outer, List.of(run)).stream().filter(i -> !i.isConstant()).toList();
        }

        /** The same block in a scope where its variables are seen. */
        Block in(Scope other) {
            return new Block(other, outer, run);
        }

        /** The index of its first product. */
        List<Index> begin() {
            List<Index> k = new ArrayList<>(outer);
            if (k.size() < extents.size()) {
                k.add(run.times(order.size()));
            }
            while (k.size() < extents.size()) {
                k.add(Index.ZERO);
            }
            return k;
        }

        /** How many elements it has along the first of the axes that it runs over; of the others it has all. */
        Index trips() {
            int axis = order.axis();
            int extent = extents.isEmpty() ? 1 : extents.get(axis);
            if (run.isConstant() || extent % order.size() == 0) {
                return Index.of(run.isConstant() ? extent : order.size());
            }
            Index rest = Index.of(extent).minus(run.times(order.size()));
            return Index.of(scope.variable(Expr.Apply.of(ScalarFn.MIN, new Expr.Ramp(rest, 0, DType.I32, 1), Expr.Const.of(DType.I32, order.size()))));
        }

        /** The position of its first product among all. */
        Index first() {
            return Contracted.this.position(begin());
        }

        /** The position of one of its products among them. */
        Index position(List<Index> k) {
            return Contracted.this.position(k).minus(first());
        }

        /** Its products in pieces of about so many, whole indices of the first axis, and what is left; in one, where their number differs from block to block. */
        void pieces(MethodWriter m, int most, BiConsumer<Scope, Piece> body) {
            int axis = outer.size();
            if (!run.isConstant() && extents.get(axis) % order.size() != 0 || extents.isEmpty()) {
                body.accept(scope, (inner, each) -> in(inner).each(m, each));
                return;
            }
            Index begin = run.isConstant() ? Index.ZERO : run.times(order.size());
            int inside = extents.stream().skip(axis + 1L).reduce(1, (a, b) -> a * b);
            m.spans(scope, run.isConstant() ? extents.get(axis) : order.size(), Math.max(1, most / inside), Optional.empty(), (s, first, count) -> body.accept(s, (inner, each) -> {
                Index from = begin.plus(first);
                m.loop(inner, from, from.plus(count), 1, 1, (one, k) -> m.eachOf(one, extents.subList(axis + 1, extents.size()),
                        nest -> each.visit(nest.scope(), joined(joined(outer, List.of(k)), nest.index()))));
            }));
        }

        /** Writes the loops over its products. */
        void each(MethodWriter m, Body body) {
            over(m, extents.size(), body);
        }

        /** How many neighbouring products there are along the last axis at each index of the others; 1 where that differs. */
        int row() {
            return extents.isEmpty() || !run.isConstant() && order.axis() == extents.size() - 1 ? 1 : extents.getLast();
        }

        /** Writes the loops over the others, with the first product of each such row; all of its products, where it has one. */
        void eachRow(MethodWriter m, Body body) {
            if (row() == 1) {
                each(m, body);
            } else {
                over(m, extents.size() - 1, (s, k) -> body.visit(s, joined(k, List.of(Index.ZERO))));
            }
        }

        /** Writes the loops over the first so many axes. */
        private void over(MethodWriter m, int axes, Body body) {
            if (run.isConstant()) {
                m.eachOf(scope, extents.subList(outer.size(), axes), nest -> body.visit(nest.scope(), joined(outer, nest.index())));
                return;
            }
            int axis = order.axis();
            Cut cut = new Cut(run, order.runs(), order.size());
            cut.loop(scope, extents.get(axis), 1, 1, (s, k) -> m.eachOf(s, extents.subList(axis + 1, axes),
                    nest -> body.visit(nest.scope(), joined(joined(outer, List.of(k)), nest.index()))));
        }

        private static List<Index> joined(List<Index> a, List<Index> b) {
            List<Index> all = new ArrayList<>(a);
            all.addAll(b);
            return all;
        }
    }
}
