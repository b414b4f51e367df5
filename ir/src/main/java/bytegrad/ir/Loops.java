package bytegrad.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Rolled loops, branches and subgraphs with a gradient of their own, written as Java lambdas. Each lambda is called once and writes its part into
 * a builder of its own, the first argument; nodes of the enclosing builder may be used inside as they are.
 *
 * <pre>{@code
 * // h = tanh(h·W + x[t]) over all t, from h0; result: the last h, and each h stacked.
 * List<Node> r = Loops.scan(b, 100, false, List.of(h0), List.of(x), (s, h, slices) -> {
 *     Node next = s.tanh(s.add(s.matmul(h.get(0), w), slices.get(0)));
 *     return new Loops.Step(List.of(next), List.of(next));
 * });
 * }</pre>
 *
 * Every method throws {@link GraphException} where the parts do not fit.
 */
public final class Loops {
    private Loops() {}

    /**
     * What a step of a scan gives.
     *
     * @param carries the next carries, each of the type of the one before
     * @param ys what is stacked over all steps
     */
    public record Step(List<Node> carries, List<Node> ys) {
        public Step {
            carries = List.copyOf(carries);
            ys = List.copyOf(ys);
        }
    }

    /** Writes one step of a scan. */
    @FunctionalInterface
    public interface ScanBody {
        /** The step, of the carries before it and the step's slices, in the builder {@code body}. */
        Step write(GraphBuilder body, List<Node> carries, List<Node> slices);
    }

    /** Writes a graph of some nodes. */
    @FunctionalInterface
    public interface Body extends BiFunction<GraphBuilder, List<Node>, List<Node>> {}

    /** Writes the cotangents of a subgraph's operands. */
    @FunctionalInterface
    public interface Pullback {
        /** One for each operand, of its type; of an operand that is no float, any node of the body: it is not looked at. */
        List<Node> write(GraphBuilder body, List<Node> operands, List<Node> results, List<Node> cotangents);
    }

    /**
     * (cₜ₊₁, yₜ) = body(cₜ, xₜ) for {@code length} steps: t from 0 up, or from the end down if {@code reverse}.
     *
     * @param first the carries before the first step
     * @param xs tensors of {@code length} slices along their first axis, of which each step is given one
     * @return the carries after the last step, then each y with a leading axis of {@code length}, ordered by t
     */
    public static List<Node> scan(GraphBuilder b, int length, boolean reverse, List<Node> first, List<Node> xs, ScanBody body) {
        count("scan", first, "length", length);
        GraphBuilder s = b.body();
        List<Node> carries = inputs(s, "c", first);
        List<Node> slices = new ArrayList<>();
        for (int k = 0; k < xs.size(); k++) {
            TensorType x = xs.get(k).type();
            if (x.rank() == 0 || x.shape().dim(0) != length) {
                throw new GraphException("scan of " + length + " steps: tensor " + k + " is " + x + "; its first axis must have " + length
                        + " elements, one slice a step" + CallSite.suffix());
            }
            slices.add(s.apply(new Op.Input("x" + k, x.with(x.shape().without(List.of(0)))), List.of()));
        }
        Step step = body.write(s, carries, slices);
        update(s, "scan", carries, step.carries());
        outputs(s, step.ys());
        if (step.ys().isEmpty() && carries.equals(step.carries())) {
            return List.copyOf(first);
        }
        List<Node> operands = new ArrayList<>(first);
        operands.addAll(xs);
        operands.addAll(s.constants());
        return results(b, new Op.Scan(s.build(), length, reverse, carries.size(), slices.size(), 0), carries.size() + step.ys().size(), operands);
    }

    /**
     * The same as {@link #scan}, forward, whose gradient keeps the carries of about √length steps, and computes those between again.
     *
     * @return as {@link #scan}
     */
    public static List<Node> checkpointedScan(GraphBuilder b, int length, List<Node> first, List<Node> xs, ScanBody body) {
        int segment = Math.max(1, (int) Math.round(Math.sqrt(length)));
        int segments = length / segment;
        int whole = segments * segment;
        if (segments < 2) {
            return scan(b, length, false, first, xs, body);
        }
        List<Node> cut = new ArrayList<>();
        for (Node x : xs) {
            List<Integer> dims = new ArrayList<>(x.shape().dims());
            dims.set(0, segment);
            dims.addFirst(segments);
            cut.add(b.reshape(b.slice(x, 0, 0, whole), Shape.of(dims)));
        }
        int carries = first.size();
        List<Node> main = scan(b, segments, false, first, cut, (s, c, x) -> {
            List<Node> inner = scan(s, segment, false, c, x, body);
            return new Step(inner.subList(0, carries), inner.subList(carries, inner.size()));
        });
        List<Node> rest = List.of();
        if (whole < length) {
            rest = scan(b, length - whole, false, main.subList(0, carries), xs.stream().map(x -> b.slice(x, 0, whole, length)).toList(), body);
        }
        List<Node> results = new ArrayList<>(rest.isEmpty() ? main.subList(0, carries) : rest.subList(0, carries));
        for (int k = carries; k < main.size(); k++) {
            List<Integer> dims = new ArrayList<>(main.get(k).shape().dims());
            dims.removeFirst();
            dims.set(0, whole);
            Node y = b.reshape(main.get(k), Shape.of(dims));
            results.add(rest.isEmpty() ? y : b.concat(0, y, rest.get(k)));
        }
        return results;
    }

