package bytegrad.codegen.plan;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;

/** When each kernel runs: after those whose results it reads, and after the readers of what it overwrites. */
final class Order {
    private final List<LoweredKernel> kernels;
    private final Map<Place, Integer> writers = new HashMap<>();
    private final Map<Place, List<Integer>> readers = new HashMap<>();
    private final List<List<Integer>> after = new ArrayList<>();
    /** For a kernel those that read what it overwrites. */
    private final Map<Integer, Set<Integer>> overwritten = new HashMap<>();
    /** For a kernel others that it is to come after. */
    private final Map<Integer, Set<Integer>> preferred = new HashMap<>();

    /** For a kernel those whose first runs come before its own. */
    private final Map<Integer, Set<Integer>> ties;

    Order(List<LoweredKernel> kernels, Map<Integer, Set<Integer>> ties) {
        this.kernels = kernels;
        this.ties = ties;
        for (int k = 0; k < kernels.size(); k++) {
            after.add(new ArrayList<>());
            List<Place> places = kernels.get(k).places();
            for (int b = 0; b < places.size(); b++) {
                Kernel.Access access = kernels.get(k).kernel().buffers().get(b).access();
                if (access == Kernel.Access.WRITE || access == Kernel.Access.READ_WRITE) {
                    writers.put(places.get(b), k);
                } else if (access == Kernel.Access.READ) {
                    readers.computeIfAbsent(places.get(b), p -> new ArrayList<>()).add(k);
                }
            }
        }
        readers.forEach((place, list) -> {
            Integer w = writers.get(place);
            if (w != null) {
                list.forEach(r -> after.get(w).add(r));
            }
        });
        ties.forEach((later, earlier) -> earlier.forEach(k -> after.get(k).add(later)));
    }

    /** The kernels whose first runs come before a kernel's. */
    Set<Integer> tied(int later) {
        return ties.getOrDefault(later, Set.of());
    }

    /** Whether a kernel stores a place. */
    boolean isStored(Place p) {
        return writers.containsKey(p);
    }

    /** The kernel that stores a place. */
    int writer(Place p) {
        Integer w = writers.get(p);
        if (w == null) {
            throw new PlanException("no kernel stores " + p);
        }
        return w;
    }

    /** Demands that a kernel runs after all others that read a place; false, and nothing demanded, where that cannot be. */
    boolean tryAfterReaders(int writer, Place place) {
        List<Integer> others = readers.getOrDefault(place, List.of()).stream().filter(r -> r != writer).toList();
        BitSet later = reachable(writer);
        if (others.stream().anyMatch(later::get)) {
            return false;
        }
        others.forEach(r -> tie(overwritten, writer, r));
        return true;
    }

    private void tie(Map<Integer, Set<Integer>> ties, int later, int earlier) {
        after.get(earlier).add(later);
        ties.computeIfAbsent(later, _ -> new TreeSet<>()).add(earlier);
    }

    /** The kernels that read a state which a kernel overwrites. */
    Set<Integer> overwritten(int writer) {
        return overwritten.getOrDefault(writer, Set.of());
    }

    /** The kernels that a kernel is to come after although it neither reads nor overwrites anything of theirs. */
    Set<Integer> preferred(int later) {
        return preferred.getOrDefault(later, Set.of());
    }

    /** The kernels that read a place. */
    List<Integer> readers(Place place) {
        return readers.getOrDefault(place, List.of());
    }

    /** Demands that a kernel runs after another, if that can be. */
    void preferAfter(int later, int earlier) {
        if (later != earlier && !reachable(later).get(earlier)) {
            tie(preferred, later, earlier);
        }
    }

    private BitSet reachable(int from) {
        BitSet seen = new BitSet();
        java.util.ArrayDeque<Integer> todo = new java.util.ArrayDeque<>(List.of(from));
        while (!todo.isEmpty()) {
            for (int next : after.get(todo.pop())) {
                if (!seen.get(next)) {
                    seen.set(next);
                    todo.push(next);
                }
            }
        }
        return seen;
    }

    /** The kernels in an order that keeps every demand; where there is a choice, as they were given. */
    List<Integer> sorted() {
        int[] waiting = new int[kernels.size()];
        after.forEach(list -> list.forEach(k -> waiting[k]++));
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int k = 0; k < waiting.length; k++) {
            if (waiting[k] == 0) {
                ready.add(k);
            }
        }
        List<Integer> sorted = new ArrayList<>();
        while (!ready.isEmpty()) {
            int k = ready.poll();
            sorted.add(k);
            for (int next : after.get(k)) {
                if (--waiting[next] == 0) {
                    ready.add(next);
                }
            }
        }
        if (sorted.size() != kernels.size()) {
            throw new PlanException("the kernels depend on each other in a circle");
        }
        return sorted;
    }
}
