package bytegrad.codegen.plan;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.hint.SecondRuns;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.Hint;
import bytegrad.ir.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a subgraph's second run waits for: the kernels of its first run, and all of earlier eras that store what the readers of the second run read, such as the
 * gradient of the subgraph's results. Without them it could run at once, and its values would be kept as if there were no hint.
 *
 * <pre>
 * k1 a   k2 h (reads a)   k7 dh   k8 a again   k9 da (reads dh, a again)   →   k8 after k1, k2 and k7
 * </pre>
 *
 * <p>A kernel of a later era only ever waits for those of earlier ones, so that ties close no circle.
 */
final class Ties {
    private final List<LoweredKernel> kernels;
    private final SecondRuns runs;
    private final Map<Place, Integer> writers = new HashMap<>();
    private final List<Set<Integer>> readers = new ArrayList<>();
    private final List<Set<Integer>> operands = new ArrayList<>();
    /** By kernel, those that it waits for. */
    private final Map<Integer, Set<Integer>> earlier = new TreeMap<>();

    private Ties(List<LoweredKernel> kernels, SecondRuns runs) {
        this.kernels = kernels;
        this.runs = runs;
        for (int k = 0; k < kernels.size(); k++) {
            readers.add(new TreeSet<>());
            operands.add(new TreeSet<>());
            for (Place p : places(k, false)) {
                writers.put(p, k);
            }
        }
        for (int k = 0; k < kernels.size(); k++) {
            for (Place p : places(k, true)) {
                Integer w = writers.get(p);
                if (w != null && w != k) {
                    operands.get(k).add(w);
                    readers.get(w).add(k);
                }
            }
        }
    }

    /** By kernel, those whose first runs come before its own. */
    static Map<Integer, Set<Integer>> of(List<LoweredKernel> kernels, SecondRuns runs) {
        if (runs.begun().isEmpty()) {
            return Map.of();
        }
        Ties ties = new Ties(kernels, runs);
        ties.tie();
        return ties.earlier;
    }

    private List<Place> places(int k, boolean read) {
        LoweredKernel lk = kernels.get(k);
        List<Place> places = new ArrayList<>();
        for (int b = 0; b < lk.places().size(); b++) {
            Kernel.Access access = lk.kernel().buffers().get(b).access();
            if (read ? access == Kernel.Access.READ : access == Kernel.Access.WRITE || access == Kernel.Access.READ_WRITE) {
                places.add(lk.places().get(b));
            }
        }
        return places;
    }

    private int era(int k) {
        return kernels.get(k).roots().stream().mapToInt(runs::era).max().orElse(0);
    }

    private void tie() {
        Map<Integer, Set<Integer>> firstRuns = new HashMap<>();
        Map<Integer, Set<Integer>> secondRuns = new LinkedHashMap<>();
        for (int k = 0; k < kernels.size(); k++) {
            for (Node n : computed(k)) {
                Hint hint = runs.graph().hints().get(n);
                Integer again = runs.again().get(n);
                if (again != null) {
                    secondRuns.computeIfAbsent(again, _ -> new TreeSet<>()).add(k);
                } else if (hint != null && runs.begun().containsKey(hint.subgraph()) && runs.era(n) == era(k)) {
                    firstRuns.computeIfAbsent(hint.subgraph(), _ -> new TreeSet<>()).add(k);
                }
            }
        }
        secondRuns.forEach((subgraph, computing) -> tie(computing, firstRuns.getOrDefault(subgraph, Set.of()), runs.begun().getOrDefault(subgraph, 0)));
    }

    /** What a kernel computes: what it stores, and what is inlined on the way from what it loads. */
    private Set<Node> computed(int k) {
        Set<Node> computed = new HashSet<>();
        Deque<Node> todo = new ArrayDeque<>();
        Set<Place> loaded = new HashSet<>(places(k, true));
        kernels.get(k).roots().stream().filter(computed::add).forEach(todo::push);
        while (!todo.isEmpty()) {
            todo.pop().inputs().stream().filter(x -> !loaded.contains(new Place.Value(x)) && computed.add(x)).forEach(todo::push);
        }
        return computed;
    }

    /**
     * Ties one second run.
     *
     * @param computing the kernels that compute it
     * @param first those that computed the subgraph before
     * @param begins the era of the second run
     */
    private void tie(Set<Integer> computing, Set<Integer> first, int begins) {
        Set<Integer> waited = new TreeSet<>(first);
        int end = first.stream().mapToInt(k -> k).max().orElse(-1);
        Set<Integer> dependent = new TreeSet<>(computing);
        computing.forEach(k -> dependent.addAll(readers.get(k)));
        Set<Integer> reached = new TreeSet<>(dependent);
        boolean late = false;
        // A reader that needs nothing else can run as soon as the second run has: then what its own readers need counts.
        while (!reached.isEmpty() && !late) {
            Set<Integer> next = new TreeSet<>();
            for (int k : reached) {
                for (int o : operands.get(k)) {
                    if (era(o) < begins) {
                        waited.add(o);
                        late |= o > end;
                    }
                }
                next.addAll(readers.get(k));
            }
            next.removeAll(dependent);
            dependent.addAll(next);
            reached = next;
        }
        for (int k : computing) {
            // Those that read what others of them store come after these anyway.
            if (operands.get(k).stream().noneMatch(computing::contains)) {
                earlier.computeIfAbsent(k, _ -> new TreeSet<>()).addAll(waited);
            }
        }
    }
}
