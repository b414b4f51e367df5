package bytegrad.codegen.fuse;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * Joins kernels that read the same tensors over the same iteration space into the earlier of them, so that a matrix is
 * read once: the rows' losses and the gradient of a softmax, all slots of an optimiser.
 *
 * <p>A kernel may move up to an earlier one if everything it reads is ready there. A result that only its own kernel
 * reads afterwards is no longer stored. Kernels that read next to nothing are joined if they read of one kernel's results: the
 * mean loss, and the gradient of the last bias.
 */
final class Merge {
    private static final int CANDIDATES = 8;
    /** So many elements are read in less time than a launch takes. */
    private static final long LITTLE = 1024;
    /** Operations that a contraction's kernel may do beside its own: of a long epilogue HotSpot makes such code that a pass over memory costs less, of gelu with its derivative by four times. */
    private static final int SHORT = 8;

    private final List<Draft> drafts;
    private final Map<Node, Integer> home;
    private final Map<Node, Set<Partitioner.Use>> readers;
    /** The nodes that are stored even if no kernel reads them. */
    private final Predicate<Node> kept;
    private final int weightLimit;
    /** Whether what is made of a contraction's result may become part of its kernel. */
    private final boolean epilogues;

    Merge(List<Draft> drafts, Map<Node, Integer> home, Map<Node, Set<Partitioner.Use>> readers, Predicate<Node> kept, int weightLimit, boolean epilogues) {
        this.drafts = drafts;
        this.home = home;
        this.readers = readers;
        this.kept = kept;
        this.weightLimit = weightLimit;
        this.epilogues = epilogues;
    }

    void run() {
        // First those that share most of what they read, so that a small tensor in common does not keep them apart.
        join(true);
        join(false);
        joinLittle();
        dropUnread();
    }

    private Map<Draft, Set<Node>> leaves() {
        Map<Draft, Set<Node>> leaves = new HashMap<>();
        readers.forEach((n, uses) -> uses.forEach(u -> leaves.computeIfAbsent(drafts.get(u.draft()).resolve(), k -> new LinkedHashSet<>()).add(n)));
        return leaves;
    }

    /** Joins kernels that read little, of results of the same kernel. */
    private void joinLittle() {
        Map<Draft, Set<Node>> leaves = leaves();
        Map<Draft, Draft> readerOf = new HashMap<>();
        for (int i = drafts.size() - 1; i >= 0; i--) {
            Draft b = drafts.get(i);
            Set<Node> reads = leaves.getOrDefault(b, Set.of());
            if (b.resolve() != b || elements(reads) > LITTLE) {
                continue;
            }
            List<Draft> sources = reads.stream().map(home::get).filter(Objects::nonNull).map(h -> drafts.get(h).resolve()).distinct().toList();
            sources.stream().map(readerOf::get).filter(Objects::nonNull).map(Draft::resolve).distinct()
                    .filter(a -> a != b && canMerge(a, b, reads)).findFirst().ifPresent(a -> merge(a, b));
            sources.forEach(s -> readerOf.put(s, b.resolve()));
        }
    }

    private static long elements(Set<Node> nodes) {
        return nodes.stream().mapToLong(x -> x.shape().size()).sum();
    }

    private void join(boolean mostly) {
        Map<Draft, Set<Node>> leaves = leaves();
        Map<Node, List<Draft>> seen = new HashMap<>();
        // Later drafts run earlier.
        for (int i = drafts.size() - 1; i >= 0; i--) {
            Draft b = drafts.get(i);
            if (b.resolve() != b) {
                continue;
            }
            Set<Node> reads = leaves.getOrDefault(b, Set.of());
            candidates(b, reads, seen, mostly).stream().filter(a -> canMerge(a, b, reads)).findFirst().ifPresent(a -> merge(a, b));
            for (Node x : reads) {
                List<Draft> list = seen.computeIfAbsent(x, k -> new ArrayList<>());
                if (!list.contains(b.resolve())) {
                    list.add(b.resolve());
                }
            }
        }
    }

    /** Earlier kernels that compute or read what this one reads, those first that share most. */
    private List<Draft> candidates(Draft b, Set<Node> reads, Map<Node, List<Draft>> seen, boolean mostly) {
        Map<Draft, Long> shared = new java.util.LinkedHashMap<>();
        for (Node x : reads) {
            int size = x.shape().size();
            if (size <= 1 || shared.size() >= CANDIDATES) {
                continue;
            }
            Integer h = home.get(x);
            if (h != null) {
                shared.merge(drafts.get(h).resolve(), (long) size, Long::sum);
            }
            List<Draft> others = seen.getOrDefault(x, List.of());
            others.subList(Math.max(0, others.size() - 2), others.size()).stream().map(Draft::resolve).distinct()
                    .filter(d -> h == null || d != drafts.get(h).resolve()).forEach(d -> shared.merge(d, (long) size, Long::sum));
        }
        shared.remove(b);
        long all = elements(reads);
        return shared.entrySet().stream().filter(e -> !mostly || 2 * e.getValue() >= all)
                .sorted(java.util.Comparator.comparing((Map.Entry<Draft, Long> e) -> -e.getValue())).map(Map.Entry::getKey).toList();
    }