    /**
     * condition ? then : otherwise, of which one alone runs; both give nodes of the same types.
     *
     * @param condition a bool scalar
     */
    public static List<Node> cond(GraphBuilder b, Node condition, Function<GraphBuilder, List<Node>> then, Function<GraphBuilder, List<Node>> otherwise) {
        GraphBuilder t = b.body();
        List<Node> ys = then.apply(t);
        outputs(t, ys);
        List<Node> shared = t.constants();
        // Both graphs have the same operands: those of the second follow what the first reads already.
        GraphBuilder o = b.body(shared);
        List<Node> others = otherwise.apply(o);
        if (!types(ys).equals(types(others))) {
            throw new GraphException("cond: then gives " + types(ys) + ", otherwise " + types(others) + "; cast or broadcast them to the same types"
                    + CallSite.suffix());
        }
        if (ys.isEmpty()) {
            return List.of();
        }
        outputs(o, others);
        List<Node> operands = new ArrayList<>(List.of(condition));
        operands.addAll(o.constants());
        return results(b, new Op.Cond(t.build(), o.build(), 0), ys.size(), operands);
    }

    /**
     * while (condition(c)) c = body(c), from the {@code first} carries. It has no gradient.
     *
     * @param limit a run that would go on after so many steps fails
     * @param condition gives one node, a bool scalar
     * @return the carries at the end
     */
    public static List<Node> whileLoop(GraphBuilder b, int limit, List<Node> first, BiFunction<GraphBuilder, List<Node>, Node> condition, Body body) {
        count("while", first, "limit", limit);
        GraphBuilder c = b.body();
        c.output("go", condition.apply(c, inputs(c, "c", first)));
        GraphBuilder s = b.body(c.constants());
        List<Node> carries = inputs(s, "c", first);
        List<Node> next = body.apply(s, carries);
        update(s, "while", carries, next);
        if (carries.isEmpty()) {
            return List.of();
        }
        if (carries.equals(next)) {
            // A graph has to compute something. Such a loop ends at once or never.
            s.update(carries.getFirst(), carries.getFirst());
        }
        List<Node> operands = new ArrayList<>(first);
        operands.addAll(s.constants());
        return results(b, new Op.While(c.build(), s.build(), limit, carries.size(), 0), carries.size(), operands);
    }

    /**
     * The same as {@link #whileLoop}, as a scan of {@code bound} steps that keep the carries once the condition is false: it has a gradient. Unlike
     * there, a loop that would go on after {@code bound} steps stops.
     */
    public static List<Node> boundedWhile(GraphBuilder b, int bound, List<Node> first, BiFunction<GraphBuilder, List<Node>, Node> condition, Body body) {
        return scan(b, bound, false, first, List.of(), (s, carries, none) ->
                new Step(cond(s, condition.apply(s, carries), t -> body.apply(t, carries), o -> carries), List.of()));
    }

    /**
     * body(operands), with a gradient of the user's own.
     *
     * @param vjp gives the operands' cotangents from the results'
     */
    public static List<Node> custom(GraphBuilder b, List<Node> operands, Body body, Pullback vjp) {
        GraphBuilder s = new GraphBuilder();
        List<Node> ys = body.apply(s, inputs(s, "k", operands));
        outputs(s, ys);
        if (operands.stream().noneMatch(n -> n.dtype().isFloat())) {
            throw new GraphException("custom of " + types(operands) + ": no operand is a float, so there is no gradient to give; "
                    + "write the body's nodes as they are" + CallSite.suffix());
        }
        GraphBuilder v = new GraphBuilder();
        List<Node> ks = inputs(v, "k", operands);
        List<Node> cotangents = vjp.write(v, ks, inputs(v, "y", ys), inputs(v, "dy", ys));
        if (cotangents.size() != operands.size()) {
            throw new GraphException("custom: the vjp gives " + cotangents.size() + " cotangents for " + operands.size() + " operands" + CallSite.suffix());
        }
        for (int k = 0; k < cotangents.size(); k++) {
            if (operands.get(k).dtype().isFloat()) {
                v.output("dk" + k, cotangents.get(k));
            }
        }
        return results(b, new Op.Custom(s.build(), v.build(), 0), ys.size(), operands);
    }

    private static void count(String op, List<Node> first, String what, int n) {
        if (n < 0) {
            throw GraphException.at(first.stream().map(c -> c.type().toString()).collect(Collectors.joining(", ", first.isEmpty() ? op : op + " of ", ""))
                    + ": " + what + " is " + n + ", and must not be negative");
        }
    }

    private static List<Node> inputs(GraphBuilder s, String role, List<Node> like) {
        List<Node> in = new ArrayList<>();
        for (Node n : like) {
            in.add(s.apply(new Op.Input(role + in.size(), n.type()), List.of()));
        }
        return in;
    }

    private static void update(GraphBuilder s, String what, List<Node> carries, List<Node> next) {
        if (!types(carries).equals(types(next))) {
            throw new GraphException(what + ": the body's next carries are " + types(next) + ", and must be " + types(carries)
                    + " as the first ones are" + CallSite.suffix());
        }
        for (int k = 0; k < carries.size(); k++) {
            if (carries.get(k) != next.get(k)) {
                s.update(carries.get(k), next.get(k));
            }
        }
    }

    private static void outputs(GraphBuilder s, List<Node> ys) {
        for (int k = 0; k < ys.size(); k++) {
            s.output("y" + k, ys.get(k));
        }
    }

    private static List<TensorType> types(List<Node> nodes) {
        return nodes.stream().map(Node::type).toList();
    }

    private static List<Node> results(GraphBuilder b, Op.Nested op, int count, List<Node> operands) {
        List<Node> results = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            results.add(b.apply(Bodies.result(op, k), operands));
        }
        return results;
    }
}
