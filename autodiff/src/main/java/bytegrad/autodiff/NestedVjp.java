package bytegrad.autodiff;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The cotangents of the ops that run other graphs. All results of one op are pulled back together, once the walk has come to the one of the
 * lowest id: every reader of any of them has a higher one.
 *
 * <p>Of a scan it is a scan in the other direction, whose step computes the forward step again from the carries before it, and pulls
 * back through it; so its code is that of one step, and its cost one forward and one backward step for each.
 */
final class NestedVjp {
    private final GraphBuilder b;
    private final Cotangents cotangents;
    private @Nullable Siblings siblings;

    NestedVjp(GraphBuilder b, Cotangents cotangents) {
        this.b = b;
        this.cotangents = cotangents;
    }

    void pull(Op.Nested op, Node y) {
        if (siblings == null) {
            siblings = new Siblings(cotangents.paths().ascending());
        }
        List<Node> results = siblings.of(op, y);
        if (results.get(0) != y) {
            return;
        }
        Map<Integer, Node> dys = new TreeMap<>();
        for (Node r : results) {
            Node dy = cotangents.of(r);
            if (dy != null && r.op() instanceof Op.Nested o) {
                dys.put(Bodies.result(o), dy);
            }
        }
        if (dys.isEmpty()) {
            return;
        }
        switch (op) {
            case Op.Scan o -> scan(o, y, dys);
            case Op.Cond o -> cond(o, y, dys);
            case Op.While o -> loop(o, y, dys);
            case Op.Custom o -> custom(o, y, dys);
        }
    }

    private boolean wants(Node y, int k) {
        return cotangents.wants(y.input(k));
    }

    /** The operand's cotangent, if there is one. */
    private void add(Node y, int k, @Nullable Node dx) {
        if (dx != null) {
            cotangents.add(y.input(k), dx);
        }
    }

    private void scan(Op.Scan op, Node y, Map<Integer, Node> dys) {
        int carries = op.carries();
        int outputs = op.body().outputs().size();
        int constants = carries + op.scanned();
        Rolled r = new Rolled();
        List<Node> c = IntStream.range(0, carries)
                .mapToObj(j -> r.slice(y.input(j).type(), () -> b.apply(Bodies.result(op, carries + outputs + j), y.inputs())))
                .toList();
        List<Node> x = IntStream.range(carries, constants).mapToObj(k -> r.slice(y.input(k))).toList();
        List<Node> k = IntStream.range(constants, y.inputs().size()).mapToObj(i -> r.constant(y.input(i))).toList();
        Loop step = Loop.inline(r.body, op.body(), c, x, k);

        // What is asked for, and what is given, of the results of one step.
        List<Node> wrt = new ArrayList<>();
        IntStream.range(0, x.size()).filter(i -> wants(y, carries + i)).forEach(i -> wrt.add(x.get(i)));
        IntStream.range(0, k.size()).filter(i -> wants(y, constants + i)).forEach(i -> wrt.add(k.get(i)));
        List<Node> ys = new ArrayList<>();
        List<Node> dy = new ArrayList<>();
        Set<Integer> wanted = new HashSet<>();
        Set<Integer> given = new HashSet<>();
        for (int j = 0; j < carries; j++) {
            if (wants(y, j)) {
                wanted.add(j);
            }
            if (dys.containsKey(j) || dys.containsKey(carries + outputs + j)) {
                given.add(j);
            }
        }
        for (int i = 0; i < outputs; i++) {
            Node d = dys.get(carries + i);
            if (d != null) {
                ys.add(step.ys().get(i));
                dy.add(r.slice(d));
            }
        }
        Flow flow = Flow.ofFloats(r.body, c, step.next());
        Set<Integer> active = flow.from(wanted, wrt);
        active.retainAll(flow.to(given, ys));

        Map<Integer, Node> dc = new TreeMap<>();
        for (int j : active) {
            Node last = dys.get(j);
            dc.put(j, r.carry(y.input(j).type(), () -> last != null ? last : b.zerosLike(y.input(j))));
            ys.add(step.next().get(j));
            dy.add(dc.get(j));
            wrt.add(c.get(j));
        }
        Cotangents back = Gradient.walk(r.body, ys, dy, wrt);
        dc.forEach((j, d) -> {
            Node before = back.of(c.get(j));
            Node stack = dys.get(carries + outputs + j);
            if (stack != null) {
                Node slice = r.slice(stack);
                before = before == null ? slice : Cotangents.sum(r.body, before, slice);
            }
            r.next(d, before != null ? before : r.body.zerosLike(d), wants(y, j));
        });
        Map<Integer, Integer> dx = new TreeMap<>();
        for (int i = 0; i < x.size(); i++) {
            Node d = wants(y, carries + i) ? back.of(x.get(i)) : null;
            if (d != null) {
                dx.put(carries + i, dx.size());
                r.output(d);
            }
        }
        Map<Integer, Node> dk = new TreeMap<>();
        for (int i = 0; i < k.size(); i++) {
            Node d = wants(y, constants + i) ? back.of(k.get(i)) : null;
            if (d != null) {
                int operand = constants + i;
                Node sum = r.carry(d.type(), () -> b.zerosLike(y.input(operand)));
                r.next(sum, Cotangents.sum(r.body, sum, d), true);
                dk.put(operand, sum);
            }
        }
        Rolled.Results results = r.finish(b, op.length(), !op.reverse());
        dc.forEach((j, d) -> {
            if (wants(y, j)) {
                add(y, j, results.last(d));
            }
        });
        dx.forEach((operand, i) -> add(y, operand, results.ys().get(i)));
        dk.forEach((operand, d) -> add(y, operand, results.last(d)));
    }

