package bytegrad.autodiff;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tangents of the ops that run other graphs: the same op with the tangents as more carries, slices and constants beside the values they
 * belong to, which are computed again, so that nothing is stacked for them. All results of one op get theirs together, when
 * the walk comes to the first.
 */
final class NestedJvp {
    private final GraphBuilder b;
    private final Jvp tangents;
    private @Nullable Siblings siblings;

    NestedJvp(GraphBuilder b, Jvp tangents) {
        this.b = b;
        this.tangents = tangents;
    }

    void push(Op.Nested op, Node y) {
        if (siblings == null) {
            siblings = new Siblings(tangents.paths().ascending());
        }
        List<Node> results = siblings.of(op, y);
        if (results.get(0) != y || y.inputs().stream().allMatch(x -> tangents.of(x) == null)) {
            return;
        }
        switch (op) {
            case Op.Scan o -> scan(o, y, results);
            case Op.Cond o -> cond(o, y, results);
            case Op.While o -> loop(o, y, results);
            case Op.Custom o -> tangents.transposed(results);
        }
    }

    private static int number(Node y) {
        return Bodies.result((Op.Nested) y.op());
    }

    private Node tangentOrZeros(Node x) {
        Node dx = tangents.of(x);
        return dx != null ? dx : b.zerosLike(x);
    }

    private void scan(Op.Scan op, Node y, List<Node> results) {
        int carries = op.carries();
        int outputs = op.body().outputs().size();
        int constants = carries + op.scanned();
        Rolled r = new Rolled();
        List<Node> c = IntStream.range(0, carries).mapToObj(j -> r.carry(y.input(j).type(), () -> y.input(j))).toList();
        List<Node> x = IntStream.range(carries, constants).mapToObj(k -> r.slice(y.input(k))).toList();
        List<Node> k = IntStream.range(constants, y.inputs().size()).mapToObj(i -> r.constant(y.input(i))).toList();
        Loop step = Loop.inline(r.body, op.body(), c, x, k);
        IntStream.range(0, carries).forEach(j -> r.next(c.get(j), step.next().get(j), false));

        List<Node> xs = new ArrayList<>();
        List<Node> dxs = new ArrayList<>();
        for (int i = carries; i < y.inputs().size(); i++) {
            Node dx = tangents.of(y.input(i));
            if (dx != null) {
                xs.add(i < constants ? x.get(i - carries) : k.get(i - constants));
                dxs.add(i < constants ? r.slice(dx) : r.constant(dx));
            }
        }
        Map<Integer, Node> dc = new TreeMap<>();
        for (int j : Flow.ofFloats(r.body, c, step.next()).from(first(y, carries), xs)) {
            dc.put(j, r.carry(y.input(j).type(), () -> tangentOrZeros(y.input(j))));
            xs.add(c.get(j));
            dxs.add(dc.get(j));
        }
        List<Node> ys = new ArrayList<>(dc.keySet().stream().map(step.next()::get).toList());
        Set<Integer> asked = new HashSet<>();
        for (Node n : results) {
            int result = number(n);
            boolean isCarry = result < carries || result >= carries + outputs;
            if (isCarry) {
                asked.add(result < carries ? result : result - carries - outputs);
            } else {
                ys.add(step.ys().get(result - carries));
            }
        }
        Jvp forward = Jvp.walk(r.body, ys, xs, dxs);
        dc.forEach((j, d) -> r.next(d, orZeros(r.body, forward.of(step.next().get(j)), d), asked.contains(j)));
        Map<Node, Integer> dy = new LinkedHashMap<>();
        for (Node n : results) {
            int result = number(n);
            Node d = result >= carries && result < carries + outputs ? forward.of(step.ys().get(result - carries)) : null;
            if (d != null) {
                dy.put(n, dy.size());
                r.output(d);
            }
        }
        Rolled.Results out = r.finish(b, op.length(), op.reverse());
        for (Node n : results) {
            int result = number(n);
            Node last = dc.get(result);
            Node before = dc.get(result - carries - outputs);
            if (result < carries && last != null) {
                tangents.add(n, out.last(last));
            } else if (result >= carries + outputs && before != null) {
                tangents.add(n, out.stacked(before));
            }
        }
        dy.forEach((n, i) -> tangents.add(n, out.ys().get(i)));
    }

    /** The carries whose first values have tangents. */
    private Set<Integer> first(Node y, int carries) {
        Set<Integer> first = new HashSet<>();
        IntStream.range(0, carries).filter(j -> tangents.of(y.input(j)) != null).forEach(first::add);
        return first;
    }

