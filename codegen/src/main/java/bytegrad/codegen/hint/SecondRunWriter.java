package bytegrad.codegen.hint;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes a graph with its second runs: one sweep says which runs of a node are needed, another makes them. Both are linear, and neither recurses. */
final class SecondRunWriter {
    private final Graph source;
    private final Map<Node, Hint> hints;
    private final boolean[] needed;
    private final boolean[] neededAgain;
    private final GraphBuilder b = new GraphBuilder();
    private final @Nullable Node[] first;
    private final @Nullable Node[] again;
    /** By the written graph's ids. */
    private final List<Integer> eras = new ArrayList<>();
    private final Map<Integer, Integer> subgraphs = new HashMap<>();
    private final Map<Integer, Integer> begun = new HashMap<>();

    SecondRunWriter(Graph source) {
        this.source = source;
        int n = source.nodes().size();
        needed = new boolean[n];
        neededAgain = new boolean[n];
        first = new Node[n];
        again = new Node[n];
        hints = new HashMap<>(source.hints());
        for (int i = n - 1; i >= 0; i--) {
            passOn(source.nodes().get(i));
        }
    }

    /** Whoever keeps a view of the same elements keeps what it looks at. */
    private void passOn(Node n) {
        boolean sameElements = n.op() instanceof Op.Reshape || n.op() instanceof Op.Transpose || n.op() instanceof Op.Flip;
        Hint hint = hints.get(n);
        if (!sameElements || hint == null || hint.isInside()) {
            return;
        }
        Node x = n.input(0);
        Hint below = hints.get(x);
        boolean source = x.op() instanceof Op.Input || x.op() instanceof Op.Constant;
        if (hint.kind() == Hint.Kind.CHECKPOINT) {
            if (hint.subgraph() > 0) {
                hints.put(n, new Hint(Hint.Kind.RESULT, hint.subgraph()));
            } else {
                hints.remove(n);
            }
            if (!source) {
                hints.put(x, new Hint(Hint.Kind.CHECKPOINT, below == null ? 0 : below.subgraph()));
            }
        } else if (below != null && below.isInside()) {
            hints.put(x, new Hint(Hint.Kind.RESULT, below.subgraph()));
        }
    }

    SecondRuns write() {
        demand();
        for (Node n : source.nodes()) {
            if (needed[n.id()]) {
                first[n.id()] = run(n, false);
            }
        }
        source.outputs().forEach((name, n) -> b.output(name, first(n)));
        source.updates().forEach(u -> b.update(first(u.state()), first(u.value())));
        Graph graph = b.build();
        if (graph.nodes().size() != eras.size()) {
            throw new IllegalStateException(eras.size() + " runs were written, and " + graph.nodes().size() + " are needed");
        }
        Map<Node, Integer> of = new HashMap<>();
        subgraphs.forEach((id, g) -> of.put(graph.nodes().get(id), g));
        Map<Node, Integer> era = new HashMap<>();
        for (Node n : graph.nodes()) {
            if (eras.get(n.id()) > 0) {
                era.put(n, eras.get(n.id()));
            }
        }
        return new SecondRuns(source, graph, of, era, begun, Map.of(), KeptNodes.NONE);
    }

    private Node first(Node n) {
        return Objects.requireNonNull(first[n.id()], "a node that is needed was not written");
    }

    /** Which runs somebody reads: readers have higher ids, and are met before. */
    private void demand() {
        source.outputs().values().forEach(n -> needed[n.id()] = true);
        source.updates().forEach(u -> needed[u.state().id()] = needed[u.value().id()] = true);
        for (int i = needed.length - 1; i >= 0; i--) {
            Node n = source.nodes().get(i);
            for (Node x : n.inputs()) {
                needed[x.id()] |= needed[i] && !isReadAgain(n, false, x) || neededAgain[i] && !isReadAgain(n, true, x);
                neededAgain[x.id()] |= needed[i] && isReadAgain(n, false, x) || neededAgain[i] && isReadAgain(n, true, x);
            }
        }
    }

    /** Whether a run of a node reads the second run of an operand. */
    private boolean isReadAgain(Node n, boolean second, Node x) {
        Hint of = hints.get(x);
        if (of == null || !of.isInside()) {
            return false;
        }
        Hint by = hints.get(n);
        return by == null || by.subgraph() != of.subgraph() || second;
    }

    /** Writes a run of a node, and the second runs that it reads and that are not yet written. */
    private Node run(Node node, boolean second) {
        Deque<Node> todo = new ArrayDeque<>();
        node.inputs().stream().filter(x -> isReadAgain(node, second, x)).forEach(todo::push);
        while (!todo.isEmpty()) {
            Node x = todo.peek();
            List<Node> missing = again[x.id()] != null ? List.of()
                    : x.inputs().stream().filter(y -> isReadAgain(x, true, y) && again[y.id()] == null).toList();
            if (!missing.isEmpty()) {
                missing.forEach(todo::push);
                continue;
            }
            todo.pop();
            if (again[x.id()] == null) {
                again[x.id()] = written(x, true);
            }
        }
        return written(node, second);
    }

    private Node written(Node node, boolean second) {
        List<Node> in = new ArrayList<>();
        int era = 0;
        for (Node x : node.inputs()) {
            in.add(Objects.requireNonNull(isReadAgain(node, second, x) ? again[x.id()] : first[x.id()]));
            era = Math.max(era, eras.get(in.getLast().id()));
        }
        Hint hint = hints.get(node);
        Node run;
        if (second) {
            int subgraph = Objects.requireNonNull(hint).subgraph();
            era = Math.max(era, begun.computeIfAbsent(subgraph, _ -> begun.size() + 1));
            run = b.again(node.op(), in);
            subgraphs.put(run.id(), subgraph);
            b.label(run, source.nameOf(node) + " again");
        } else {
            run = b.apply(node.op(), in);
            // Numbers differ between the two graphs; people see those of the source.
            if (source.labels().containsKey(node) || !(node.op() instanceof Op.Input)) {
                b.label(run, source.nameOf(node));
            }
            if (hint != null) {
                checkFirst(node, hint, era);
                b.hint(run, hint);
            }
        }
        eras.add(era);
        return run;
    }

    private void checkFirst(Node node, Hint hint, int era) {
        Integer begins = begun.get(hint.subgraph());
        if (begins != null && era >= begins) {
            throw new GraphException("recompute: subgraph " + hint.subgraph() + " cannot be computed again: " + Graph.opName(node.op()) + " " + node
                    + " is of it, and depends on a node outside that reads what is inside; make that node part of the subgraph, or leave "
                    + Graph.opName(node.op()) + " " + node + " out of it");
        }
    }
}
