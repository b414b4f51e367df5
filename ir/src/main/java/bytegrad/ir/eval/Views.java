package bytegrad.ir.eval;

import bytegrad.ir.Literal;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.Arrays;

/** The ops that only move elements. */
final class Views {
    private Views() {}

    static Value view(Op.View op, TensorType type, Value x) {
        Shape from = x.shape();
        int[] strides = from.strides();
        int rank = type.rank();
        return switch (op) {
            case Op.Reshape o -> x.reshaped(type);
            case Op.Transpose o -> {
                int[] s = new int[rank];
                for (int k = 0; k < rank; k++) {
                    s[k] = strides[o.axes().get(k)];
                }
                yield read(type, x, s, 0);
            }
            case Op.Broadcast o -> {
                int[] s = new int[rank];
                for (int k = 0; k < from.rank(); k++) {
                    s[o.axes().get(k)] = from.dim(k) == 1 ? 0 : strides[k];
                }
                yield read(type, x, s, 0);
            }
            case Op.Slice o -> {
                int[] s = new int[rank];
                int offset = 0;
                for (int k = 0; k < rank; k++) {
                    s[k] = strides[k] * o.strides().get(k);
                    offset += strides[k] * o.starts().get(k);
                }
                yield read(type, x, s, offset);
            }
            case Op.Flip o -> {
                int offset = 0;
                for (int k : o.axes()) {
                    offset += strides[k] * (from.dim(k) - 1);
                    strides[k] = -strides[k];
                }
                yield read(type, x, strides, offset);
            }
            case Op.Pad o -> pad(o, type, x);
            case Op.Window o -> read(type, x, windowStrides(o, from), 0);
        };
    }

    /** For each axis of the windows of a tensor how far apart its elements are there. */
    private static int[] windowStrides(Op.Window w, Shape from) {
        int[] strides = from.strides();
        int[] s = Arrays.copyOf(strides, strides.length + w.axes().size());
        for (int k = 0; k < w.axes().size(); k++) {
            int axis = w.axes().get(k);
            s[axis] = strides[axis] * w.strides().get(k);
            s[strides.length + k] = strides[axis] * w.dilations().get(k);
        }
        return s;
    }

    /** y[j] = Σ x[i,k] over i·strides + k·dilations = j, i ascending. */
    static Value overlapAdd(Op.OverlapAdd op, TensorType type, Value x) {
        // In x's own order the windows that cover a place come with ascending i.
        int[] positions = Positions.of(x.shape().toArray(), windowStrides(op.window(), op.shape()), 0);
        if (x.isFloat()) {
            double[] y = new double[type.size()];
            for (int i = 0; i < positions.length; i++) {
                y[positions[i]] += x.rawDoubles()[i];
            }
            return Value.owning(type, y);
        }
        long[] y = new long[type.size()];
        for (int i = 0; i < positions.length; i++) {
            y[positions[i]] = ScalarMath.wrap(type.dtype(), y[positions[i]] + x.rawLongs()[i]);
        }
        return Value.owning(type, y);
    }

    /** y[i] = x[offset + Σₖ i[k]·strides[k]]. */
    private static Value read(TensorType type, Value x, int[] strides, int offset) {
        int[] positions = Positions.of(type.shape().toArray(), strides, offset);
        if (x.isFloat()) {
            double[] data = x.rawDoubles();
            double[] y = new double[positions.length];
            for (int i = 0; i < y.length; i++) {
                y[i] = data[positions[i]];
            }
            return Value.owning(type, y);
        }
        long[] data = x.rawLongs();
        long[] y = new long[positions.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = data[positions[i]];
        }
        return Value.owning(type, y);
    }

    /** The fill everywhere, then x written from {@code low} on. */
    private static Value pad(Op.Pad op, TensorType type, Value x) {
        int[] strides = type.shape().strides();
        int offset = 0;
        for (int k = 0; k < strides.length; k++) {
            offset += strides[k] * op.low().get(k);
            strides[k] *= op.interior().get(k) + 1;
        }
        int[] positions = Positions.of(x.shape().toArray(), strides, offset);
        Literal fill = Literal.of(type.dtype(), op.fill());
        if (x.isFloat()) {
            double[] y = new double[type.size()];
            Arrays.fill(y, fill.doubleAt(0));
            for (int i = 0; i < positions.length; i++) {
                y[positions[i]] = x.rawDoubles()[i];
            }
            return Value.owning(type, y);
        }
        long[] y = new long[type.size()];
        Arrays.fill(y, fill.bitsAt(0));
        for (int i = 0; i < positions.length; i++) {
            y[positions[i]] = x.rawLongs()[i];
        }
        return Value.owning(type, y);
    }
}
