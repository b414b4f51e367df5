package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Values that the loop of a reduction computes along a row and that loops behind it read again wait in scratch: the powers of a softmax, whose sum is
 * known only when all of them are. Those that are read again only to be stored, as a result of the kernel, are stored by that loop.
 */
final class KeptRows {
    /** The node at an index whose axis runs along the row, and is 0 here. */
    record Row(Node node, List<Index> index, int axis) {}

    private final Set<Node> worthwhile = new HashSet<>();
    /** Of those, results that nothing here reads but one reduction. */
    private final Set<Node> results = new HashSet<>();
    /** How many reductions are nested in a node. */
    private final Map<Node, Integer> depths = new HashMap<>();
    private final Predicate<Node> isLoaded;
    private final Buffers buffers;

    /** @param states new values of states, which may be written in place: not before all else was read */
    KeptRows(Set<Node> roots, Set<Node> states, Predicate<Node> isLoaded, Buffers buffers) {
        this.isLoaded = isLoaded;
        this.buffers = buffers;
        measure(roots, states);
    }

    /** Follows the roots to what is loaded: which values take long, are read, or stored, at several places, and how deep reductions are nested in each. */
    private void measure(Set<Node> roots, Set<Node> states) {
        Map<Node, Integer> readers = new HashMap<>();
        Set<Node> readByOthersThanReductions = new HashSet<>();
        Map<Node, Set<Node>> operands = new HashMap<>();
        Deque<Node> open = new ArrayDeque<>();
        for (Node root : roots) {
            readers.merge(root, 1, Integer::sum);
            open.add(root);
        }
        while (!open.isEmpty()) {
            Node n = open.remove();
            if (operands.containsKey(n)) {
                continue;
            }
            Set<Node> read = new HashSet<>();
            for (Node input : n.inputs()) {
                read.add(throughViews(input));
            }
            operands.put(n, read);
            if (!(n.op() instanceof Op.Reduce)) {
                readByOthersThanReductions.addAll(read);
            }
            for (Node x : read) {
                readers.merge(x, 1, Integer::sum);
                if (!isLoaded.test(x)) {
                    open.add(x);
                }
            }
        }
        Set<Node> dear = new HashSet<>();
        operands.keySet().stream().sorted(Comparator.comparingInt(Node::id)).forEach(n -> {
            Set<Node> read = operands.getOrDefault(n, Set.of());
            boolean elementwise = n.op() instanceof Op.Map || n.op() instanceof Op.Cast;
            if (elementwise && (Partition.isDear(n) || read.stream().anyMatch(dear::contains))) {
                // What is made of a kept value is cheap again.
                (readers.getOrDefault(n, 0) > 1 ? worthwhile : dear).add(n);
            }
            int nested = n.op() instanceof Op.Reduce ? 1 : 0;
            depths.put(n, nested + read.stream().mapToInt(x -> depths.getOrDefault(x, 0)).max().orElse(0));
        });
        worthwhile.stream().filter(n -> roots.contains(n) && !states.contains(n) && readers.getOrDefault(n, 0) == 2 && !readByOthersThanReductions.contains(n)).forEach(results::add);
    }

    private Node throughViews(Node n) {
        Node x = n;
        while (x.op() instanceof Op.View && !isLoaded.test(x)) {
            x = x.input(0);
        }
        return x;
    }

    /** How many reductions are nested in a node that is computed here. */
    int depth(Node n) {
        return depths.getOrDefault(n, 0);
    }

    /** In which order to compute a node's operands: those behind more reductions first, since their loops may keep what the others are made of. */
    List<Integer> order(Node n) {
        Stream<Integer> all = IntStream.range(0, n.inputs().size()).boxed();
        return (worthwhile.isEmpty() ? all : all.sorted(Comparator.comparingInt(k -> -depths.getOrDefault(throughViews(n.input(k)), 0)))).toList();
    }

