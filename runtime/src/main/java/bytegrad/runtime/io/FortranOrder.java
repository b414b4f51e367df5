package bytegrad.runtime.io;

import bytegrad.runtime.Tensor;

/** From column-major, first index fastest, to row-major. */
final class FortranOrder {
    private FortranOrder() {}

    /** Whether the two orders differ: not where at most one extent is over 1, nor where there is nothing. */
    static boolean matters(int[] shape) {
        int wide = 0;
        for (int extent : shape) {
            if (extent == 0) {
                return false;
            }
            wide += extent > 1 ? 1 : 0;
        }
        return wide > 1;
    }

    /** A row-major copy of {@code tensor}, whose array is column-major. */
    static Tensor toRowMajor(Tensor tensor) {
        int[] shape = tensor.shape();
        int rank = shape.length;
        int[] stride = new int[rank];
        int[] index = new int[rank];
        for (int axis = 0, step = 1; axis < rank; axis++) {
            stride[axis] = step;
            step *= shape[axis];
        }
        Object to = tensor.type().newArray(tensor.size());
        int from = 0;
        for (int i = 0; i < tensor.size(); i++) {
            // One element: arraycopy is what all array types have in common.
            System.arraycopy(tensor.array(), from, to, i, 1);
            for (int axis = rank - 1; axis >= 0; axis--) {
                from += stride[axis];
                if (++index[axis] < shape[axis]) {
                    break;
                }
                from -= shape[axis] * stride[axis];
                index[axis] = 0;
            }
        }
        return Tensor.ofArray(tensor.type(), to, shape);
    }
}
