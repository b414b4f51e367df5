package bytegrad.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The type of a node from its op and the types of its inputs; the one place where ops are checked. */
final class TypeRule {
    private final Op op;
    private final List<TensorType> in;

    private TypeRule(Op op, List<TensorType> in) {
        this.op = op;
        this.in = in;
    }

    /**
     * The result type of an op.
     *
     * @throws GraphException naming the op, the operands' types and what is wrong
     */
    static TensorType infer(Op op, List<TensorType> inputs) {
        return new TypeRule(op, inputs).infer();
    }

    private TensorType infer() {
        return switch (op) {
            case Op.Input(String name, TensorType type) -> {
                arity(0);
                yield type;
            }
            case Op.Constant(Literal value) -> {
                arity(0);
                yield value.type();
            }
            case Op.Iota(TensorType type, int axis) -> {
                arity(0);
                yield iota(type, axis);
            }
            case Op.Map(ScalarFn fn) -> map(fn);
            case Op.Cast(DType dtype) -> {
                arity(1);
                yield in.get(0).with(dtype);
            }
            case Op.Reduce(Monoid monoid, List<Integer> axes) -> reduce(monoid, axes);
            case Op.ArgReduce(Op.Extremum extremum, int axis) -> argReduce(axis);
            case Op.Contract c -> contract(c);
            case Op.Gather(int axis, int batch) -> new IndexTypes(this, op, in).gather(axis, batch);
            case Op.Scatter s -> new IndexTypes(this, op, in).scatter(s);
            case Op.Concat(int axis) -> concat(axis);
            case Op.Cumulate c -> cumulate(c.monoid(), c.axis());
            case Op.ArgSort s -> argSort(s.axis(), s.count());
            case Op.Random(TensorType type, int site) -> random(type, site);
            case Op.OverlapAdd o -> overlapAdd(o);
            case Op.Nested o -> new NestedRule(o, in).infer();
            case Op.Window w -> {
                arity(1);
                yield in.get(0).with(windows(w, in.get(0)));
            }
            case Op.Reshape(Shape shape) -> reshape(shape);
            case Op.Transpose(List<Integer> axes) -> transpose(axes);
            case Op.Broadcast(Shape shape, List<Integer> axes) -> broadcast(shape, axes);
            case Op.Slice s -> slice(s);
            case Op.Pad p -> pad(p);
            case Op.Flip(List<Integer> axes) -> {
                arity(1);
                axes(axes, in.get(0), true);
                yield in.get(0);
            }
        };
    }

    GraphException error(String what) {
        String operands = in.isEmpty() ? "" : in.stream().map(TensorType::toString).collect(Collectors.joining(", ", " of ", ""));
        return new GraphException(OpNames.of(op) + operands + ": " + what);
    }

    GraphException notDefined(DType dtype, String advice) {
        return error("not defined on " + dtype.text()
                + (dtype.isStorage() ? ", which is for storage only; cast it to " + dtype.computed().text() + " first" : advice));
    }

    Shape shape(List<Integer> dims) {
        try {
            return Shape.of(dims);
        } catch (GraphException e) {
            throw error(String.valueOf(e.getMessage()));
        }
    }

    private void arity(int n) {
        if (in.size() != n) {
            throw error("takes " + n + " operand" + (n == 1 ? "" : "s") + ", not " + in.size());
        }
    }

    private void axis(int axis, TensorType t) {
        if (axis < 0 || axis >= t.rank()) {
            throw error("axis " + axis + " is not one of " + t + " (0 to " + (t.rank() - 1) + ")");
        }
    }

    private void axes(List<Integer> axes, TensorType t, boolean ascending) {
        for (int k = 0; k < axes.size(); k++) {
            axis(axes.get(k), t);
            if (axes.indexOf(axes.get(k)) != k) {
                throw error("axis " + axes.get(k) + " is named twice in " + axes);
            }
            if (ascending && k > 0 && axes.get(k) < axes.get(k - 1)) {
                throw error("axes " + axes + " must ascend");
            }
        }
    }

    private TensorType iota(TensorType type, int axis) {
        axis(axis, type);
        int extent = type.shape().dim(axis);
        if (type.dtype() == DType.BOOL || !type.dtype().holds(Math.max(0, extent - 1))) {
            throw error(type + " cannot hold every index below " + extent + " exactly; use i32 and cast");
        }
        return type;
    }

    private TensorType map(ScalarFn fn) {
        arity(fn.arity());
        TensorType last = in.get(in.size() - 1);
        for (int k = 0; k < in.size(); k++) {
            TensorType t = in.get(k);
            if (!t.shape().equals(last.shape())) {
                throw error("shapes differ; broadcast them to one shape");
            }
            boolean condition = fn.domain() == ScalarFn.Domain.SELECT && k == 0;
            if (condition ? t.dtype() != DType.BOOL : t.dtype() != last.dtype()) {
                throw error(condition ? "the condition must be bool" : "dtypes differ; cast them to one");
            }
        }
        if (!fn.accepts(last.dtype())) {
            throw notDefined(last.dtype(), "; cast the operand");
        }
        return last.with(fn.result(last.dtype()));
    }

