package bytegrad.codegen.fuse;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Joins kernels that read the same tensors over the same iteration space into the earlier of them, so that a matrix is
 * read once: the rows' losses and the gradient of a softmax, all slots of an optimiser.
 *
 * <p>A kernel may move up to an earlier one if everything it reads is ready there. A result that only its own kernel
 * reads afterwards is no longer stored.
 */
final class Merge {
    private static final int CANDIDATES = 8;

    private final List<Draft> drafts;
    private final Map<Node, Integer> home;
    private final Map<Node, Set<Partitioner.Use>> readers;
    private final boolean[] required;

    Merge(List<Draft> drafts, Map<Node, Integer> home, Map<Node, Set<Partitioner.Use>> readers, boolean[] required) {
        this.drafts = drafts;
        this.home = home;
        this.readers = readers;
        this.required = required;
    }

    void run() {
        Map<Draft, List<Node>> leaves = new HashMap<>();
        readers.forEach((n, uses) -> uses.stream().map(u -> drafts.get(u.draft())).distinct()
                .forEach(d -> leaves.computeIfAbsent(d, k -> new ArrayList<>()).add(n)));
        leaves.values().forEach(list -> list.sort(java.util.Comparator.comparingInt(Node::id)));
        Map<Node, List<Draft>> seen = new HashMap<>();
        // Later drafts run earlier.
        for (int i = drafts.size() - 1; i >= 0; i--) {
            Draft b = drafts.get(i);
            List<Node> reads = leaves.getOrDefault(b, List.of());
            candidates(b, reads, seen).stream().filter(a -> canMerge(a, b, reads)).findFirst().ifPresent(a -> merge(a, b));
            Draft at = b.resolve();
            for (Node x : reads) {
                List<Draft> list = seen.computeIfAbsent(x, k -> new ArrayList<>());
                if (!list.contains(at)) {
                    list.add(at);
                }
            }
        }
        dropUnread();
    }

    private Set<Draft> candidates(Draft b, List<Node> reads, Map<Node, List<Draft>> seen) {
        Set<Draft> found = new LinkedHashSet<>();
        for (Node x : reads) {
            if (x.shape().size() <= 1) {
                continue;
            }
            Integer h = home.get(x);
            if (h != null) {
                found.add(drafts.get(h).resolve());
            }
            List<Draft> others = seen.getOrDefault(x, List.of());
            found.addAll(others.subList(Math.max(0, others.size() - 2), others.size()));
            if (found.size() >= CANDIDATES) {
                break;
            }
        }
        found.remove(b);
        return found;
    }

    private boolean canMerge(Draft a, Draft b, List<Node> reads) {
        if (a.kind != Cluster.Kind.LOOPS || b.kind != Cluster.Kind.LOOPS || a.weight + b.weight > Weight.LIMIT) {
            return false;
        }
        Shape space = a.space.rank() >= b.space.rank() ? a.space : b.space;
        if (!prefix(a.space, space) || !prefix(b.space, space)) {
            return false;
        }
        Draft both = new Draft(-1, Cluster.Kind.LOOPS, space);
        for (Set<Expr.Var> set : levels(a, b, space)) {
            if (!both.fits(set)) {
                return false;
            }
            both.hoist(set);
        }
        return reads.stream().allMatch(x -> ready(x, a, b));
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

    private static boolean prefix(Shape part, Shape whole) {
        return whole.dims().subList(0, part.rank()).equals(part.dims());
    }

    /** What b reads is there when a runs; if a computes it, then at the very index at which b reads it. */
    private boolean ready(Node x, Draft a, Draft b) {
        Integer h = home.get(x);
        if (h == null) {
            return true;
        }
        Draft producer = drafts.get(h).resolve();
        if (producer != a) {
            return producer.id > a.id;
        }
        List<Index> stored = a.roots.stream().filter(r -> r.node() == x).findFirst().orElseThrow().index();
        return readers.get(x).stream().filter(u -> drafts.get(u.draft()).resolve() == b).allMatch(u -> u.plain() && u.index().equals(stored));
    }

    private static void merge(Draft a, Draft b) {
        if (b.space.rank() > a.space.rank()) {
            a.space = b.space;
        }
        levels(a, b, a.space).forEach(a::hoist);
        a.weight += b.weight;
        a.reductions += b.reductions;
        a.roots.addAll(b.roots);
        b.roots.clear();
        b.mergedInto = a;
    }

    private void dropUnread() {
        readers.forEach((n, uses) -> {
            Integer h = home.get(n);
            if (h != null && !required[n.id()]) {
                Draft d = drafts.get(h).resolve();
                if (uses.stream().allMatch(u -> u.plain() && drafts.get(u.draft()).resolve() == d) && d.roots.size() > 1) {
                    d.roots.removeIf(r -> r.node() == n);
                    home.remove(n);
                }
            }
        });
    }
}
