package bytegrad.codegen.facade;

import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a Java type holds a tensor. */
enum Form {
    /** {@code float[]}: all elements, row-major. */
    ARRAY,
    /** {@code float}: the one element. */
    NUMBER,
    /** {@code float[][]}: as many dimensions as the tensor has. */
    NESTED,
    /** A {@link Tensor}. */
    TENSOR;

    /** How this Java type holds this tensor; nothing if it cannot. */
    static Optional<Form> of(Class<?> type, Slot tensor) {
        Class<?> array = tensor.type().arrayType();
        if (type == array) {
            return Optional.of(ARRAY);
        }
        if (type == Tensor.class) {
            return Optional.of(TENSOR);
        }
        if (type == array.getComponentType() && tensor.size() == 1) {
            return Optional.of(NUMBER);
        }
        return tensor.shape().size() > 1 && type == nested(tensor) ? Optional.of(NESTED) : Optional.empty();
    }

    private static Class<?> nested(Slot tensor) {
        Class<?> type = tensor.type().arrayType();
        for (int axis = 1; axis < tensor.shape().size(); axis++) {
            type = type.arrayType();
        }
        return type;
    }

    /** The Java types that can hold a tensor, for messages. */
    static String choices(Slot tensor) {
        List<String> types = new ArrayList<>();
        types.add(tensor.type().arrayType().getSimpleName());
        if (tensor.size() == 1) {
            types.add(String.valueOf(tensor.type().arrayType().getComponentType()));
        }
        if (tensor.shape().size() > 1) {
            types.add(nested(tensor).getSimpleName());
        }
        return String.join(", ", types) + " or Tensor";
    }
}