    /** What one reduction keeps, and where. */
    final class Pass {
        private final Map<Row, Scratch> rows = new LinkedHashMap<>();
        private final Set<Row> stored = new LinkedHashSet<>();
        /** How many loops each is kept in. */
        private final Map<Row, Integer> stores = new HashMap<>();
        private int loops;
        private final int extent;
        private final int space;

        private Pass(int extent, int space) {
            this.extent = extent;
            this.space = space;
        }

        /** Keeps what the body of a loop at a position of the row has computed there. */
        void keep(Index position, Scope body) {
            loops++;
            Collection<Map.Entry<Scope.Key, Expr>> computed = new ArrayList<>(body.values.entrySet());
            computed.stream().filter(e -> worthwhile.contains(e.getKey().node())).forEach(e ->
                    row(e.getKey(), position).filter(row -> body.row(row).isEmpty()).ifPresent(row -> {
                        stores.merge(row, 1, Integer::sum);
                        if (results.contains(row.node) && body.isOfEach(e.getKey().index()) && body.laneStride(position(e.getKey())) == 1) {
                            stored.add(row);
                            int result = buffers.write(new Place.Value(row.node));
                            buffers.storedAhead(result);
                            body.store(result, position(e.getKey()), e.getValue());
                            return;
                        }
                        Scratch to = rows.computeIfAbsent(row, _ -> Scratch.of(buffers, row.node.dtype(), space, body.method().cut()));
                        body.out.add(new Stmt.Store(to.buffer(), to.at(position, body.method().cut()), body.splat(e.getValue(), body.lanes())));
                    }));
        }

        private static Index position(Scope.Key key) {
            return ViewIndex.flatten(key.node().shape(), key.index());
        }

        private Optional<Row> row(Scope.Key key, Index position) {
            int axis = key.index().indexOf(position);
            if (axis < 0 || key.node().shape().dim(axis) != extent) {
                return Optional.empty();
            }
            Row row = new Row(key.node(), along(key.index(), axis), axis);
            boolean elsewhere = row.index.stream().noneMatch(i -> position.terms().stream().anyMatch(t -> i.coefficient(t.var()) != 0));
            return elsewhere ? Optional.of(row) : Optional.empty();
        }

        /** The loops are written: what comes behind them in the scope may load what each of them kept. */
        void done(Scope s) {
            rows.forEach((row, scratch) -> {
                if (loops == stores.getOrDefault(row, 0)) {
                    s.rows.putIfAbsent(row, scratch);
                }
            });
            stored.stream().filter(row -> loops == stores.getOrDefault(row, 0)).forEach(s.storedRows::add);
        }
    }

    /**
     * Begins the loops over a row.
     *
     * @param width lanes of their vectors, the last of which may be a part
     */
    Optional<Pass> pass(int extent, int width) {
        return worthwhile.isEmpty() || extent > Partition.LONGEST_ROW ? Optional.empty() : Optional.of(new Pass(extent, (extent + width - 1) / width * width));
    }

    /** The node's value, loaded, if loops in front have kept it. */
    Optional<Expr> load(Node n, List<Index> index, Scope s) {
        if (!worthwhile.contains(n)) {
            return Optional.empty();
        }
        for (int axis = 0; axis < index.size(); axis++) {
            Optional<Scratch> kept = s.row(new Row(n, along(index, axis), axis));
            if (kept.isPresent()) {
                Index at = kept.get().at(index.get(axis), s.method().cut());
                return Optional.of(Definitions.load(kept.get().buffer(), at, n.dtype(), s));
            }
        }
        return Optional.empty();
    }

    /** Whether loops in front have stored the node's value, a result. */
    boolean isStored(Node n, List<Index> index, Scope s) {
        return results.contains(n) && IntStream.range(0, index.size()).anyMatch(axis -> s.isStored(new Row(n, along(index, axis), axis)));
    }

    private static List<Index> along(List<Index> index, int axis) {
        List<Index> row = new ArrayList<>(index);
        row.set(axis, Index.ZERO);
        return row;
    }
}
