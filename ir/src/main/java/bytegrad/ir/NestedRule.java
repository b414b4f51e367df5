package bytegrad.ir;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Whether the graphs of a nested op fit its operands and each other, and what it gives. */
final class NestedRule {
    private final Op.Nested op;
    private final List<TensorType> in;

    NestedRule(Op.Nested op, List<TensorType> in) {
        this.op = op;
        this.in = in;
    }

    /** What a step gives, or the op itself where there are no steps: the same for all results of an op, and looked at in every graph inside. */
    List<TensorType> check() {
        for (Graph body : Bodies.of(op)) {
            body.hints().forEach((n, hint) -> {
                throw error("its body has the hint " + hint.text() + " on " + OpNames.of(n.op()) + " " + n + ", and nodes inside of bodies take none; "
                        + "give hints to the results");
            });
        }
        return switch (op) {
            case Op.Scan s -> scan(s);
            case Op.Cond c -> cond(c);
            case Op.While w -> loop(w);
            case Op.Custom c -> custom(c);
        };
    }

    TensorType infer() {
        return infer(check());
    }

    TensorType infer(List<TensorType> results) {
        int result = Bodies.result(op);
        if (result < 0 || result >= results.size()) {
            throw error("there is no result " + result + "; it has " + results.size());
        }
        // The stacks alone are of another type than what they are made of; whether they can be as large matters only where one is wanted.
        return op instanceof Op.Scan s && result >= s.carries() ? stacked(results.get(result), s.length()) : results.get(result);
    }

    private GraphException error(String what) {
        String operands = in.isEmpty() ? "" : in.stream().map(TensorType::toString).collect(Collectors.joining(", ", " of ", ""));
        return new GraphException(OpNames.of(op) + operands + ": " + what);
    }

    /** The types of what a step gives: carries, the y, carries once more. */
    private List<TensorType> scan(Op.Scan s) {
        count("length", s.length());
        count("carries", s.carries());
        count("scanned", s.scanned());
        if ((long) s.carries() + s.scanned() > in.size()) {
            throw error("needs " + s.carries() + " first values of carries and " + s.scanned() + " tensors to scan, and has "
                    + in.size() + " operands");
        }
        List<TensorType> carries = in.subList(0, s.carries());
        List<TensorType> slices = new ArrayList<>();
        for (int k = 0; k < s.scanned(); k++) {
            TensorType x = in.get(s.carries() + k);
            if (x.rank() == 0 || x.shape().dim(0) != s.length()) {
                throw error("x" + k + " is " + x + ", and of " + s.length() + " steps each needs a slice of it: its first axis must have "
                        + s.length() + " elements");
            }
            slices.add(x.with(x.shape().without(List.of(0))));
        }
        inputs("the body", s.body(), Map.of("c", carries, "x", slices, "k", in.subList(s.carries() + s.scanned(), in.size())));
        updates("the body", s.body(), true);
        List<TensorType> ys = outputs("the body", s.body());
        List<TensorType> results = new ArrayList<>(carries);
        results.addAll(ys);
        results.addAll(carries);
        return results;
    }

    private TensorType stacked(TensorType slice, int length) {
        List<Integer> dims = new ArrayList<>(slice.shape().dims());
        dims.addFirst(length);
        try {
            return slice.with(Shape.of(dims));
        } catch (GraphException e) {
            throw error(length + " slices of " + slice + ": " + e.getMessage());
        }
    }

    private List<TensorType> cond(Op.Cond c) {
        if (in.isEmpty() || !in.get(0).equals(TensorType.of(DType.BOOL))) {
            throw error("the first operand must be the condition, a bool scalar");
        }
        List<TensorType> constants = in.subList(1, in.size());
        inputs("the graph then", c.then(), Map.of("k", constants));
        inputs("the graph otherwise", c.otherwise(), Map.of("k", constants));
        updates("the graph then", c.then(), false);
        updates("the graph otherwise", c.otherwise(), false);
        List<TensorType> then = outputs("the graph then", c.then());
        List<TensorType> otherwise = outputs("the graph otherwise", c.otherwise());
        if (!then.equals(otherwise)) {
            throw error("the graph then gives " + then + ", the graph otherwise " + otherwise + "; they must give the same types");
        }
        return then;
    }

