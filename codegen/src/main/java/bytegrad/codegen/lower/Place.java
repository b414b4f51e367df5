package bytegrad.codegen.lower;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import java.util.List;

/** What a kernel's buffer holds; the plan gives each place a range of the arena. */
public sealed interface Place {
    DType dtype();

    /** Elements. */
    int size();

    /** What a graph calls it, for people. */
    default String label(Graph graph) {
        return switch (this) {
            case Value(Node n) -> graph.nameOf(n);
            case Copy(Node n) -> "copy of " + graph.nameOf(n);
            case Checkpoints c -> "carry " + c.carry() + " of " + graph.nameOf(c.scan()) + " before " + c.count() + " of its steps";
            case Panels p -> "panels of " + graph.nameOf(p.node());
            case Scratch s -> "scratch" + s.number();
        };
    }

    /** The value of an input, a constant or a stored node. */
    record Value(Node node) implements Place {
        @Override
        public DType dtype() {
            return node.dtype();
        }

        @Override
        public int size() {
            return node.shape().size();
        }
    }

    /** The copy of an input or constant that is returned as an output. */
    record Copy(Node node) implements Place {
        @Override
        public DType dtype() {
            return node.dtype();
        }

        @Override
        public int size() {
            return node.shape().size();
        }
    }

    /**
     * The values of a scan's carry before so many of its steps, in their order: what a scan keeps instead of a stack of all.
     *
     * @param scan one of its results, the same for all of its carries
     */
    record Checkpoints(Node scan, int carry, int count) implements Place {
        @Override
        public DType dtype() {
            return scan.input(carry).dtype();
        }

        @Override
        public int size() {
            return Math.multiplyExact(count, scan.input(carry).shape().size());
        }
    }

    /**
     * A contraction's right operand in the order in which micro-kernels read it: so many columns of all products, then as many of their neighbours.
     *
     * @param node in memory; the element of product k and column j is at constant + Σ strides·k + columnStride·j
     * @param extents of the contracted axes, in their order
     * @param width columns of a panel but the last, a multiple of {@code lanes}
     * @param lanes columns are rounded up to a multiple of so many: those behind the last mean nothing
     */
    record Panels(Node node, int constant, List<Integer> extents, List<Integer> strides, int columns, int columnStride, int width, int lanes) implements Place {
        /** The most, so that what is in memory twice still has indices. */
        static final long MOST = 1 << 28;

        public Panels {
            extents = List.copyOf(extents);
            strides = List.copyOf(strides);
        }

        @Override
        public DType dtype() {
            return node.dtype();
        }

        /** Elements of a column. */
        int products() {
            return extents.stream().reduce(1, Math::multiplyExact);
        }

        /** So many columns, rounded up. */
        int rounded(int some) {
            return Math.ceilDiv(some, lanes) * lanes;
        }

        @Override
        public int size() {
            return Math.multiplyExact(products(), rounded(columns));
        }
    }

    /** Space that one launch uses; the number tells a kernel's own apart. */
    record Scratch(int number, DType dtype, int size) implements Place {}
}
