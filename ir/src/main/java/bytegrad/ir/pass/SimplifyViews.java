package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Views that do nothing vanish, views of views become one, views of a broadcast move before it:
 * {@code reshape(reshape(x)) -> reshape(x)}. What has no elements becomes a constant.
 */
public final class SimplifyViews implements Pass {
    @Override
    public Graph run(Graph graph) {
        return Rewrite.toFixedPoint(graph, SimplifyViews::replace);
    }

    private static @Nullable Node replace(Node node, List<Node> in, GraphBuilder b) {
        if (node.type().size() == 0 && !checksIndices(node)) {
            // anything: f32[0,3] -> broadcast(0.0): f32[0,3]
            return Uniform.full(0, node.type(), b);
        }
        return switch (node.op()) {
            case Op.Reshape _ -> reshape(node.shape(), in.get(0), b);
            case Op.Transpose(List<Integer> axes) -> transpose(axes, node.shape(), in.get(0), b);
            case Op.Broadcast v -> broadcast(v, in.get(0), b);
            case Op.Slice s -> slice(s, node, in.get(0), b);
            case Op.Pad p -> pad(p, node, in.get(0), b);
            case Op.Flip(List<Integer> axes) -> flip(axes, in.get(0), b);
            case Op.Concat(int axis) -> concat(axis, node, in, b);
            case Op.Window w -> window(w, node, in.get(0), b);
            case Op.OverlapAdd o -> overlapAdd(o, in.get(0), b);
            // scatter_add(x, u: [0], i: [0]) -> x
            case Op.Scatter _ -> in.getLast().type().size() == 0 ? in.getFirst() : null;
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Map _, Op.Cast _, Op.Reduce _, Op.ArgReduce _, Op.Contract _, Op.Gather _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.Nested _ -> null;
        };
    }

    /** A gather or scatter without results still refuses indices out of range. */
    private static boolean checksIndices(Node node) {
        return (node.op() instanceof Op.Gather || node.op() instanceof Op.Scatter) && node.inputs().getLast().type().size() > 0;
    }

    private static @Nullable Node reshape(Shape shape, Node x, GraphBuilder b) {
        if (shape.equals(x.shape())) {
            // reshape(x) to its own shape -> x
            return x;
        } else if (x.op() instanceof Op.Reshape) {
            // reshape(reshape(x)) -> reshape(x)
            return b.reshape(x.input(0), shape);
        } else if (x.rank() == 0) {
            // reshape(scalar): [1] -> broadcast(scalar): [1], so that whatever a scalar becomes is seen to be uniform
            return b.broadcastTo(x, shape);
        }
        Node scalar = Uniform.scalar(x);
        if (scalar != null) {
            // reshape(broadcast(scalar)) -> broadcast(scalar)
            return b.broadcastTo(scalar, shape);
        }
        return x.op() instanceof Op.Broadcast v ? BroadcastViews.reshape(x, v, shape, b) : null;
    }

    private static @Nullable Node transpose(List<Integer> axes, Shape shape, Node x, GraphBuilder b) {
        if (inOrder(axes.stream().filter(k -> x.shape().dim(k) != 1).toList())) {
            // transpose(x: [3,1]) axes=[1,0] -> reshape(x): [1,3]; x itself if no axis moves
            return b.reshape(x, shape);
        } else if (x.op() instanceof Op.Transpose(List<Integer> first)) {
            // transpose(transpose(x)) -> transpose(x)
            return b.transpose(x.input(0), axes.stream().mapToInt(first::get).toArray());
        }
        return x.op() instanceof Op.Broadcast v ? BroadcastViews.transpose(axes, x, v, shape, b) : null;
    }

    private static boolean inOrder(List<Integer> axes) {
        return IntStream.range(1, axes.size()).allMatch(k -> axes.get(k - 1) < axes.get(k));
    }

    private static @Nullable Node broadcast(Op.Broadcast v, Node x, GraphBuilder b) {
        if (v.shape().size() == x.type().size() && (x.rank() > 0 || v.shape().rank() == 0 || x.op() instanceof Op.Reshape)) {
            // broadcast(x: [3]): [1,3] -> reshape(x): [1,3]
            return b.reshape(x.op() instanceof Op.Reshape ? x.input(0) : x, v.shape());
        } else if (x.op() instanceof Op.Broadcast inner) {
            return BroadcastViews.broadcast(v, x, inner, b);
        }
        return x.shape().dims().contains(1) ? BroadcastViews.withoutUnitAxes(v, x, b) : null;
    }

    // ---- slice and pad

