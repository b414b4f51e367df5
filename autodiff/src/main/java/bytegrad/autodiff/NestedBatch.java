package bytegrad.autodiff;

import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The ops that run other graphs, with bodies that compute a batch. All results of one op get theirs together, and all have the batch axis: one that is
 * the same for every element is repeated, since its node has operands that are mapped over.
 */
final class NestedBatch {
    private final GraphBuilder b;
    private final Batch batch;
    private @Nullable Siblings siblings;

    NestedBatch(GraphBuilder b, Batch batch) {
        this.b = b;
        this.batch = batch;
    }

    void map(Op.Nested op, Node y) {
        if (siblings == null) {
            siblings = new Siblings(batch.paths().ascending());
        }
        List<Node> results = siblings.of(op, y);
        if (results.get(0) != y || y.inputs().stream().noneMatch(batch::isBatched)) {
            return;
        }
        switch (op) {
            case Op.Scan o -> scan(o, y, results);
            case Op.Cond o -> cond(o, y, results);
            case Op.While o -> loop(o, y, results);
            case Op.Custom o -> custom(o, y, results);
        }
    }

    private static int number(Node y) {
        return Bodies.result((Op.Nested) y.op());
    }

    private Node swapped(Node x) {
        int[] axes = IntStream.range(0, x.rank()).toArray();
        axes[0] = 1;
        axes[1] = 0;
        return b.transpose(x, axes);
    }

    private Set<Integer> batchedCarries(Node y, int carries) {
        Set<Integer> first = new HashSet<>();
        IntStream.range(0, carries).filter(j -> batch.isBatched(y.input(j))).forEach(first::add);
        return first;
    }

    /** A carry is batched if its first value is, or if a step makes it of what is. */
    private void scan(Op.Scan op, Node y, List<Node> results) {
        int carries = op.carries();
        int outputs = op.body().outputs().size();
        int constants = carries + op.scanned();
        Rolled r = new Rolled();
        List<Node> c = IntStream.range(0, carries).mapToObj(j -> r.carry(y.input(j).type(), () -> y.input(j))).toList();
        List<Node> x = IntStream.range(carries, constants).mapToObj(k -> r.slice(y.input(k))).toList();
        List<Node> k = IntStream.range(constants, y.inputs().size()).mapToObj(i -> r.constant(y.input(i))).toList();
        Loop step = Loop.inline(r.body, op.body(), c, x, k);

        List<Node> xs = new ArrayList<>();
        List<Node> values = new ArrayList<>();
        for (int i = carries; i < y.inputs().size(); i++) {
            if (batch.isBatched(y.input(i))) {
                Node all = batch.lead(y.input(i));
                xs.add(i < constants ? x.get(i - carries) : k.get(i - constants));
                values.add(i < constants ? r.slice(swapped(all)) : r.constant(all));
            }
        }
        Map<Integer, Node> many = new TreeMap<>();
        for (int j : Flow.ofAny(r.body, c, step.next()).from(batchedCarries(y, carries), xs)) {
            many.put(j, r.carry(batch.type(y.input(j).type()), () -> batch.lead(y.input(j))));
            xs.add(c.get(j));
            values.add(many.get(j));
        }
        List<Node> roots = new ArrayList<>(step.next());
        roots.addAll(step.ys());
        Batch inner = Batch.walk(r.body, batch.size(), roots, xs, values);
        Set<Integer> asked = new HashSet<>();
        Map<Node, Integer> ys = new LinkedHashMap<>();
        for (Node n : results) {
            int result = number(n);
            if (result < carries || result >= carries + outputs) {
                asked.add(result < carries ? result : result - carries - outputs);
            } else {
                ys.put(n, ys.size());
                r.output(inner.orSame(step.ys().get(result - carries)));
            }
        }
        for (int j = 0; j < carries; j++) {
            Node all = many.get(j);
            r.next(c.get(j), step.next().get(j), all == null && asked.contains(j));
            if (all != null) {
                r.next(all, inner.lead(step.next().get(j)), asked.contains(j));
            }
        }
        Rolled.Results out = r.finish(b, op.length(), op.reverse());
        for (Node n : results) {
            int result = number(n);
            if (result < carries) {
                Node all = many.get(result);
                batch.set(n, all != null ? out.last(all) : batch.lead(out.last(c.get(result))));
            } else if (result >= carries + outputs) {
                int j = result - carries - outputs;
                Node all = many.get(j);
                batch.set(n, all != null ? swapped(out.stacked(all)) : batch.lead(out.stacked(c.get(j))));
            }
        }
        ys.forEach((n, i) -> {
            Node slices = out.ys().get(i);
            batch.set(n, inner.isBatched(step.ys().get(number(n) - carries)) ? swapped(slices) : batch.lead(slices));
        });
    }

