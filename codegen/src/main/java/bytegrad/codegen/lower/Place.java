package bytegrad.codegen.lower;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;

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

    /** Space that one launch uses; the number tells a kernel's own apart. */
    record Scratch(int number, DType dtype, int size) implements Place {}
}
