package bytegrad.codegen.lower;

import bytegrad.ir.DType;
import bytegrad.ir.Node;

/** What a kernel's buffer holds; the plan gives each place a range of the arena. */
public sealed interface Place {
    DType dtype();

    /** Elements. */
    int size();

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

    /** Space that one launch uses; the number tells a kernel's own apart. */
    record Scratch(int number, DType dtype, int size) implements Place {}
}