    private TensorType reduce(Monoid monoid, List<Integer> axes) {
        arity(1);
        TensorType t = in.get(0);
        axes(axes, t, true);
        if (!monoid.accepts(t.dtype())) {
            throw notDefined(t.dtype(), t.dtype() == DType.BOOL ? "; cast it to i32 first" : "; cast the operand");
        }
        return t.with(t.shape().without(axes));
    }

    private TensorType argReduce(int axis) {
        arity(1);
        TensorType t = in.get(0);
        axis(axis, t);
        if (!t.dtype().isNumeric()) {
            throw notDefined(t.dtype(), "; cast it to i32 first");
        }
        if (t.shape().dim(axis) == 0) {
            throw error("axis " + axis + " is empty, so there is no extreme element");
        }
        return new TensorType(DType.I32, t.shape().without(List.of(axis)));
    }

    private TensorType contract(Op.Contract c) {
        arity(2);
        TensorType l = in.get(0);
        TensorType r = in.get(1);
        if (l.dtype() == r.dtype() && l.dtype().isStorage()) {
            throw notDefined(l.dtype(), "");
        }
        if (l.dtype() != r.dtype() || !l.dtype().isNumeric()) {
            throw error("operands must have one numeric dtype; cast them");
        }
        List<Integer> left = new ArrayList<>(c.leftBatch());
        left.addAll(c.leftContract());
        List<Integer> right = new ArrayList<>(c.rightBatch());
        right.addAll(c.rightContract());
        if (c.leftBatch().size() != c.rightBatch().size() || left.size() != right.size()) {
            throw error("axes " + c.leftBatch() + ", " + c.leftContract() + " of the left operand do not pair with "
                    + c.rightBatch() + ", " + c.rightContract() + " of the right one");
        }
        axes(left, l, false);
        axes(right, r, false);
        for (int k = 0; k < left.size(); k++) {
            int m = l.shape().dim(left.get(k));
            int n = r.shape().dim(right.get(k));
            if (m != n) {
                throw error("axis " + left.get(k) + " of the left operand has " + m + " elements, axis " + right.get(k) + " of the right one " + n);
            }
        }
        List<Integer> dims = new ArrayList<>();
        c.leftBatch().forEach(a -> dims.add(l.shape().dim(a)));
        dims.addAll(l.shape().without(left).dims());
        dims.addAll(r.shape().without(right).dims());
        return l.with(shape(dims));
    }

    private TensorType cumulate(Monoid monoid, int axis) {
        arity(1);
        TensorType t = in.get(0);
        axis(axis, t);
        if (!monoid.accepts(t.dtype())) {
            throw notDefined(t.dtype(), t.dtype() == DType.BOOL ? "; cast it to i32 first" : "; cast the operand");
        }
        return t;
    }

    private TensorType argSort(int axis, int count) {
        arity(1);
        TensorType t = in.get(0);
        axis(axis, t);
        if (count < 0 || count > t.shape().dim(axis)) {
            throw error("cannot give " + count + " of the " + t.shape().dim(axis) + " elements along axis " + axis);
        }
        return new TensorType(DType.I32, t.shape().with(axis, count));
    }

    private TensorType random(TensorType type, int site) {
        arity(1);
        if (!type.dtype().isInteger()) {
            throw error("random words are i32 or i64, not " + type.dtype().text() + "; make other numbers of them");
        }
        if (!in.get(0).equals(TensorType.of(DType.I64))) {
            throw error("the key must be an i64 scalar");
        }
        if (site < 0) {
            throw error("site " + site + " is negative");
        }
        return type;
    }

    private TensorType concat(int axis) {
        if (in.isEmpty()) {
            throw error("takes at least one operand");
        }
        TensorType first = in.get(0);
        axis(axis, first);
        long extent = 0;
        for (TensorType t : in) {
            if (t.dtype() != first.dtype() || t.rank() != first.rank() || !t.shape().with(axis, 0).equals(first.shape().with(axis, 0))) {
                throw error("operands may differ in axis " + axis + " alone");
            }
            extent += t.shape().dim(axis);
        }
        if (extent > Integer.MAX_VALUE) {
            throw error("the result has " + extent + " elements along axis " + axis);
        }
        List<Integer> dims = new ArrayList<>(first.shape().dims());
        dims.set(axis, (int) extent);
        return first.with(shape(dims));
    }

    private TensorType reshape(Shape shape) {
        arity(1);
        if (shape.size() != in.get(0).size()) {
            throw error("cannot become " + shape + ": " + in.get(0).size() + " elements are not " + shape.size());
        }
        return in.get(0).with(shape);
    }

    private TensorType transpose(List<Integer> axes) {
        arity(1);
        TensorType t = in.get(0);
        axes(axes, t, false);
        if (axes.size() != t.rank()) {
            throw error("axes " + axes + " must name each of its " + t.rank() + " axes once");
        }
        return t.with(Shape.of(axes.stream().map(t.shape()::dim).toList()));
    }

