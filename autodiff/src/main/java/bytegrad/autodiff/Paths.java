package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The nodes on paths from some nodes {@code xs} up to others {@code ys}, both ends included: a set of the ids between the least
 * of {@code xs} and the greatest of {@code ys}, so that its cost does not depend on the rest of the builder.
 */
final class Paths {
    private final int base;
    private final BitSet on;
    private final List<Node> nodes;

    /** Paths on which every node is float: along which derivatives flow. */
    static Paths ofFloats(GraphBuilder b, List<Node> xs, List<Node> ys) {
        return new Paths(b, xs, ys, n -> n.dtype().isFloat());
    }

    /** All paths: along which values depend on {@code xs}. */
    static Paths ofAny(GraphBuilder b, List<Node> xs, List<Node> ys) {
        return new Paths(b, xs, ys, n -> true);
    }

    private Paths(GraphBuilder b, List<Node> xs, List<Node> ys, Predicate<Node> passes) {
        this.nodes = b.nodes();
        this.base = xs.stream().mapToInt(Node::id).min().orElse(Integer.MAX_VALUE);
        this.on = new BitSet();
        below(ys);
        above(xs, passes);
    }

    /** What the ys are made of: descending ids are a topological order of consumers before inputs. */
    private void below(List<Node> ys) {
        ys.stream().filter(y -> y.id() >= base).forEach(y -> on.set(y.id() - base));
        for (int i = on.length() - 1; i >= 0; i = on.previousSetBit(i - 1)) {
            for (Node x : nodes.get(base + i).inputs()) {
                if (x.id() >= base) {
                    on.set(x.id() - base);
                }
            }
        }
    }

    /** Keeps only what depends on the xs. */
    private void above(List<Node> xs, Predicate<Node> passes) {
        BitSet asked = new BitSet();
        xs.forEach(x -> asked.set(x.id() - base));
        for (int i = on.nextSetBit(0); i >= 0; i = on.nextSetBit(i + 1)) {
            Node n = nodes.get(base + i);
            on.set(i, passes.test(n) && (asked.get(i) || n.inputs().stream().anyMatch(this::has)));
        }
    }

    /** Whether the node is on a path. */
    boolean has(Node n) {
        return n.id() >= base && on.get(n.id() - base);
    }

    /** Where the node is in a table of {@link #extent} entries; for nodes on a path. */
    int place(Node n) {
        return n.id() - base;
    }

    int extent() {
        return on.length();
    }

    /** The nodes on the paths, consumers before their inputs. */
    Iterable<Node> descending() {
        return () -> IntStream.iterate(on.length() - 1, i -> i >= 0, i -> on.previousSetBit(i - 1)).mapToObj(i -> nodes.get(base + i)).iterator();
    }

    /** The nodes on the paths, inputs before their consumers. */
    Iterable<Node> ascending() {
        return () -> on.stream().mapToObj(i -> nodes.get(base + i)).iterator();
    }
}
