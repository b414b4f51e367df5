package bytegrad.runtime.data;

import bytegrad.runtime.Tensor;
import java.lang.reflect.Array;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows of tensors that are in memory. */
final class TensorRows implements Examples {
    private final Map<String, Tensor> tensors;
    private final int count;

    TensorRows(Map<String, Tensor> tensors) {
        if (tensors.isEmpty()) {
            throw new DataException("examples of no tensor: give at least one");
        }
        this.tensors = tensors;
        Map.Entry<String, Tensor> first = tensors.entrySet().iterator().next();
        tensors.forEach((name, t) -> {
            if (t.rank() == 0) {
                throw new DataException("examples: \"" + name + "\" is a scalar, which has no rows; it should be [examples, …]");
            }
            if (t.dim(0) != first.getValue().dim(0)) {
                throw new DataException("examples: \"" + first.getKey() + "\" is " + first.getValue().typeText() + " but \"" + name + "\" is " + t.typeText()
                        + ": all need as many rows");
            }
        });
        count = first.getValue().dim(0);
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public Map<String, Tensor> rows(int[] at) {
        Map<String, Tensor> rows = new LinkedHashMap<>();
        tensors.forEach((name, t) -> {
            int size = count == 0 ? 0 : t.size() / count;
            Object from = t.array();
            Object to = Array.newInstance(from.getClass().getComponentType(), Math.multiplyExact(at.length, size));
            for (int row = 0; row < at.length; row++) {
                System.arraycopy(from, at[row] * size, to, row * size, size);
            }
            int[] shape = t.shape();
            shape[0] = at.length;
            rows.put(name, Tensor.ofArray(t.type(), to, shape));
        });
        return rows;
    }
}
