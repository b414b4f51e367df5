package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;
import bytegrad.ir.ContractOrder;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A contraction's products in the order of {@link ContractOrder}, in portions of a few that follow each other: those of
 * several indices of one contracted axis, with all axes inside it. How many each has is a constant, for code without loops.
 */
final class Portions {
    /** Products in a portion. */
    static final int MOST = 16;

    private final List<Integer> extents;
    private final ContractOrder order;
    /** The axis that is cut. */
    private final int axis;
    /** Products at each of its indices. */
    private final int inside;

    Portions(List<Integer> extents, DType dtype) {
        this.extents = List.copyOf(extents);
        this.order = ContractOrder.of(extents, dtype);
        int a = Math.max(0, extents.size() - 1);
        int within = 1;
        while (a > order.axis() && within * extents.get(a) <= MOST) {
            within *= extents.get(a--);
        }
        this.axis = a;
        this.inside = within;
    }

    boolean isChain() {
        return order.isChain();
    }

    /** One chain of products: from an index of the order's axis on, at {@code outer} of the axes before. */
    record Block(Scope scope, List<Index> outer, Index from, int length) {}

    /** So many products from an index on, of which axes inside the one that is cut have none. */
    record Portion(List<Index> first, int count) {}

    /** Writes the loops over blocks. */
    void blocks(MethodWriter m, Scope s, Consumer<Block> body) {
        if (extents.isEmpty()) {
            body.accept(new Block(s, List.of(), Index.ZERO, 1));
        } else if (!extents.contains(0)) {
            int whole = extents.get(order.axis()) / order.size();
            int rest = extents.get(order.axis()) % order.size();
            m.eachOf(s, extents.subList(0, order.axis()), nest -> {
                if (whole > 0) {
                    m.each(nest.scope(), whole, (inner, run) -> body.accept(new Block(inner, nest.index(), run.times(order.size()), order.size())));
                }
                if (rest > 0) {
                    body.accept(new Block(nest.scope(), nest.index(), Index.of(whole * order.size()), rest));
                }
            });
        }
    }

    /** Writes the loops over a block's portions. */
    void each(MethodWriter m, Block block, BiConsumer<Scope, Portion> body) {
        if (extents.isEmpty()) {
            body.accept(block.scope(), new Portion(List.of(), 1));
        } else if (axis == order.axis()) {
            cut(m, block.scope(), block.outer(), block.from(), block.length(), body);
        } else {
            m.loop(block.scope(), block.from(), block.from().plus(block.length()), 1, 1, (s, i) ->
                    m.eachOf(s, extents.subList(order.axis() + 1, axis), nest -> {
                        List<Index> outer = new ArrayList<>(block.outer());
                        outer.add(i);
                        outer.addAll(nest.index());
                        cut(m, nest.scope(), outer, Index.ZERO, extents.get(axis), body);
                    }));
        }
    }

    /** Whole portions along the axis that is cut, then one of what is left. */
    private void cut(MethodWriter m, Scope s, List<Index> outer, Index from, int length, BiConsumer<Scope, Portion> body) {
        int step = Math.min(length, MOST / inside);
        int whole = length - length % step;
        if (whole == step) {
            body.accept(s, portion(outer, from, step));
        } else {
            m.loop(s, from, from.plus(whole), step, 1, (inner, i) -> body.accept(inner, portion(outer, i, step)));
        }
        if (whole < length) {
            body.accept(s, portion(outer, from.plus(whole), length - whole));
        }
    }

    private Portion portion(List<Index> outer, Index at, int length) {
        List<Index> first = new ArrayList<>(outer);
        first.add(at);
        return new Portion(first, length * inside);
    }

    /** The contracted index of a portion's product. */
    List<Index> at(List<Index> first, int product) {
        if (extents.isEmpty()) {
            return List.of();
        }
        List<Index> k = new ArrayList<>(first.subList(0, axis));
        k.add(first.get(axis).plus(product / inside));
        int stride = inside;
        int rest = product % inside;
        for (int a = axis + 1; a < extents.size(); a++) {
            stride /= extents.get(a);
            k.add(Index.of(rest / stride));
            rest %= stride;
        }
        return k;
    }
}
