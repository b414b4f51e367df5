package bytegrad.ir.pass;

import bytegrad.ir.Literal;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.List;

/** Views of literals: each element of the result is one of the operand, or a fill. */
final class LiteralViews {
    private static final int FILL = -1;

    private LiteralViews() {}

    /** The view as a literal of its own. */
    static Literal apply(Op.View view, Literal x, TensorType type) {
        int[] index = new int[type.rank()];
        long[] bits = new long[type.size()];
        Shape from = x.type().shape();
        for (int i = 0; i < bits.length; i++) {
            int source = source(view, from, index, i);
            bits[i] = source == FILL ? fill(view, x) : x.bitsAt(source);
            next(index, type.shape());
        }
        return Literal.ofBits(type, bits);
    }

    private static long fill(Op.View view, Literal x) {
        return view instanceof Op.Pad(var low, var high, var interior, double fill) ? Literal.of(x.dtype(), fill).bitsAt(0) : 0;
    }

    /** The row-major position in the operand of the element at {@code i} (also given as its position). */
    private static int source(Op.View view, Shape from, int[] i, int position) {
        return switch (view) {
            case Op.Reshape _ -> position;
            case Op.Transpose(List<Integer> axes) -> {
                int[] j = new int[i.length];
                for (int k = 0; k < j.length; k++) {
                    j[axes.get(k)] = i[k];
                }
                yield flat(from, j);
            }
            case Op.Broadcast(Shape _, List<Integer> axes) -> {
                int[] j = new int[from.rank()];
                for (int k = 0; k < j.length; k++) {
                    j[k] = from.dim(k) == 1 ? 0 : i[axes.get(k)];
                }
                yield flat(from, j);
            }
            case Op.Slice s -> {
                int[] j = i.clone();
                for (int k = 0; k < j.length; k++) {
                    j[k] = s.starts().get(k) + i[k] * s.strides().get(k);
                }
                yield flat(from, j);
            }
            case Op.Pad(List<Integer> low, List<Integer> _, List<Integer> interior, double _) -> {
                int[] j = i.clone();
                boolean inside = true;
                for (int k = 0; k < j.length; k++) {
                    int step = interior.get(k) + 1;
                    int at = j[k] - low.get(k);
                    j[k] = at / step;
                    inside &= at >= 0 && at % step == 0 && j[k] < from.dim(k);
                }
                yield inside ? flat(from, j) : FILL;
            }
            case Op.Window w -> {
                int[] j = java.util.Arrays.copyOf(i, from.rank());
                for (int k = 0; k < w.axes().size(); k++) {
                    int axis = w.axes().get(k);
                    j[axis] = i[axis] * w.strides().get(k) + i[from.rank() + k] * w.dilations().get(k);
                }
                yield flat(from, j);
            }
            case Op.Flip(List<Integer> axes) -> {
                int[] j = i.clone();
                axes.forEach(k -> j[k] = from.dim(k) - 1 - j[k]);
                yield flat(from, j);
            }
        };
    }

    static int flat(Shape shape, int[] index) {
        int at = 0;
        for (int k = 0; k < index.length; k++) {
            at = at * shape.dim(k) + index[k];
        }
        return at;
    }

    /** The next index in row-major order; after the last comes the first. */
    static void next(int[] index, Shape shape) {
        for (int k = index.length - 1; k >= 0; k--) {
            if (++index[k] < shape.dim(k)) {
                return;
            }
            index[k] = 0;
        }
    }
}
