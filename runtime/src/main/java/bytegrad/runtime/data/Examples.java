package bytegrad.runtime.data;

import bytegrad.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** A number of examples, each with a row in every one of some named tensors. Safe for use by several threads. */
public interface Examples {
    /** How many there are. */
    int count();

    /**
     * New tensors with the examples of these numbers, in this order, along their first axis.
     *
     * @param at from 0 to below {@link #count}; a number may come more than once
     */
    Map<String, Tensor> rows(int[] at);

    /**
     * The rows of tensors, such as those of an npz file or of the columns of a table.
     *
     * @param tensors by name, each [count, …]; not copied
     * @throws DataException if there is none, or if they have not the same number of rows
     */
    static Examples of(Map<String, Tensor> tensors) {
        return new TensorRows(new LinkedHashMap<>(tensors));
    }
}
