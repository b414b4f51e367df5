package bytegrad.codegen.fuse;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Which element of its operand a view reads, as affine indices: views move, they never compute. */
public final class ViewIndex {
    private ViewIndex() {}

    /**
     * The operand's index, one per axis, for the view's index.
     *
     * @param operand the operand's shape
     * @param extents the extent of each variable (it runs from 0)
     * @return nothing where the index would not be affine (a reshape that cuts across axes) or the view is a pad
     */
    public static Optional<List<Index>> through(Op.View view, Shape operand, List<Index> index, ToIntFunction<Expr.Var> extents) {
        return switch (view) {
            case Op.Reshape(Shape shape) -> unflatten(flatten(shape, index), operand, extents);
            case Op.Transpose(List<Integer> axes) -> {
                Index[] in = new Index[axes.size()];
                for (int k = 0; k < in.length; k++) {
                    in[axes.get(k)] = index.get(k);
                }
                yield Optional.of(List.of(in));
            }
            case Op.Broadcast(Shape shape, List<Integer> axes) -> {
                List<Index> in = new ArrayList<>();
                for (int k = 0; k < axes.size(); k++) {
                    in.add(operand.dim(k) == 1 ? Index.ZERO : index.get(axes.get(k)));
                }
                yield Optional.of(in);
            }
            case Op.Slice s -> {
                List<Index> in = new ArrayList<>();
                for (int k = 0; k < index.size(); k++) {
                    int start = s.starts().get(k);
                    int stride = s.strides().get(k);
                    // Of one element or none the stride says nothing, and may be as large as an int can be.
                    boolean several = s.limits().get(k) - start > stride;
                    in.add(several ? index.get(k).times(stride).plus(start) : Index.of(start));
                }
                yield Optional.of(in);
            }
            case Op.Flip(List<Integer> axes) -> {
                List<Index> in = new ArrayList<>(index);
                for (int k : axes) {
                    in.set(k, index.get(k).times(-1).plus(operand.dim(k) - 1));
                }
                yield Optional.of(in);
            }
            case Op.Pad p -> Optional.empty();
            case Op.Window w -> {
                List<Index> in = new ArrayList<>(index.subList(0, operand.rank()));
                for (int k = 0; k < w.axes().size(); k++) {
                    int axis = w.axes().get(k);
                    boolean several = (w.sizes().get(k) - 1L) * w.dilations().get(k) + w.strides().get(k) < operand.dim(axis);
                    Index first = several ? index.get(axis).times(w.strides().get(k)) : Index.ZERO;
                    in.set(axis, first.plus(w.sizes().get(k) == 1 ? Index.ZERO : index.get(operand.rank() + k).times(w.dilations().get(k))));
                }
                yield Optional.of(in);
            }
        };
    }

    /** The row-major position of an index. */
    public static Index flatten(Shape shape, List<Index> index) {
        int[] strides = shape.strides();
        Index linear = Index.ZERO;
        for (int k = 0; k < strides.length; k++) {
            linear = linear.plus(index.get(k).times(strides[k]));
        }
        return linear;
    }

    private static Optional<List<Index>> unflatten(Index linear, Shape shape, ToIntFunction<Expr.Var> extents) {
        if (shape.size() == 0) {
            Index[] zeros = new Index[shape.rank()];
            Arrays.fill(zeros, Index.ZERO);
            return Optional.of(List.of(zeros));
        }
        int[] strides = shape.strides();
        List<Index> index = new ArrayList<>();
        Index rest = linear;
        for (int k = 0; k < strides.length; k++) {
            if (shape.dim(k) == 1) {
                index.add(Index.ZERO);
                continue;
            }
            int stride = strides[k];
            Index whole = Index.ZERO;
            Index part = Index.ZERO;
            for (Index.Term t : rest.terms()) {
                Index term = Index.of(t.var());
                if (t.coefficient() % stride == 0) {
                    whole = whole.plus(term.times(t.coefficient() / stride));
                } else {
                    part = part.plus(term.times(t.coefficient()));
                }
            }
            long low = rest.constant();
            long high = rest.constant();
            for (Index.Term t : part.terms()) {
                long reach = (long) t.coefficient() * Math.max(0, extents.applyAsInt(t.var()) - 1);
                low += Math.min(0, reach);
                high += Math.max(0, reach);
            }
            int q = (int) Math.floorDiv(low, (long) stride);
            if (high - (long) q * stride >= stride) {
                return Optional.empty();
            }
            index.add(whole.plus(q));
            rest = part.plus(rest.constant() - q * stride);
        }
        return Optional.of(index);
    }
}