    private static @Nullable Node slice(Op.Slice s, Node node, Node x, GraphBuilder b) {
        if (node.shape().equals(x.shape())) {
            // slice(x) of all of it -> x
            return x;
        }
        Op.Slice plain = plain(s.starts(), s.strides(), node.shape());
        if (!plain.equals(s)) {
            // slice(x) starts=[0] limits=[6] strides=[4] -> slice(x) starts=[0] limits=[5] strides=[4]: one form
            return b.apply(plain, List.of(x));
        }
        return switch (x.op()) {
            // slice(slice(x)) -> slice(x)
            case Op.Slice first -> b.apply(composed(first, s, node.shape()), x.inputs());
            case Op.Broadcast v -> BroadcastViews.slice(s, x, v, node.shape(), b);
            case Op.Pad p -> ofPad(s, p, node, x, b);
            case Op.Concat(int axis) -> ofConcat(s, axis, x, b);
            case Op.Input _, Op.Constant _, Op.Iota _, Op.Map _, Op.Cast _, Op.Reduce _, Op.ArgReduce _, Op.Contract _, Op.Gather _, Op.Scatter _,
                    Op.Cumulate _, Op.ArgSort _, Op.Random _, Op.OverlapAdd _, Op.Nested _,
                    Op.Reshape _, Op.Transpose _, Op.Window _, Op.Flip _ -> null;
        };
    }

    /** The slice of that many elements that ends right after the last, with stride 1 where it takes but one. */
    private static Op.Slice plain(List<Integer> starts, List<Integer> strides, Shape count) {
        List<Integer> limits = new ArrayList<>();
        List<Integer> steps = new ArrayList<>();
        for (int k = 0; k < count.rank(); k++) {
            int n = count.dim(k);
            int step = n == 1 ? 1 : strides.get(k);
            steps.add(step);
            limits.add(starts.get(k) + (n - 1) * step + 1);
        }
        return new Op.Slice(starts, limits, steps);
    }

    private static Op.Slice composed(Op.Slice first, Op.Slice then, Shape count) {
        List<Integer> starts = new ArrayList<>();
        List<Integer> strides = new ArrayList<>();
        for (int k = 0; k < count.rank(); k++) {
            starts.add(first.starts().get(k) + then.starts().get(k) * first.strides().get(k));
            // Where only one element is taken the product may be out of range, and is not used.
            strides.add(first.strides().get(k) * then.strides().get(k));
        }
        return plain(starts, strides, count);
    }

    /** {@code slice(pad(x)) -> x}, a slice of x, a smaller pad of one, or the fill alone. */
    private static @Nullable Node ofPad(Op.Slice s, Op.Pad p, Node node, Node x, GraphBuilder b) {
        if (s.strides().stream().anyMatch(step -> step != 1) || p.interior().stream().anyMatch(n -> n > 0)) {
            return null;
        }
        Node inner = x.input(0);
        List<Integer> starts = new ArrayList<>();
        List<Integer> limits = new ArrayList<>();
        List<Integer> low = new ArrayList<>();
        List<Integer> high = new ArrayList<>();
        for (int k = 0; k < inner.rank(); k++) {
            // In the coordinates of the padded tensor's inside.
            int from = s.starts().get(k) - p.low().get(k);
            int to = s.limits().get(k) - p.low().get(k);
            int extent = inner.shape().dim(k);
            if (to <= 0 || from >= extent) {
                return Uniform.full(p.fill(), node.type(), b);
            }
            starts.add(Math.max(from, 0));
            limits.add(Math.min(to, extent));
            low.add(Math.max(-from, 0));
            high.add(Math.max(to - extent, 0));
        }
        Node cut = b.apply(new Op.Slice(starts, limits, s.strides()), List.of(inner));
        return b.apply(new Op.Pad(low, high, p.interior(), p.fill()), List.of(cut));
    }

    /** {@code slice(concat(x, y)) -> slice(y)}, where it lies within y. */
    private static @Nullable Node ofConcat(Op.Slice s, int axis, Node x, GraphBuilder b) {
        int first = 0;
        for (Node part : x.inputs()) {
            int end = first + part.shape().dim(axis);
            if (s.starts().get(axis) >= first && s.limits().get(axis) <= end) {
                List<Integer> starts = new ArrayList<>(s.starts());
                List<Integer> limits = new ArrayList<>(s.limits());
                starts.set(axis, starts.get(axis) - first);
                limits.set(axis, limits.get(axis) - first);
                return b.apply(new Op.Slice(starts, limits, s.strides()), List.of(part));
            }
            first = end;
        }
        return null;
    }

