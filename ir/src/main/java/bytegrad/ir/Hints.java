package bytegrad.ir;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The hints of one builder's nodes. A subgraph's results are what it is made for, and what no other node of it reads: they are values like any other; all
 * else of it is inside.
 *
 * <pre>
 * z = contract(x, w)   a = tanh(z)   h = add(a, x)      the subgraph {z, a, h}: z and a inside, h its result
 * dz = mul(dh, 1 - a²)                                  not of the subgraph: reads a from another run
 * </pre>
 */
final class Hints {
    private final Map<Node, Hint> hints = new HashMap<>();
    private int subgraphs;
    /** A function is adding the nodes of a subgraph. */
    private boolean recording;

    @Nullable Hint of(Node n) {
        return hints.get(n);
    }

    Map<Node, Hint> all() {
        return hints;
    }

    private static GraphException refused(String what, String why) {
        GraphException plain = new GraphException(what + ": " + why);
        return new GraphException(plain.getMessage() + CallSite.suffix(), plain);
    }

    private static String name(Node n) {
        return n.op() instanceof Op.Input(String name, TensorType type) ? "input \"" + name + "\" " + type : OpNames.of(n.op()) + " " + n;
    }

    private static boolean isSource(Node n) {
        return n.op() instanceof Op.Input || n.op() instanceof Op.Constant;
    }

    private static void checkComputed(String what, Node n) {
        if (isSource(n)) {
            throw refused(what + " of " + name(n), "it is not computed, and keeps a place of its own for a session's life; leave the hint out");
        }
    }

    void checkpoint(Node n) {
        checkComputed("checkpoint", n);
        Hint known = hints.get(n);
        if (known != null && known.isInside()) {
            throw refused("checkpoint of " + name(n), "it is inside of subgraph " + known.subgraph()
                    + ", of which nothing is to be kept; call checkpoint within the function that recompute is given, or leave one of the two out");
        }
        hints.put(n, known == null ? Hint.CHECKPOINT : new Hint(Hint.Kind.CHECKPOINT, known.subgraph()));
    }

    /** A subgraph of these very nodes. */
    void recompute(List<Node> nodes, List<Node> all) {
        Set<Node> members = new LinkedHashSet<>(nodes);
        for (Node n : members) {
            checkComputed("recompute", n);
            Hint known = hints.get(n);
            if (known != null) {
                throw refused("recompute of " + name(n), known.subgraph() > 0 ? "it belongs to subgraph " + known.subgraph() + " already, and a node can be of one only"
                        : "it is a checkpoint, which is kept; leave one of the two out");
            }
        }
        Set<Node> insides = readWithin(members);
        checkClosed(members, insides, all);
        mark(members, insides);
    }

    private static Set<Node> readWithin(Set<Node> members) {
        Set<Node> read = new HashSet<>();
        members.forEach(n -> n.inputs().stream().filter(members::contains).forEach(read::add));
        return read;
    }

    /** No path may leave the insides and come back: what it leads to could be computed neither before nor after the second run. */
    private static void checkClosed(Set<Node> members, Set<Node> insides, List<Node> all) {
        int first = members.stream().mapToInt(Node::id).min().orElse(0);
        int last = members.stream().mapToInt(Node::id).max().orElse(-1);
        // Nodes beside the subgraph that depend on its insides, each with the first of them on its way.
        Map<Node, Node> beside = new HashMap<>();
        for (Node n : all.subList(first, last + 1)) {
            for (Node x : n.inputs()) {
                Node by = beside.get(x);
                if (by != null && members.contains(n)) {
                    throw refused("recompute", name(by) + " is not of the subgraph, but reads a node inside of it, and is needed by " + name(n)
                            + ", which is of it; add it to the subgraph");
                }
                if (!members.contains(n) && (by != null || insides.contains(x))) {
                    beside.putIfAbsent(n, by != null ? by : n);
                }
            }
        }
    }