    /** One condition for all chooses a branch for all; of a condition for each, both are computed and each element takes its own. */
    private void cond(Op.Cond op, Node y, List<Node> results) {
        List<Node> k = y.inputs().subList(1, y.inputs().size());
        if (batch.isBatched(y.input(0))) {
            List<Node> then = mapped(op.then(), k);
            List<Node> otherwise = mapped(op.otherwise(), k);
            for (Node n : results) {
                Node a = then.get(number(n));
                Node p = b.broadcast(batch.lead(y.input(0)), a.shape(), 0);
                batch.set(n, b.select(p, a, otherwise.get(number(n))));
            }
            return;
        }
        Forked f = new Forked();
        k.forEach(f::operand);
        Map<Integer, Integer> many = new TreeMap<>();
        IntStream.range(0, k.size()).filter(i -> batch.isBatched(k.get(i))).forEach(i -> many.put(i, f.operand(batch.lead(k.get(i)))));
        List<Node> then = branch(f.then, op.then(), k.size(), many, results);
        List<Node> otherwise = branch(f.otherwise, op.otherwise(), k.size(), many, results);
        for (int i = 0; i < results.size(); i++) {
            f.output(then.get(i).type(), then.get(i), otherwise.get(i));
        }
        List<Node> out = f.finish(b, y.input(0));
        for (int i = 0; i < results.size(); i++) {
            batch.set(results.get(i), out.get(i));
        }
    }

    private List<Node> branch(Forked.Branch branch, Graph body, int operands, Map<Integer, Integer> many, List<Node> results) {
        List<Node> k = IntStream.range(0, operands).mapToObj(branch::operand).toList();
        List<Node> ys = Loop.ys(branch.b.inline(body, Loop.named("k", k)));
        Batch inner = Batch.walk(branch.b, batch.size(), ys, many.keySet().stream().map(k::get).toList(), many.values().stream().map(branch::operand).toList());
        return results.stream().map(n -> inner.lead(ys.get(number(n)))).toList();
    }

    /** A body's results for each element, in this builder. */
    private List<Node> mapped(Graph body, List<Node> k) {
        List<Node> ys = Loop.ys(b.inline(body, Loop.named("k", k)));
        List<Node> many = k.stream().filter(batch::isBatched).distinct().toList();
        Batch inner = Batch.walk(b, batch.size(), ys, many, many.stream().map(batch::lead).toList());
        return ys.stream().map(inner::lead).toList();
    }

    /** The inputs of a body being written: the plain ones, and in their place those with the batch axis. */
    private final class Inputs {
        private final Sketch sketch = new Sketch();
        private final List<Node> plain = new ArrayList<>();
        private final List<Node> from = new ArrayList<>();
        private final List<Node> to = new ArrayList<>();
        private final Map<Node, String> names = new HashMap<>();

        Node add(String name, Node like, boolean isBatched) {
            Node in = sketch.placeholder(like.type());
            plain.add(in);
            names.put(in, name);
            if (isBatched) {
                from.add(in);
                to.add(sketch.placeholder(batch.type(like.type())));
                names.put(to.getLast(), name);
            }
            return in;
        }

        Batch walk(List<Node> ys) {
            return Batch.walk(sketch.b, batch.size(), ys, from, to);
        }
    }

    private void loop(Op.While op, Node y, List<Node> results) {
        int carries = op.carries();
        Set<Integer> many = flow(op, y, batchedCarries(y, carries));
        boolean each = condition(op, y, many, new Inputs()).isEach;
        if (each) {
            // An element that is done keeps its carries while others go on.
            IntStream.range(0, carries).filter(j -> op.body().updates().stream().anyMatch(u -> u.name().equals("c" + j))).forEach(many::add);
        }
        Inputs whether = new Inputs();
        Graph go = whether.sketch.graph(whether.names, Map.of("go", condition(op, y, many, whether).any), Map.of());

        Inputs in = new Inputs();
        Condition goOn = condition(op, y, many, in);
        Loop step = Loop.inline(in.sketch.b, op.body(), in.plain.subList(0, carries), List.of(), in.plain.subList(carries, in.plain.size()));
        Batch inner = in.walk(step.next());
        Map<Node, Node> updates = new LinkedHashMap<>();
        for (int j = 0; j < carries; j++) {
            Node c = in.plain.get(j);
            Node next = step.next().get(j);
            if (many.contains(j)) {
                Node old = in.to.get(in.from.indexOf(c));
                Node all = inner.lead(next);
                boolean keeps = each && next != c;
                updates.put(old, keeps ? in.sketch.b.select(in.sketch.b.broadcast(goOn.go, all.shape(), 0), all, old) : all);
            } else {
                updates.put(c, next);
            }
        }
        Graph body = in.sketch.graph(in.names, Map.of(), updates);
        List<Node> operands = new ArrayList<>();
        for (int i = 0; i < y.inputs().size(); i++) {
            boolean isBatched = i < carries ? many.contains(i) : batch.isBatched(y.input(i));
            operands.add(isBatched ? batch.lead(y.input(i)) : y.input(i));
        }
        for (Node n : results) {
            Node last = b.apply(new Op.While(go, body, op.limit(), carries, number(n)), operands);
            batch.set(n, many.contains(number(n)) ? last : batch.lead(last));
        }
    }