    private static @Nullable Node pad(Op.Pad p, Node node, Node x, GraphBuilder b) {
        if (node.shape().equals(x.shape())) {
            // pad(x) by nothing -> x
            return x;
        }
        List<Integer> useful = IntStream.range(0, x.rank()).mapToObj(k -> x.shape().dim(k) > 1 ? p.interior().get(k) : 0).toList();
        if (!useful.equals(p.interior())) {
            // pad(x: [1]) interior=[2] -> pad(x) interior=[0]
            return b.apply(new Op.Pad(p.low(), p.high(), useful, p.fill()), List.of(x));
        }
        Literal fill = Literal.of(x.dtype(), p.fill());
        Literal value = Uniform.of(x);
        if (value != null && value.equals(fill)) {
            // pad(broadcast(0.0)) fill=0.0 -> broadcast(0.0)
            return Uniform.full(fill, node.type(), b);
        } else if (x.op() instanceof Op.Pad(var low, var high, var interior, double first) && Literal.of(x.dtype(), first).equals(fill)
                && p.interior().stream().allMatch(n -> n == 0)) {
            // pad(pad(x)) -> pad(x), of one fill
            return b.apply(new Op.Pad(sum(low, p.low()), sum(high, p.high()), interior, p.fill()), x.inputs());
        }
        return null;
    }

    private static List<Integer> sum(List<Integer> a, List<Integer> b) {
        return IntStream.range(0, a.size()).mapToObj(k -> a.get(k) + b.get(k)).toList();
    }

    // ---- windows

    private static @Nullable Node window(Op.Window w, Node node, Node x, GraphBuilder b) {
        Literal value = Uniform.of(x);
        if (value != null) {
            // window(broadcast(1.0)) -> broadcast(1.0)
            return Uniform.full(value, node.type(), b);
        }
        // window(x) of every single element -> reshape(x)
        return trivial(w) ? b.reshape(x, node.shape()) : null;
    }

    private static @Nullable Node overlapAdd(Op.OverlapAdd o, Node x, GraphBuilder b) {
        if (Uniform.is(x, 0)) {
            // overlap_add(broadcast(0.0)) -> broadcast(0.0)
            return Uniform.full(0, x.type().with(o.shape()), b);
        }
        // overlap_add(x) of single elements -> reshape(x), but for the zeros' signs
        return trivial(o.window()) && Signs.neverNegativeZero(x) ? b.reshape(x, o.shape()) : null;
    }

    private static boolean trivial(Op.Window w) {
        return w.sizes().stream().allMatch(n -> n == 1) && w.strides().stream().allMatch(n -> n == 1);
    }

    // ---- flip and concat

    private static @Nullable Node flip(List<Integer> axes, Node x, GraphBuilder b) {
        List<Integer> real = axes.stream().filter(k -> x.shape().dim(k) > 1).toList();
        if (real.size() < axes.size()) {
            // flip(x: [1,3]) axes=[0,1] -> flip(x) axes=[1]; x itself if none is left
            return b.flip(x, real.stream().mapToInt(k -> k).toArray());
        } else if (real.isEmpty()) {
            return x;
        } else if (x.op() instanceof Op.Flip(List<Integer> first)) {
            // flip(flip(x)) -> flip(x) of the axes that only one of them flips
            Set<Integer> once = new TreeSet<>(first);
            axes.forEach(k -> {
                if (!once.remove(k)) {
                    once.add(k);
                }
            });
            return b.flip(x.input(0), once.stream().mapToInt(k -> k).toArray());
        }
        return x.op() instanceof Op.Broadcast v ? BroadcastViews.flip(axes, x, v, b) : null;
    }

    private static @Nullable Node concat(int axis, Node node, List<Node> in, GraphBuilder b) {
        if (in.size() == 1) {
            // concat(x) -> x
            return in.getFirst();
        }
        List<Node> filled = in.stream().filter(x -> x.shape().dim(axis) > 0).toList();
        if (filled.size() < in.size()) {
            // concat(x, y: [0]) -> concat(x)
            return filled.size() == 1 ? filled.getFirst() : b.apply(node.op(), filled);
        }
        Literal value = Uniform.of(in.getFirst());
        Set<Literal> values = new HashSet<>();
        for (Node x : in) {
            Literal own = value == null ? null : Uniform.of(x);
            if (own == null) {
                return null;
            }
            values.add(own);
        }
        // concat(broadcast(0.0), broadcast(0.0)) -> broadcast(0.0)
        return values.size() == 1 && value != null ? Uniform.full(value, node.type(), b) : null;
    }
}