    /** What a function adds to the builder becomes a subgraph; nothing is marked if it fails. */
    <T> T recording(List<Node> all, Supplier<T> write, Function<T, List<Node>> results) {
        if (recording) {
            throw refused("recompute", "it is called within the function of another recompute, to whose subgraph its nodes belong already; leave the inner one out");
        }
        int from = all.size();
        T made;
        recording = true;
        try {
            made = write.get();
        } finally {
            recording = false;
        }
        Set<Node> members = all.subList(from, all.size()).stream().filter(n -> !isSource(n)).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<Node> insides = readWithin(members);
        results.apply(made).forEach(insides::remove);
        insides.removeIf(n -> hints.get(n) != null);
        mark(members, insides);
        return made;
    }

    private void mark(Set<Node> members, Set<Node> insides) {
        if (insides.isEmpty()) {
            String all = members.stream().limit(4).map(Hints::name).collect(Collectors.joining(", ", "", members.size() > 4 ? " …" : ""));
            throw refused("recompute", "nothing is inside of the subgraph, so that nothing could be computed again: "
                    + (members.isEmpty() ? "it has no nodes of its own" : "all it has are results and checkpoints, which are kept (" + all + ")")
                    + "; make it larger, or leave the hint out");
        }
        int number = ++subgraphs;
        for (Node n : members) {
            Hint.Kind kind = hints.get(n) != null ? Hint.Kind.CHECKPOINT : insides.contains(n) ? Hint.Kind.RECOMPUTE : Hint.Kind.RESULT;
            hints.put(n, new Hint(kind, number));
        }
    }

    /** A node that is made once more within another subgraph's function is the value of both, and so kept as a result is. */
    void madeAgain(Node n) {
        Hint known = recording ? hints.get(n) : null;
        if (known != null && known.isInside()) {
            hints.put(n, new Hint(Hint.Kind.RESULT, known.subgraph()));
        }
    }

    /** The hint as it stands. */
    void put(Node n, Hint hint) {
        checkComputed("hint " + hint.text(), n);
        Hint known = hints.putIfAbsent(n, hint);
        if (known != null && !known.equals(hint)) {
            throw refused("hint " + hint.text() + " of " + name(n), "it has the hint " + known.text() + " already; a node can have one only");
        }
        subgraphs = Math.max(subgraphs, hint.subgraph());
    }

    /** The hints of another graph, whose subgraphs get numbers that are not taken. */
    Map<Node, Hint> renumbered(Map<Node, Hint> others) {
        Map<Integer, Integer> numbers = new HashMap<>();
        others.values().stream().map(Hint::subgraph).filter(g -> g > 0).distinct().sorted().forEach(g -> numbers.put(g, subgraphs + 1 + numbers.size()));
        Map<Node, Hint> own = new HashMap<>();
        others.forEach((n, h) -> own.put(n, new Hint(h.kind(), numbers.getOrDefault(h.subgraph(), 0))));
        return own;
    }

    /** See {@link GraphBuilder#inherit}. */
    void inherit(Hint hint, Node now, List<Node> made, boolean isNew) {
        subgraphs = Math.max(subgraphs, hint.subgraph());
        int own = hint.subgraph();
        if (own > 0) {
            made.stream().filter(n -> n != now && !isSource(n)).forEach(n -> hints.putIfAbsent(n, new Hint(Hint.Kind.RECOMPUTE, own)));
        }
        if (isSource(now)) {
            return;
        }
        Hint known = hints.get(now);
        boolean member = own > 0 && (isNew || now.inputs().stream().map(hints::get).anyMatch(h -> h != null && h.isInside() && h.subgraph() == own));
        int subgraph = known != null ? known.subgraph() : member ? own : 0;
        switch (hint.kind()) {
            case CHECKPOINT -> hints.put(now, new Hint(Hint.Kind.CHECKPOINT, subgraph));
            case RESULT -> {
                if (subgraph > 0 && (known == null || known.isInside())) {
                    hints.put(now, new Hint(Hint.Kind.RESULT, subgraph));
                }
            }
            case RECOMPUTE -> {
                if (known == null && member) {
                    hints.put(now, hint);
                }
            }
        }
    }
}
