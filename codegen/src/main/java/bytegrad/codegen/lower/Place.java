package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
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
     * A contraction's right operand in the order in which micro-kernels read it: matrix by matrix, so many columns of all products, then as many of their neighbours.
     *
     * @param node in memory; the element of matrix b, product k and column j is at constant + Σ matrices.strides·b + Σ products.strides·k + columnStride·j
     * @param matrices of the axes that the matrices of a batch are along; none for one matrix
     * @param products of the contracted axes, in their order
     * @param width columns of a panel but the last, a multiple of {@code lanes}
     * @param lanes columns are rounded up to a multiple of so many: those behind the last mean nothing
     */
    record Panels(Node node, int constant, Axes matrices, Axes products, int columns, int columnStride, int width, int lanes) implements Place {
        /** The most, so that what is in memory twice still has indices. */
        static final long MOST = 1 << 28;

        /** Axes of the operand, and how far apart neighbours along each are. */
        record Axes(List<Integer> extents, List<Integer> strides) {
            public Axes {
                extents = List.copyOf(extents);
                strides = List.copyOf(strides);
            }

            int size() {
                return extents.stream().reduce(1, Math::multiplyExact);
            }

            /** How far from the first an element is, in the operand. */
            Index at(List<Index> index) {
                Index at = Index.ZERO;
                for (int a = 0; a < strides.size(); a++) {
                    at = at.plus(index.get(a).times(strides.get(a)));
                }
                return at;
            }

            /** The number of an element among all. */
            Index number(List<Index> index) {
                return ViewIndex.flatten(Shape.of(extents), index);
            }
        }

        @Override
        public DType dtype() {
            return node.dtype();
        }

        /** So many columns, rounded up. */
        int rounded(int some) {
            return Math.ceilDiv(some, lanes) * lanes;
        }

        /** Elements of a matrix. */
        int pitch() {
            return Math.multiplyExact(products.size(), rounded(columns));
        }

        @Override
        public int size() {
            return Math.multiplyExact(matrices.size(), pitch());
        }
    }

    /** Space that one launch uses; the number tells a kernel's own apart. */
    record Scratch(int number, DType dtype, int size) implements Place {}
}