    private TensorType broadcast(Shape shape, List<Integer> axes) {
        arity(1);
        TensorType t = in.get(0);
        TensorType result = t.with(shape);
        axes(axes, result, true);
        if (axes.size() != t.rank()) {
            throw error("axes " + axes + " must place each of its " + t.rank() + " axes in " + shape);
        }
        for (int k = 0; k < axes.size(); k++) {
            int from = t.shape().dim(k);
            int to = shape.dim(axes.get(k));
            if (from != to && from != 1) {
                throw error("axis " + k + " of " + from + " elements cannot become " + to + " (axis " + axes.get(k) + " of " + shape + ")");
            }
        }
        return result;
    }

    private TensorType slice(Op.Slice s) {
        arity(1);
        TensorType t = in.get(0);
        perAxis(s.starts(), t, "starts");
        perAxis(s.limits(), t, "limits");
        perAxis(s.strides(), t, "strides");
        int[] dims = new int[t.rank()];
        for (int k = 0; k < dims.length; k++) {
            int start = s.starts().get(k);
            int limit = s.limits().get(k);
            int stride = s.strides().get(k);
            if (start < 0 || limit < start || limit > t.shape().dim(k) || stride < 1) {
                throw error("axis " + k + ": " + start + " to " + limit + " by " + stride + " is not inside 0 to " + t.shape().dim(k));
            }
            dims[k] = (int) (((long) limit - start + stride - 1) / stride);
        }
        return t.with(Shape.of(dims));
    }

    private TensorType pad(Op.Pad p) {
        arity(1);
        TensorType t = in.get(0);
        perAxis(p.low(), t, "low");
        perAxis(p.high(), t, "high");
        perAxis(p.interior(), t, "interior");
        try {
            Literal.of(t.dtype(), p.fill());
        } catch (GraphException e) {
            throw error("fill: " + e.getMessage());
        }
        List<Integer> dims = new ArrayList<>();
        for (int k = 0; k < t.rank(); k++) {
            int low = p.low().get(k);
            int high = p.high().get(k);
            int between = p.interior().get(k);
            int extent = t.shape().dim(k);
            if (low < 0 || high < 0) {
                throw error("axis " + k + ": cannot pad by " + low + " before and " + high + " after; use slice to cut");
            }
            if (between < 0) {
                throw error("axis " + k + ": cannot put " + between + " between neighbours; use a strided slice to take some out");
            }
            long d = (long) extent + Math.max(0, extent - 1L) * between + low + high;
            if (d > Integer.MAX_VALUE) {
                throw error("axis " + k + ": the result has " + d + " elements along it");
            }
            dims.add((int) d);
        }
        return t.with(shape(dims));
    }

    /** The shape of x's windows: how many fit instead of each axis, then their sizes. */
    private Shape windows(Op.Window w, TensorType t) {
        axes(w.axes(), t, true);
        perListed(w.sizes(), w.axes(), "sizes");
        perListed(w.strides(), w.axes(), "strides");
        perListed(w.dilations(), w.axes(), "dilations");
        List<Integer> dims = new ArrayList<>(t.shape().dims());
        for (int k = 0; k < w.axes().size(); k++) {
            int axis = w.axes().get(k);
            int extent = t.shape().dim(axis);
            long span = (w.sizes().get(k) - 1L) * w.dilations().get(k) + 1;
            if (span > extent) {
                throw error("axis " + axis + " of " + extent + " elements is too short for a window of " + w.sizes().get(k) + " that are "
                        + w.dilations().get(k) + " apart, which spans " + span + "; pad it first");
            }
            dims.set(axis, (int) ((extent - span) / w.strides().get(k) + 1));
        }
        dims.addAll(w.sizes());
        return shape(dims);
    }

    private void perListed(List<Integer> list, List<Integer> axes, String what) {
        if (list.size() != axes.size()) {
            throw error(what + " " + list + " must have one number for each of the axes " + axes);
        }
        for (int k = 0; k < list.size(); k++) {
            if (list.get(k) < 1) {
                throw error("axis " + axes.get(k) + ": " + what + " " + list + " must be at least 1");
            }
        }
    }

    private TensorType overlapAdd(Op.OverlapAdd o) {
        arity(1);
        TensorType t = in.get(0);
        if (!t.dtype().isNumeric()) {
            throw notDefined(t.dtype(), "; cast it to i32 first");
        }
        Shape windows = windows(o.window(), t.with(o.shape()));
        if (!t.shape().equals(windows)) {
            throw error("the windows of " + o.shape() + " would be " + windows);
        }
        return t.with(o.shape());
    }

    private void perAxis(List<Integer> list, TensorType t, String what) {
        if (list.size() != t.rank()) {
            throw error(what + " " + list + " must have one number for each of its " + t.rank() + " axes");
        }
    }
}
