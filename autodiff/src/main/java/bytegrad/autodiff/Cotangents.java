package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The nodes on paths from {@code wrt} up to the loss, and the cotangent gathered so far for each: a side table over the
 * ids between the least of {@code wrt} and the loss, so that its cost does not depend on the rest of the builder.
 */
final class Cotangents {
    private final GraphBuilder b;
    private final int base;
    private final BitSet onPath;
    private final @Nullable Node[] sums;
    private final List<Node> nodes;

    Cotangents(GraphBuilder b, Node loss, List<Node> wrt) {
        this.b = b;
        this.nodes = b.nodes();
        this.base = wrt.stream().mapToInt(Node::id).min().orElseThrow();
        int extent = Math.max(0, loss.id() - base + 1);
        this.sums = new Node[extent];
        this.onPath = below(loss, extent);
        above(wrt);
    }

    /** What the loss is made of: descending ids are a topological order of consumers before inputs. */
    private BitSet below(Node loss, int extent) {
        BitSet below = new BitSet(extent);
        if (extent > 0) {
            below.set(extent - 1);
        }
        for (int i = below.previousSetBit(extent - 1); i >= 0; i = below.previousSetBit(i - 1)) {
            for (Node x : node(i).inputs()) {
                if (x.id() >= base) {
                    below.set(x.id() - base);
                }
            }
        }
        return below;
    }

    /** Keeps of {@link #onPath} only what depends on {@code wrt} by floats. */
    private void above(List<Node> wrt) {
        BitSet asked = new BitSet();
        wrt.forEach(x -> asked.set(x.id() - base));
        for (int i = onPath.nextSetBit(0); i >= 0; i = onPath.nextSetBit(i + 1)) {
            boolean reached = asked.get(i) || node(i).dtype().isFloat() && node(i).inputs().stream().anyMatch(this::wants);
            onPath.set(i, reached);
        }
    }

    private Node node(int i) {
        return nodes.get(base + i);
    }

    /** Whether the node's cotangent leads on to one that was asked for. */
    boolean wants(Node x) {
        return x.id() >= base && onPath.get(x.id() - base);
    }

    /** Adds to the cotangent of a node that is wanted: ((c₁ + c₂) + c₃) + …, in the order of the calls. */
    void add(Node x, Node dx) {
        if (!dx.type().equals(x.type())) {
            throw new IllegalStateException("cotangent " + dx + " does not have the type of " + x);
        }
        if (wants(x)) {
            int i = x.id() - base;
            Node sum = sums[i];
            sums[i] = sum == null ? dx : b.add(sum, dx);
        }
    }

    /** The sum so far, or null where nothing arrived. */
    @Nullable Node of(Node x) {
        return wants(x) ? sums[x.id() - base] : null;
    }

    /** The nodes on the paths, consumers before their inputs. */
    Iterable<Node> descending() {
        return () -> IntStream.iterate(onPath.length() - 1, i -> i >= 0, i -> onPath.previousSetBit(i - 1)).mapToObj(this::node).iterator();
    }
}