    private Set<Integer> flow(Op.While op, Node y, Set<Integer> first) {
        Inputs in = inputs(op, y, first, new Inputs());
        Loop step = Loop.inline(in.sketch.b, op.body(), in.plain.subList(0, op.carries()), List.of(), in.plain.subList(op.carries(), in.plain.size()));
        List<Node> constants = in.from.stream().filter(n -> in.plain.indexOf(n) >= op.carries()).toList();
        return Flow.ofAny(in.sketch.b, step.carries(), step.next()).from(first, constants);
    }

    private Inputs inputs(Op.While op, Node y, Set<Integer> many, Inputs in) {
        for (int i = 0; i < y.inputs().size(); i++) {
            boolean isCarry = i < op.carries();
            in.add(isCarry ? "c" + i : "k" + (i - op.carries()), y.input(i), isCarry ? many.contains(i) : batch.isBatched(y.input(i)));
        }
        return in;
    }

    /**
     * The condition in a body being written.
     *
     * @param go as it is, or for each element
     * @param any whether it holds for any
     * @param isEach whether it is one for each element
     */
    private record Condition(Node go, Node any, boolean isEach) {}

    private Condition condition(Op.While op, Node y, Set<Integer> many, Inputs in) {
        inputs(op, y, many, in);
        Map<String, Node> given = Loop.named("c", in.plain.subList(0, op.carries()));
        given.putAll(Loop.named("k", in.plain.subList(op.carries(), in.plain.size())));
        Node go = Objects.requireNonNull(in.sketch.b.inline(op.condition(), given).outputs().get("go"));
        Batch inner = in.walk(List.of(go));
        boolean isEach = inner.isBatched(go);
        Node all = inner.orSame(go);
        return new Condition(all, isEach ? in.sketch.b.reduce(Monoid.OR, all, 0) : all, isEach);
    }

    /** Both graphs compute a batch; the cotangent of an operand that all elements share is the sum of theirs. */
    private void custom(Op.Custom op, Node y, List<Node> results) {
        Inputs in = new Inputs();
        List<Node> k = operands(in, y);
        List<Node> ys = Loop.ys(in.sketch.b.inline(op.body(), Loop.named("k", k)));
        Batch inner = in.walk(ys);
        Map<String, Node> outputs = new LinkedHashMap<>();
        ys.forEach(n -> outputs.put("y" + outputs.size(), inner.lead(n)));
        Graph body = in.sketch.graph(in.names, outputs, Map.of());

        Inputs back = new Inputs();
        Map<String, Node> given = Loop.named("k", operands(back, y));
        for (int i = 0; i < ys.size(); i++) {
            given.put("y" + i, back.add("y" + i, ys.get(i), true));
            given.put("dy" + i, back.add("dy" + i, ys.get(i), true));
        }
        Map<String, Node> cotangents = back.sketch.b.inline(op.vjp(), given).outputs();
        Batch pulled = back.walk(List.copyOf(cotangents.values()));
        Map<String, Node> dk = new LinkedHashMap<>();
        cotangents.forEach((name, d) -> {
            boolean isShared = !batch.isBatched(y.input(Integer.parseInt(name.substring(2))));
            dk.put(name, isShared ? sum(back.sketch.b, pulled.lead(d)) : pulled.lead(d));
        });
        Graph vjp = back.sketch.graph(back.names, dk, Map.of());
        List<Node> operands = y.inputs().stream().map(batch::orSame).toList();
        results.forEach(n -> batch.set(n, b.apply(new Op.Custom(body, vjp, number(n)), operands)));
    }

    private List<Node> operands(Inputs in, Node y) {
        return IntStream.range(0, y.inputs().size()).mapToObj(i -> in.add("k" + i, y.input(i), batch.isBatched(y.input(i)))).toList();
    }

    private static Node sum(GraphBuilder b, Node x) {
        DType computed = x.dtype().computed();
        return b.cast(b.sum(b.cast(x, computed), 0), x.dtype());
    }
}
