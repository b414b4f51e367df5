package bytegrad.codegen.nest;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * A scan that keeps the carries before some of its steps only, since whoever reads them can run those between again.
 *
 * @param scan one of its results
 * @param carries the numbers of those that are kept: all that change and that others are computed from
 */
public record CutScan(Node scan, Set<Integer> carries, Checkpointing checkpointing) {
    public CutScan {
        carries = java.util.Collections.unmodifiableSet(new TreeSet<>(carries));
    }

    Op.Scan op() {
        return (Op.Scan) scan.op();
    }

    /** Which carry a stack holds. */
    static int carry(Node stack) {
        Op.Scan s = (Op.Scan) stack.op();
        return s.result() - s.carries() - s.body().outputs().size();
    }

    /** Of a scan, whose carries before each step these are. */
    static CutScan of(List<Node> stacks, Checkpointing checkpointing) {
        Set<Integer> carries = new TreeSet<>();
        stacks.forEach(n -> carries.add(carry(n)));
        return new CutScan(stacks.getFirst(), moving(((Op.Scan) stacks.getFirst().op()).body(), carries), checkpointing);
    }

    /** Of these carries and all that they are computed from, those that change. */
    private static Set<Integer> moving(Graph body, Set<Integer> carries) {
        Map<Integer, Node> next = new HashMap<>();
        body.updates().stream().filter(u -> u.value() != u.state())
                .forEach(u -> next.put(Bodies.number("c", u.name()).orElseThrow(), u.value()));
        Set<Integer> moving = new TreeSet<>();
        Deque<Integer> todo = new ArrayDeque<>(carries);
        while (!todo.isEmpty()) {
            int c = todo.pop();
            Node value = next.get(c);
            if (value != null && moving.add(c)) {
                todo.addAll(inputs(value));
            }
        }
        return moving;
    }

    /** The carries that a node of a body is computed from. */
    private static Set<Integer> inputs(Node value) {
        Set<Integer> carries = new TreeSet<>();
        Set<Node> seen = new HashSet<>();
        Deque<Node> todo = new ArrayDeque<>(List.of(value));
        while (!todo.isEmpty()) {
            Node n = todo.pop();
            if (seen.add(n)) {
                OptionalInt carry = n.op() instanceof Op.Input(String name, var _) ? Bodies.number("c", name) : OptionalInt.empty();
                carry.ifPresent(carries::add);
                todo.addAll(n.inputs());
            }
        }
        return carries;
    }

    /** The step as far as these carries need it. */
    Graph step() {
        Graph body = op().body();
        GraphBuilder b = new GraphBuilder();
        Map<String, Node> inputs = new HashMap<>();
        for (Node n : body.inputs()) {
            inputs.put(((Op.Input) n.op()).name(), b.apply(n.op(), List.of()));
        }
        GraphBuilder.Inlined copy = b.inline(body, inputs);
        body.labels().forEach((n, label) -> b.label(copy.nodes().get(n.id()), label));
        carries.forEach(c -> b.update(Objects.requireNonNull(inputs.get("c" + c)), Objects.requireNonNull(copy.updates().get("c" + c))));
        return b.build();
    }
}