    private List<TensorType> loop(Op.While w) {
        count("limit", w.limit());
        count("carries", w.carries());
        if (w.carries() > in.size()) {
            throw error("needs " + w.carries() + " first values of carries, and has " + in.size() + " operands");
        }
        List<TensorType> carries = in.subList(0, w.carries());
        List<TensorType> constants = in.subList(w.carries(), in.size());
        inputs("the condition", w.condition(), Map.of("c", carries, "k", constants));
        updates("the condition", w.condition(), false);
        Map<String, Node> outputs = w.condition().outputs();
        Node go = outputs.get("go");
        if (go == null || outputs.size() > 1 || !go.type().equals(TensorType.of(DType.BOOL))) {
            throw error("the condition must have the one output \"go\", a bool scalar; it has " + named(outputs));
        }
        inputs("the body", w.body(), Map.of("c", carries, "k", constants));
        updates("the body", w.body(), true);
        if (!w.body().outputs().isEmpty()) {
            throw error("the body gives the next carries alone; it must not have the outputs " + named(w.body().outputs()));
        }
        return carries;
    }

    private List<TensorType> custom(Op.Custom c) {
        inputs("the body", c.body(), Map.of("k", in));
        updates("the body", c.body(), false);
        List<TensorType> ys = outputs("the body", c.body());
        inputs("the vjp", c.vjp(), Map.of("k", in, "y", ys, "dy", ys));
        updates("the vjp", c.vjp(), false);
        c.vjp().outputs().forEach((name, n) -> {
            OptionalInt k = Bodies.number("dk", name);
            if (k.isEmpty() || k.getAsInt() >= in.size()) {
                throw error("the vjp's output \"" + name + "\" is none of dk0 to dk" + (in.size() - 1));
            }
            TensorType operand = in.get(k.getAsInt());
            if (!operand.dtype().isFloat() || !operand.equals(n.type())) {
                throw error("the vjp's output \"" + name + "\" is " + n.type() + ", and operand " + k.getAsInt() + " is " + operand
                        + (operand.dtype().isFloat() ? "" : ", which has no cotangent"));
            }
        });
        return ys;
    }

    private void count(String what, int n) {
        if (n < 0) {
            throw error(what + " is " + n + ", and must not be negative");
        }
    }

    /** Each input is named by a role and a number, and has the type of what it stands for. */
    private void inputs(String where, Graph body, Map<String, List<TensorType>> roles) {
        Map<String, TensorType> known = new HashMap<>();
        roles.forEach((role, types) -> {
            for (int k = 0; k < types.size(); k++) {
                known.put(role + k, types.get(k));
            }
        });
        for (Node n : body.inputs()) {
            String name = ((Op.Input) n.op()).name();
            TensorType type = known.get(name);
            if (type == null) {
                String can = roles.entrySet().stream().filter(r -> !r.getValue().isEmpty()).sorted(Map.Entry.comparingByKey())
                        .map(r -> r.getValue().size() == 1 ? r.getKey() + "0" : r.getKey() + "0 to " + r.getKey() + (r.getValue().size() - 1))
                        .collect(Collectors.joining(", "));
                throw error(where + " has the input \"" + name + "\", and can have " + (can.isEmpty() ? "none" : can));
            }
            if (!type.equals(n.type())) {
                throw error(where + "'s input \"" + name + "\" is " + n.type() + ", and stands for a " + type);
            }
        }
    }

    private void updates(String where, Graph body, boolean carries) {
        for (Graph.Update u : body.updates()) {
            if (!carries || Bodies.number("c", u.name()).isEmpty()) {
                throw error(where + " updates \"" + u.name() + "\", and may update " + (carries ? "carries (c0, …) alone" : "nothing"));
            }
        }
    }

    /** The types of y0, y1, …, which must be all there is. */
    private List<TensorType> outputs(String where, Graph body) {
        List<TensorType> types = new ArrayList<>();
        for (int k = 0; k < body.outputs().size(); k++) {
            Node y = body.outputs().get("y" + k);
            if (y == null) {
                throw error(where + " has the outputs " + named(body.outputs()) + "; they must be named y0, y1 and so on");
            }
            types.add(y.type());
        }
        return types;
    }

    private static String named(Map<String, Node> outputs) {
        return outputs.entrySet().stream().map(o -> o.getKey() + " " + o.getValue().type()).collect(Collectors.joining(", ", "[", "]"));
    }
}
