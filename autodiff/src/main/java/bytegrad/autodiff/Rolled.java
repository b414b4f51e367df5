package bytegrad.autodiff;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A {@link Op.Scan} being written: its step in {@link #body}, and the operands each of the step's inputs stands for. What no wanted result needs
 * is left out, carries and operands included.
 */
final class Rolled {
    private record Carry(Node in, Supplier<Node> first) {}

    private record Operand(Node in, Supplier<Node> given) {}

    private final Sketch sketch = new Sketch();
    private final List<Carry> carries = new ArrayList<>();
    private final List<Operand> slices = new ArrayList<>();
    private final List<Operand> constants = new ArrayList<>();
    private final Map<Node, Node> next = new HashMap<>();
    private final List<Node> wanted = new ArrayList<>();
    private final List<Node> ys = new ArrayList<>();

    final GraphBuilder body = sketch.b;

    /** A carry with its first value, which is made only if the carry is kept. */
    Node carry(TensorType type, Supplier<Node> first) {
        Node in = sketch.placeholder(type);
        carries.add(new Carry(in, first));
        return in;
    }

    /** What a step sees of an operand with one slice a step. */
    Node slice(TensorType slice, Supplier<Node> x) {
        Node in = sketch.placeholder(slice);
        slices.add(new Operand(in, x));
        return in;
    }

    Node slice(Node x) {
        return slice(row(x.type()), () -> x);
    }

    Node constant(Node k) {
        Node in = sketch.placeholder(k.type());
        constants.add(new Operand(in, () -> k));
        return in;
    }

    /** The value of a carry after the step; wanted if the scan's result is, else kept only where other values need it. */
    void next(Node carry, Node value, boolean isWanted) {
        next.put(carry, value);
        if (isWanted) {
            wanted.add(carry);
        }
    }

    /** A result of every step. */
    void output(Node y) {
        ys.add(y);
    }

    /**
     * The results of the finished scan.
     *
     * @param last of each carry that was kept, by the step's input
     * @param stacked carries before each step, likewise
     * @param ys of each output, in order
     */
    record Results(Map<Node, Supplier<Node>> last, Map<Node, Supplier<Node>> stacked, List<Node> ys) {
        Results {
            last = Map.copyOf(last);
            stacked = Map.copyOf(stacked);
            ys = List.copyOf(ys);
        }

        Node last(Node carry) {
            return Objects.requireNonNull(last.get(carry)).get();
        }

        Node stacked(Node carry) {
            return Objects.requireNonNull(stacked.get(carry)).get();
        }
    }

    /** The scan, in the builder of the operands. */
    Results finish(GraphBuilder b, int length, boolean reverse) {
        if (wanted.isEmpty() && ys.isEmpty()) {
            return new Results(Map.of(), Map.of(), List.of());
        }
        boolean[] needed = needed();
        Map<Node, String> names = new HashMap<>();
        Map<Node, Node> updates = new LinkedHashMap<>();
        List<Node> operands = new ArrayList<>();
        List<Node> kept = new ArrayList<>();
        for (Carry c : carries) {
            if (needed[c.in().id()]) {
                names.put(c.in(), "c" + kept.size());
                updates.put(c.in(), after(c));
                kept.add(c.in());
                operands.add(c.first().get());
            }
        }
        int scanned = name("x", slices, needed, names, operands);
        name("k", constants, needed, names, operands);
        Map<String, Node> outputs = new LinkedHashMap<>();
        ys.forEach(y -> outputs.put("y" + outputs.size(), y));
        Graph graph = sketch.graph(names, outputs, updates);

        Map<Node, Supplier<Node>> last = new HashMap<>();
        Map<Node, Supplier<Node>> stacked = new HashMap<>();
        List<Node> stackedYs = new ArrayList<>();
        for (int j = 0; j < kept.size(); j++) {
            int at = j;
            last.put(kept.get(j), () -> result(b, graph, length, reverse, kept.size(), scanned, at, operands));
            stacked.put(kept.get(j), () -> result(b, graph, length, reverse, kept.size(), scanned, kept.size() + ys.size() + at, operands));
        }
        for (int i = 0; i < ys.size(); i++) {
            stackedYs.add(result(b, graph, length, reverse, kept.size(), scanned, kept.size() + i, operands));
        }
        return new Results(last, stacked, stackedYs);
    }

    private static Node result(
            GraphBuilder b, Graph body, int length, boolean reverse, int carries, int scanned, int result, List<Node> operands) {
        return b.apply(new Op.Scan(body, length, reverse, carries, scanned, result), operands);
    }

    private Node after(Carry c) {
        return Objects.requireNonNull(next.get(c.in()));
    }

    /** A carry that anything needs needs its own next value. */
    private boolean[] needed() {
        List<Node> roots = new ArrayList<>(ys);
        wanted.forEach(c -> roots.addAll(List.of(c, Objects.requireNonNull(next.get(c)))));
        boolean[] needed = sketch.needed(roots);
        for (boolean grew = true; grew; ) {
            grew = false;
            for (Carry c : carries) {
                if (needed[c.in().id()] && !needed[after(c).id()]) {
                    roots.add(after(c));
                    grew = true;
                }
            }
            needed = grew ? sketch.needed(roots) : needed;
        }
        return needed;
    }

    private static int name(String role, List<Operand> all, boolean[] needed, Map<Node, String> names, List<Node> operands) {
        int n = 0;
        for (Operand o : all) {
            if (needed[o.in().id()]) {
                names.put(o.in(), role + n++);
                operands.add(o.given().get());
            }
        }
        return n;
    }

    /** The type of one slice along the leading axis. */
    static TensorType row(TensorType x) {
        return x.with(x.shape().without(List.of(0)));
    }
}
