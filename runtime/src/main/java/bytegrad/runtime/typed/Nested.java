package bytegrad.runtime.typed;

import bytegrad.runtime.InputException;
import bytegrad.runtime.Slot;
import java.lang.reflect.Array;

/** Arrays of arrays, such as {@code float[][]}, and the row-major arrays that tensors have. */
final class Nested {
    private Nested() {}

    /**
     * Copies the elements of an array of arrays into a flat one.
     *
     * @throws InputException if it has other extents than the tensor, in any of its parts
     */
    static void flatten(Slot tensor, Object nested, Object flat) {
        flatten(tensor, nested, 0, flat, 0);
    }

    private static int flatten(Slot tensor, Object part, int axis, Object flat, int at) {
        if (part == null || Array.getLength(part) != tensor.shape().get(axis)) {
            throw new InputException(tensor.name(), "expected " + tensor.typeText() + ", got " + (part == null ? "null" : "an array of " + Array.getLength(part))
                    + " where axis " + axis + " has " + tensor.shape().get(axis));
        }
        int n = Array.getLength(part);
        if (axis == tensor.shape().size() - 1) {
            System.arraycopy(part, 0, flat, at, n);
            return at + n;
        }
        int next = at;
        for (int k = 0; k < n; k++) {
            next = flatten(tensor, ((Object[]) part)[k], axis + 1, flat, next);
        }
        return next;
    }

    /** An array of arrays with the elements of a flat one. */
    static Object of(Slot tensor, Object flat) {
        Object nested = Array.newInstance(flat.getClass().getComponentType(), tensor.dims());
        fill(tensor, nested, 0, flat, 0);
        return nested;
    }

    private static int fill(Slot tensor, Object part, int axis, Object flat, int at) {
        int n = tensor.shape().get(axis);
        if (axis == tensor.shape().size() - 1) {
            System.arraycopy(flat, at, part, 0, n);
            return at + n;
        }
        int next = at;
        for (int k = 0; k < n; k++) {
            next = fill(tensor, ((Object[]) part)[k], axis + 1, flat, next);
        }
        return next;
    }
}