    private static Node orZeros(GraphBuilder b, @Nullable Node d, Node like) {
        return d != null ? d : b.zerosLike(like);
    }

    private void cond(Op.Cond op, Node y, List<Node> results) {
        Forked f = new Forked();
        y.inputs().stream().skip(1).forEach(f::operand);
        Map<Integer, Integer> dk = new TreeMap<>();
        for (int k = 1; k < y.inputs().size(); k++) {
            Node dx = tangents.of(y.input(k));
            if (dx != null) {
                dk.put(k - 1, f.operand(dx));
            }
        }
        List<Integer> asked = results.stream().map(NestedJvp::number).toList();
        List<@Nullable Node> then = branch(f.then, op.then(), y, dk, asked);
        List<@Nullable Node> otherwise = branch(f.otherwise, op.otherwise(), y, dk, asked);
        List<Node> reached = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            if (then.get(i) != null || otherwise.get(i) != null) {
                f.output(results.get(i).type(), then.get(i), otherwise.get(i));
                reached.add(results.get(i));
            }
        }
        List<Node> dy = f.finish(b, y.input(0));
        for (int i = 0; i < reached.size(); i++) {
            tangents.add(reached.get(i), dy.get(i));
        }
    }

    private static List<@Nullable Node> branch(Forked.Branch branch, Graph body, Node y, Map<Integer, Integer> dk, List<Integer> asked) {
        List<Node> k = IntStream.range(0, y.inputs().size() - 1).mapToObj(branch::operand).toList();
        List<Node> ys = Loop.ys(branch.b.inline(body, Loop.named("k", k)));
        List<Node> of = asked.stream().map(ys::get).toList();
        Jvp forward = Jvp.walk(branch.b, of, dk.keySet().stream().map(k::get).toList(), dk.values().stream().map(branch::operand).toList());
        List<@Nullable Node> dys = new ArrayList<>();
        of.forEach(n -> dys.add(forward.of(n)));
        return dys;
    }

    /** The tangents are carried behind the carries, and constants behind the constants, so that the condition stays as it is. */
    private void loop(Op.While op, Node y, List<Node> results) {
        int carries = op.carries();
        Sketch s = new Sketch();
        List<Node> in = y.inputs().stream().map(x -> s.placeholder(x.type())).toList();
        Loop step = Loop.inline(s.b, op.body(), in.subList(0, carries), List.of(), in.subList(carries, in.size()));
        Map<Node, String> names = new LinkedHashMap<>();
        Map<Node, Node> updates = new LinkedHashMap<>();
        for (int j = 0; j < carries; j++) {
            names.put(in.get(j), "c" + j);
            updates.put(in.get(j), step.next().get(j));
        }
        List<Node> operands = new ArrayList<>(y.inputs().subList(0, carries));
        List<Node> xs = new ArrayList<>();
        List<Node> dxs = new ArrayList<>();
        List<Node> constants = new ArrayList<>();
        int kept = in.size() - carries;
        for (int k = carries; k < in.size(); k++) {
            names.put(in.get(k), "k" + (k - carries));
            Node dx = tangents.of(y.input(k));
            if (dx != null) {
                xs.add(in.get(k));
                dxs.add(s.placeholder(dx.type()));
                names.put(dxs.getLast(), "k" + (kept + constants.size()));
                constants.add(dx);
            }
        }
        Map<Integer, Integer> place = new TreeMap<>();
        for (int j : Flow.ofFloats(s.b, step.carries(), step.next()).from(first(y, carries), xs)) {
            place.put(j, operands.size());
            xs.add(in.get(j));
            dxs.add(s.placeholder(in.get(j).type()));
            names.put(dxs.getLast(), "c" + operands.size());
            operands.add(tangentOrZeros(y.input(j)));
        }
        Jvp forward = Jvp.walk(s.b, place.keySet().stream().map(step.next()::get).toList(), xs, dxs);
        place.forEach((j, at) -> {
            Node d = dxs.get(xs.indexOf(in.get(j)));
            updates.put(d, orZeros(s.b, forward.of(step.next().get(j)), d));
        });
        operands.addAll(y.inputs().subList(carries, in.size()));
        operands.addAll(constants);
        Graph body = s.graph(names, Map.of(), updates);
        for (Node n : results) {
            Integer at = place.get(number(n));
            if (at != null) {
                tangents.add(n, b.apply(new Op.While(op.condition(), body, op.limit(), carries + place.size(), at), operands));
            }
        }
    }
}