    private boolean canMerge(Draft a, Draft b, Set<Node> reads) {
        boolean alike = a.kind == Cluster.Kind.LOOPS || a.kind == Cluster.Kind.CONTRACTION && isEpilogue(a, b, reads);
        if (!alike || b.kind != Cluster.Kind.LOOPS || a.era != b.era || a.weightWith(b) > weightLimit) {
            return false;
        }
        Shape space = joined(a.space, b.space);
        if (!prefix(a.space, space) || !prefix(b.space, space)) {
            return false;
        }
        Draft both = new Draft(-1, a.era, Cluster.Kind.LOOPS, space);
        for (Set<Expr.Var> set : levels(a, b, space)) {
            if (!both.fits(set)) {
                return false;
            }
            both.hoist(set);
        }
        return a.widths.goesWith(b.widths, space) && reads.stream().allMatch(x -> ready(x, a, b));
    }

    /**
     * Whether a kernel makes little of each element that a contraction's kernel has at hand when it stores it, such as the gradient of a squared error, and reads neighbours of other tensors: a single
     * read that vectors cannot follow would leave the contraction without them.
     */
    private boolean isEpilogue(Draft a, Draft b, Set<Node> reads) {
        Set<Expr.Var> axes = a.axes();
        List<Index> identity = Reads.identity(a.space);
        boolean elements = a.windows.isEmpty() && b.reductions == 0 && a.space.equals(b.space) && b.chain.stream().allMatch(axes::equals)
                && b.roots.stream().allMatch(r -> r.index().equals(identity)) && a.weightWith(b) - a.weight() <= SHORT;
        Predicate<Node> isStored = x -> home.containsKey(x) && drafts.get(home.get(x)).resolve() == a;
        return epilogues && elements && reads.stream().anyMatch(isStored) && reads.stream().allMatch(x -> readers.getOrDefault(x, Set.of()).stream()
                .filter(u -> drafts.get(u.draft()).resolve() == b)
                .allMatch(u -> u.plain() && (isStored.test(x) ? u.index().equals(identity) : isAlongRows(u.index(), a.space))));
    }

    /** Whether neighbours of a row of the space read neighbours or the same element, and nothing is read that no index of the space stands for. */
    private static boolean isAlongRows(List<Index> index, Shape space) {
        if (space.rank() == 0) {
            return true;
        }
        Expr.Var last = Cluster.axis(space.rank() - 1);
        boolean known = Draft.variables(index).stream().allMatch(v -> Cluster.axisNumber(v) >= 0);
        return known && IntStream.range(0, index.size()).allMatch(k -> index.get(k).coefficient(last) == 0 || k == index.size() - 1 && index.get(k).coefficient(last) == 1);
    }

    /** The axis sets at which the two kernels hoist or store. */
    private static Set<Set<Expr.Var>> levels(Draft a, Draft b, Shape space) {
        Set<Set<Expr.Var>> levels = new LinkedHashSet<>();
        levels.addAll(a.chain);
        levels.addAll(b.chain);
        for (Draft d : List.of(a, b)) {
            d.roots.forEach(r -> levels.add(Draft.variables(r.index())));
        }
        levels.add(Draft.axes(space));
        return levels;
    }

    /** The space of the axes of both, which begin alike: an axis of one element is one that the kernel has not. */
    private static Shape joined(Shape a, Shape b) {
        List<Integer> dims = new ArrayList<>(a.rank() >= b.rank() ? a.dims() : b.dims());
        for (int k = 0; k < Math.min(a.rank(), b.rank()); k++) {
            dims.set(k, a.dim(k) == 1 ? b.dim(k) : a.dim(k));
        }
        return Shape.of(dims);
    }

    private static boolean prefix(Shape part, Shape whole) {
        for (int k = 0; k < part.rank(); k++) {
            if (part.dim(k) != 1 && part.dim(k) != whole.dim(k)) {
                return false;
            }
        }
        return true;
    }

    /** What b reads is there when a runs; if a computes it, then where b reads it, or cheaply enough to compute again there. */
    private boolean ready(Node x, Draft a, Draft b) {
        Integer h = home.get(x);
        if (h == null) {
            return true;
        }
        Draft producer = drafts.get(h).resolve();
        if (producer == b) {
            // What b computes and reads itself moves along with it.
            return true;
        }
        if (producer != a) {
            return producer.id > a.id;
        }
        List<Index> stored = a.roots.stream().filter(r -> r.node() == x).findFirst().orElseThrow().index();
        int again = 0;
        for (Partitioner.Use u : readers.getOrDefault(x, Set.of())) {
            if (drafts.get(u.draft()).resolve() == b && !(u.plain() && (u.index().equals(stored) || isAlongRow(x, stored, u.index())))) {
                // A reduction would become part of the one that reads it: nothing is saved, and no loop is left to share out.
                again = u.plain() && !(x.op() instanceof Op.Reduce) ? costAgain(x, a, changed(stored, u.index()), again) : Partitioner.REPEAT_LIMIT + 1;
            }
            if (again > Partitioner.REPEAT_LIMIT) {
                return false;
            }
        }
        return true;
    }

