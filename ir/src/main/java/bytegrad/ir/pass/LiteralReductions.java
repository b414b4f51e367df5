package bytegrad.ir.pass;

import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reductions of literals, in the very order that {@link SumOrder} states. */
final class LiteralReductions {
    private LiteralReductions() {}

    static Literal reduce(Op.Reduce op, Literal x, TensorType type) {
        Shape shape = x.type().shape();
        List<Integer> kept = new ArrayList<>();
        for (int k = 0; k < shape.rank(); k++) {
            if (!op.axes().contains(k)) {
                kept.add(k);
            }
        }
        int width = SumOrder.of(shape, op.axes()).width();
        DType dtype = x.dtype();
        long[] partial = new long[type.size() * width];
        Arrays.fill(partial, op.monoid().identity(dtype).bitsAt(0));
        int innermost = op.axes().isEmpty() ? 0 : op.axes().getLast();
        int[] index = new int[shape.rank()];
        // Row-major over the operand is row-major over the reduced axes for each element of the result.
        for (int i = 0; i < shape.size(); i++) {
            int result = 0;
            for (int k : kept) {
                result = result * shape.dim(k) + index[k];
            }
            int p = result * width + (width == 1 ? 0 : index[innermost] % width);
            partial[p] = combine(op, dtype, partial[p], x.bitsAt(i));
            LiteralViews.next(index, shape);
        }
        long[] bits = new long[type.size()];
        for (int r = 0; r < bits.length; r++) {
            for (int half = width / 2; half > 0; half /= 2) {
                for (int i = 0; i < half; i++) {
                    int p = r * width + i;
                    partial[p] = combine(op, dtype, partial[p], partial[p + half]);
                }
            }
            bits[r] = partial[r * width];
        }
        return Literal.ofBits(type, bits);
    }

    private static long combine(Op.Reduce op, DType dtype, long a, long b) {
        return ConstantMath.apply(op.monoid().fn(), dtype, a, b, 0).orElseThrow();
    }
}
