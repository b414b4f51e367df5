package bytegrad.runtime;

import java.util.Arrays;
import java.util.List;

/**
 * A named tensor of a compiled function and its place in a session's arena.
 *
 * @param name as the graph declares it
 * @param shape extents, outermost first
 * @param offset the element of the slab of its type at which it begins
 */
public record Slot(String name, ElementType type, List<Integer> shape, int offset) {
    /** Copies the shape. */
    public Slot {
        shape = List.copyOf(shape);
    }

    /** Elements; allocates nothing, since sessions ask in every step. */
    public int size() {
        int n = 1;
        for (int k = 0; k < shape.size(); k++) {
            n *= shape.get(k);
        }
        return n;
    }

    /** Whether another, such as the state that an output is the new value of, is in the same place. */
    boolean sharesPlace(Slot other) {
        return type == other.type && offset == other.offset;
    }

    /** Extents as an array. */
    public int[] dims() {
        int[] dims = new int[shape.size()];
        for (int k = 0; k < dims.length; k++) {
            dims[k] = shape.get(k);
        }
        return dims;
    }

    /** For messages: {@code f32[64,784]}. */
    public String typeText() {
        return type.text() + Arrays.toString(dims()).replace(" ", "");
    }
}