    /** A reduction of the rows that a kernel computes: what takes long is then computed in the reduction's loop, and kept until it is stored. */
    private static boolean isAlongRow(Node x, List<Index> stored, List<Index> read) {
        int last = stored.size() - 1;
        return last >= 0 && Partition.isDear(x) && stored.subList(0, last).equals(read.subList(0, last))
                && !stored.getLast().isConstant() && read.getLast().terms().size() == 1 && read.getLast().equals(Index.of(read.getLast().terms().getFirst().var()))
                && SumOrder.of(x.shape(), List.of(last)).width() > 1 && x.shape().dim(last) <= Partition.LONGEST_ROW;
    }

    /** The axes along which a node is read elsewhere than where it is computed. */
    private static Set<Expr.Var> changed(List<Index> stored, List<Index> read) {
        Set<Expr.Var> vars = new java.util.HashSet<>();
        for (int k = 0; k < stored.size(); k++) {
            if (!stored.get(k).equals(read.get(k))) {
                vars.addAll(Draft.variables(List.of(stored.get(k))));
            }
        }
        return vars;
    }

    /**
     * What it costs, beside what was {@code spent} already, to compute a root of a kernel again in another of its loops; more than the
     * limit where a reduction would run again. It stops at the limit, and so is never deep.
     */
    private int costAgain(Node x, Draft a, Set<Expr.Var> changed, int spent) {
        int cost = spent + Weight.of(x);
        for (Node input : x.inputs()) {
            if (cost > Partitioner.REPEAT_LIMIT) {
                break;
            }
            cost = switch (input.op()) {
                case Op.Input o -> cost;
                case Op.Constant o -> cost;
                case Op.Iota o -> cost + 1;
                case Op.Map o -> costOfInput(input, a, changed, cost);
                case Op.Cast o -> costOfInput(input, a, changed, cost);
                case Op.View o -> costOfInput(input, a, changed, cost);
                case Op.Reduce o -> costOfResult(input, a, changed, cost);
                case Op.ArgReduce o -> costOfResult(input, a, changed, cost);
                case Op.Contract o -> costOfResult(input, a, changed, cost);
                case Op.Gather o -> costOfResult(input, a, changed, cost);
                case Op.Scatter o -> costOfResult(input, a, changed, cost);
                case Op.Concat o -> costOfResult(input, a, changed, cost);
                case Op.Cumulate o -> costOfResult(input, a, changed, cost);
                case Op.ArgSort o -> costOfResult(input, a, changed, cost);
                case Op.Random o -> costOfResult(input, a, changed, cost);
                case Op.OverlapAdd o -> costOfResult(input, a, changed, cost);
                case Op.Nested o -> costOfResult(input, a, changed, cost);
            };
        }
        return cost;
    }

    private int costOfInput(Node n, Draft a, Set<Expr.Var> changed, int spent) {
        return home.containsKey(n) ? costOfResult(n, a, changed, spent) : costAgain(n, a, changed, spent);
    }

    /** A stored node is loaded, or at hand if its own index does not change; anything else would have to run again. */
    private int costOfResult(Node n, Draft a, Set<Expr.Var> changed, int spent) {
        Integer h = home.get(n);
        if (h != null && drafts.get(h).resolve() != a) {
            return spent + 1;
        }
        boolean atHand = h != null && a.roots.stream()
                .anyMatch(r -> r.node() == n && java.util.Collections.disjoint(Draft.variables(r.index()), changed));
        if (atHand) {
            return spent;
        }
        boolean again = h != null && !(n.op() instanceof Op.Reduce) && !(n.op() instanceof Op.Contract);
        return again ? costAgain(n, a, changed, spent) : Partitioner.REPEAT_LIMIT + 1;
    }

    private static void merge(Draft a, Draft b) {
        a.space = joined(a.space, b.space);
        levels(a, b, a.space).forEach(a::hoist);
        a.widths.addAll(b.widths);
        a.computeAll(b);
        a.reductions += b.reductions;
        a.chained = Math.max(a.chained, b.chained);
        a.roots.addAll(b.roots);
        b.roots.clear();
        b.mergedInto = a;
    }

    private void dropUnread() {
        readers.forEach((n, uses) -> {
            Integer h = home.get(n);
            if (h != null && !kept.test(n)) {
                Draft d = drafts.get(h).resolve();
                if (uses.stream().allMatch(u -> u.plain() && drafts.get(u.draft()).resolve() == d) && d.roots.size() > 1) {
                    d.roots.removeIf(r -> r.node() == n);
                    home.remove(n);
                }
            }
        });
    }
}