    /** The same choice between the branches pulled back, each of which computes its forward again. */
    private void cond(Op.Cond op, Node y, Map<Integer, Node> dys) {
        Forked f = new Forked();
        y.inputs().stream().skip(1).forEach(f::operand);
        Map<Integer, Integer> dy = new TreeMap<>();
        dys.forEach((r, d) -> dy.put(r, f.operand(d)));
        List<Integer> wanted = IntStream.range(1, y.inputs().size()).filter(k -> wants(y, k)).boxed().toList();
        Cotangents then = branch(f.then, op.then(), y, dy, wanted);
        Cotangents otherwise = branch(f.otherwise, op.otherwise(), y, dy, wanted);
        List<Integer> reached = new ArrayList<>();
        for (int k : wanted) {
            Node a = then.of(f.then.operand(k - 1));
            Node c = otherwise.of(f.otherwise.operand(k - 1));
            if (a != null || c != null) {
                f.output(y.input(k).type(), a, c);
                reached.add(k);
            }
        }
        List<Node> results = f.finish(b, y.input(0));
        for (int i = 0; i < reached.size(); i++) {
            add(y, reached.get(i), results.get(i));
        }
    }

    private static Cotangents branch(Forked.Branch branch, Graph body, Node y, Map<Integer, Integer> dy, List<Integer> wanted) {
        List<Node> k = IntStream.range(0, y.inputs().size() - 1).mapToObj(branch::operand).toList();
        List<Node> ys = Loop.ys(branch.b.inline(body, Loop.named("k", k)));
        return Gradient.walk(branch.b, dy.keySet().stream().map(ys::get).toList(), dy.values().stream().map(branch::operand).toList(),
                wanted.stream().map(i -> k.get(i - 1)).toList());
    }

    /** The number of steps is not known, so that nothing can be stacked for the way back. */
    private void loop(Op.While op, Node y, Map<Integer, Node> dys) {
        Sketch s = new Sketch();
        List<Node> in = y.inputs().stream().map(x -> s.placeholder(x.type())).toList();
        Loop step = Loop.inline(s.b, op.body(), in.subList(0, op.carries()), List.of(), in.subList(op.carries(), in.size()));
        Set<Integer> wanted = new HashSet<>();
        IntStream.range(0, op.carries()).filter(j -> wants(y, j)).forEach(wanted::add);
        List<Node> wrt = IntStream.range(op.carries(), in.size()).filter(k -> wants(y, k)).mapToObj(in::get).toList();
        Set<Integer> active = Flow.ofFloats(s.b, step.carries(), step.next()).from(wanted, wrt);
        if (dys.keySet().stream().anyMatch(active::contains)) {
            throw GraphException.at("gradient through " + Gradient.name(y) + ": how many steps it takes is not known when the graph is built, so it"
                    + " does not run backwards; use boundedWhile, which takes a bound on them, or forward mode (Gradient.pushforward)");
        }
    }

    private void custom(Op.Custom op, Node y, Map<Integer, Node> dys) {
        Map<String, Node> in = Loop.named("k", y.inputs());
        for (int r = 0; r < Bodies.results(op); r++) {
            Node result = b.apply(Bodies.result(op, r), y.inputs());
            Node dy = dys.get(r);
            in.put("y" + r, result);
            in.put("dy" + r, dy != null ? dy : b.zerosLike(result));
        }
        Map<String, Node> out = b.inline(op.vjp(), in).outputs();
        for (int k = 0; k < y.inputs().size(); k++) {
            Node dk = out.get("dk" + k);
            add(y, k, dk);
        }
    }
}
