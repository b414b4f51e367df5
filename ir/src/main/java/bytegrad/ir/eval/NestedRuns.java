package bytegrad.ir.eval;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Loops, branches and subgraphs of one run of a graph: each is run once for all of its results. */
final class NestedRuns {
    private record Group(Op.Nested op, List<Node> inputs) {}

    private final Map<Group, List<Supplier<Value>>> done = new HashMap<>();

    Value result(Graph graph, Node node, Op.Nested op, List<Value> in) {
        Group group = new Group(Bodies.result(op, 0), node.inputs());
        List<Supplier<Value>> results = done.get(group);
        if (results == null) {
            results = switch (op) {
                case Op.Scan s -> scan(s, in);
                case Op.Cond c -> outputs(run(in.get(0).longAt(0) != 0 ? c.then() : c.otherwise(), Map.of("k", in.subList(1, in.size()))));
                case Op.While w -> loop(graph, node, w, in);
                case Op.Custom c -> outputs(run(c.body(), Map.of("k", in)));
            };
            done.put(group, results);
        }
        return results.get(Bodies.result(op)).get();
    }

    /** Runs a body on values by role and number; it need not read all of them. */
    private static Interpreter.Result run(Graph body, Map<String, List<Value>> roles) {
        Map<String, Value> all = new HashMap<>();
        roles.forEach((role, values) -> {
            for (int k = 0; k < values.size(); k++) {
                all.put(role + k, values.get(k));
            }
        });
        Map<String, Value> inputs = new LinkedHashMap<>();
        body.inputs().forEach(n -> {
            String name = ((Op.Input) n.op()).name();
            Value v = all.get(name);
            if (v != null) {
                inputs.put(name, v);
            }
        });
        return Interpreter.run(body, inputs);
    }

    private static List<Supplier<Value>> outputs(Interpreter.Result r) {
        List<Supplier<Value>> ys = new ArrayList<>();
        for (int k = 0; k < r.graph().outputs().size(); k++) {
            Value y = r.output("y" + k);
            ys.add(() -> y);
        }
        return ys;
    }

    private static List<Supplier<Value>> known(List<Value> values) {
        List<Supplier<Value>> known = new ArrayList<>();
        values.forEach(v -> known.add(() -> v));
        return known;
    }

    private static List<Value> next(List<Value> carries, Interpreter.Result r) {
        Map<String, Value> updates = r.updates();
        List<Value> next = new ArrayList<>();
        for (int k = 0; k < carries.size(); k++) {
            next.add(updates.getOrDefault("c" + k, carries.get(k)));
        }
        return next;
    }

    private static List<Supplier<Value>> scan(Op.Scan s, List<Value> in) {
        List<Value> carries = in.subList(0, s.carries());
        List<Value> xs = in.subList(s.carries(), s.carries() + s.scanned());
        List<Value> constants = in.subList(s.carries() + s.scanned(), in.size());
        List<Stack> ys = new ArrayList<>();
        for (int k = 0; k < s.body().outputs().size(); k++) {
            ys.add(new Stack(s.length(), s.body().output("y" + k).type()));
        }
        List<Stack> before = carries.stream().map(c -> new Stack(s.length(), c.type())).toList();
        for (int step = 0; step < s.length(); step++) {
            int t = s.reverse() ? s.length() - 1 - step : step;
            Interpreter.Result r = run(s.body(), Map.of("c", carries, "x", xs.stream().map(x -> slice(x, t)).toList(), "k", constants));
            for (int k = 0; k < ys.size(); k++) {
                ys.get(k).put(t, r.output("y" + k));
            }
            for (int k = 0; k < before.size(); k++) {
                before.get(k).put(t, carries.get(k));
            }
            carries = next(carries, r);
        }
        List<Supplier<Value>> results = known(carries);
        ys.forEach(y -> results.add(y::value));
        before.forEach(c -> results.add(c::value));
        return results;
    }

    private static List<Supplier<Value>> loop(Graph graph, Node node, Op.While w, List<Value> in) {
        List<Value> carries = in.subList(0, w.carries());
        List<Value> constants = in.subList(w.carries(), in.size());
        int steps = 0;
        while (run(w.condition(), Map.of("c", carries, "k", constants)).output("go").longAt(0) != 0) {
            if (steps++ == w.limit()) {
                throw new StepLimitException("while " + graph.nameOf(node) + ": it would go on after its limit of " + w.limit() + " steps");
            }
            carries = next(carries, run(w.body(), Map.of("c", carries, "k", constants)));
        }
        return known(carries);
    }

    private static Value slice(Value x, int t) {
        TensorType type = x.type().with(x.shape().without(List.of(0)));
        int size = type.size();
        if (x.isFloat()) {
            return Value.owning(type, java.util.Arrays.copyOfRange(x.rawDoubles(), t * size, (t + 1) * size));
        }
        return Value.owning(type, java.util.Arrays.copyOfRange(x.rawLongs(), t * size, (t + 1) * size));
    }

    /** Slices of one type, side by side once that is asked for: one that is too large, or of too many axes, is nobody's result. */
    private static final class Stack {
        private final TensorType slice;
        private final List<Value> parts;

        Stack(int length, TensorType slice) {
            this.slice = slice;
            this.parts = new ArrayList<>(java.util.Collections.nCopies(length, Value.zeros(slice)));
        }

        void put(int t, Value v) {
            parts.set(t, v);
        }

        Value value() {
            List<Integer> dims = new ArrayList<>(slice.shape().dims());
            dims.addFirst(parts.size());
            TensorType type = slice.with(bytegrad.ir.Shape.of(dims));
            int size = slice.size();
            if (slice.dtype().isFloat()) {
                double[] y = new double[type.size()];
                for (int t = 0; t < parts.size(); t++) {
                    System.arraycopy(parts.get(t).rawDoubles(), 0, y, t * size, size);
                }
                return Value.owning(type, y);
            }
            long[] y = new long[type.size()];
            for (int t = 0; t < parts.size(); t++) {
                System.arraycopy(parts.get(t).rawLongs(), 0, y, t * size, size);
            }
            return Value.owning(type, y);
        }
    }
}
