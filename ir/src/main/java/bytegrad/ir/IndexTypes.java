package bytegrad.ir;

import java.util.ArrayList;
import java.util.List;

/** The types of {@link Op.Gather} and {@link Op.Scatter}, which share their axes. */
final class IndexTypes {
    private final TypeRule rule;
    private final Op op;
    private final List<TensorType> in;

    IndexTypes(TypeRule rule, Op op, List<TensorType> in) {
        this.rule = rule;
        this.op = op;
        this.in = in;
    }

    TensorType gather(int axis, int batch) {
        TensorType data = in.get(0);
        TensorType index = indices(1);
        return data.with(rule.shape(picked(axis, batch, data, index)));
    }

    TensorType scatter(Op.Scatter s) {
        TensorType index = indices(2);
        TensorType base = in.get(0);
        TensorType updates = in.get(1);
        if (s.combine() != Op.Combine.SET && !base.dtype().isNumeric()) {
            throw rule.notDefined(base.dtype(), "; only scatter_set is");
        }
        if (updates.dtype() != base.dtype()) {
            throw rule.error("the updates are " + updates.dtype().text() + ", not " + base.dtype().text() + " as the base; cast them");
        }
        List<Integer> wanted = picked(s.axis(), s.batch(), base, index);
        if (!updates.shape().dims().equals(wanted)) {
            throw rule.error("the updates must be " + base.with(rule.shape(wanted)) + ": the base with axes " + s.axis() + " to "
                    + (s.axis() + in.size() - 3) + " replaced by those of the indices");
        }
        return base;
    }

    /** The type of the index tensors, which begin with the {@code first} operand. */
    private TensorType indices(int first) {
        if (in.size() <= first) {
            throw rule.error("takes " + (first == 1 ? "the data" : "a base, updates") + " and at least one tensor of indices, not " + in.size() + " operands");
        }
        TensorType index = in.get(first);
        if (!index.dtype().isInteger()) {
            throw rule.error("indices must be i32 or i64, not " + index.dtype().text());
        }
        for (TensorType other : in.subList(first, in.size())) {
            if (!other.equals(index)) {
                throw rule.error("the tensors of indices differ: " + index + " and " + other);
            }
        }
        return index;
    }

    /** The extents of [β,o,j,r], of data whose axes from {@code axis} on, one for each tensor of indices, are replaced by those of the indices. */
    private List<Integer> picked(int axis, int batch, TensorType data, TensorType index) {
        int n = op instanceof Op.Gather ? in.size() - 1 : in.size() - 2;
        if (batch < 0 || batch > index.rank() || batch > data.rank()) {
            throw rule.error("there are no " + batch + " batch axes in " + data + " and in the indices " + index);
        }
        if (axis < batch || axis + n > data.rank()) {
            throw rule.error(n == 1 ? "axis " + axis + " is not one of " + data + " (" + batch + " to " + (data.rank() - 1) + ")"
                    : n + " tensors of indices, from axis " + axis + " on, do not fit " + data + " with " + batch + " batch axes");
        }
        for (int k = 0; k < batch; k++) {
            if (data.shape().dim(k) != index.shape().dim(k)) {
                throw rule.error("batch axis " + k + " has " + data.shape().dim(k) + " elements, but " + index.shape().dim(k) + " in the indices " + index);
            }
        }
        for (int k = axis; k < axis + n; k++) {
            if (data.shape().dim(k) == 0 && index.size() > 0) {
                throw rule.error("axis " + k + " is empty, so no index is in range");
            }
        }
        List<Integer> dims = new ArrayList<>(data.shape().dims());
        dims.subList(axis, axis + n).clear();
        dims.addAll(axis, index.shape().dims().subList(batch, index.rank()));
        return dims;
    }
}
