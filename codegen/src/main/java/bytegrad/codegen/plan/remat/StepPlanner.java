package bytegrad.codegen.plan.remat;

import bytegrad.codegen.plan.PlanException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Plans a step under a budget of bytes: order and recomputation, then offsets. The same graph, budget and effort give the same plan.
 * Every plan has
 * passed {@link StepVerifier}.
 */
public final class StepPlanner {
    /** Bytes that packing loses are looked for to one part in so many. */
    private static final long FINEST = 200;

    private final KernelGraph graph;
    private final CompactGraph compact;
    private final Effort effort;
    private final long unit;

    private StepPlanner(KernelGraph graph, Effort effort) {
        this.graph = graph;
        this.effort = effort;
        compact = new CompactGraph(graph);
        unit = unit(compact);
    }

    /**
     * The cheapest plan found whose slabs and pinned values together take no more than the budget.
     *
     * @throws PlanException if the budget is not positive
     */
    public static Outcome plan(KernelGraph graph, long budget, Effort effort) {
        checkBudget(budget);
        return new StepPlanner(graph, effort).plan(budget);
    }

    /**
     * As {@link #plan(KernelGraph, long, Effort)}, but nothing where that would have to look for the least budget.
     *
     * @throws PlanException if the budget is not positive
     */
    public static Optional<StepPlan> ifAny(KernelGraph graph, long budget, Effort effort) {
        checkBudget(budget);
        StepPlanner p = new StepPlanner(graph, effort);
        Optional<StepPlan> found = budget < lowerBound(graph) ? Optional.empty() : Optional.ofNullable(p.any(budget));
        return found.map(f -> p.cheapest(budget, f));
    }

    /**
     * The cheapest plan of one search, without looking for the least budget where it finds none.
     *
     * @throws PlanException if the budget is not positive
     */
    public static Optional<StepPlan> planWithin(KernelGraph graph, long budget, Effort effort) {
        checkBudget(budget);
        if (budget < lowerBound(graph)) {
            return Optional.empty();
        }
        Optional<StepPlan> plan = Optional.ofNullable(new StepPlanner(graph, effort).within(budget, effort));
        plan.ifPresent(p -> StepVerifier.verify(graph, p, budget));
        return plan;
    }

    /**
     * As {@link #planWithin}, but one of the sequences that the search begins with is given: kernels in an order in which they can run, some of them several times. Where it is
     * no sequence of this graph's, it is left out.
     *
     * @throws PlanException if the budget is not positive
     */
    public static Optional<StepPlan> planFrom(KernelGraph graph, List<Integer> start, long budget, Effort effort) {
        checkBudget(budget);
        StepPlanner p = new StepPlanner(graph, effort);
        if (budget < LowerBound.of(p.compact).bytes()) {
            return Optional.empty();
        }
        int[] sequence = start.stream().mapToInt(k -> k).toArray();
        Optional<StepPlan> plan = Optional.ofNullable(p.within(budget, effort, p.compact.canRun(sequence) ? Optional.of(sequence) : Optional.empty()));
        plan.ifPresent(found -> StepVerifier.verify(graph, found, budget));
        return plan;
    }

    private static void checkBudget(long budget) {
        if (budget <= 0) {
            throw new PlanException("a memory budget of " + budget + " bytes");
        }
    }

    /** A plan without a budget: nothing runs twice, in the order whose peak is the lowest that was found. */
    public static StepPlan plan(KernelGraph graph, Effort effort) {
        return plan(graph, effort, 1);
    }

    /**
     * A plan without a budget: nothing runs twice, in the given order, or in the one whose peak is the lowest that was found.
     *
     * @param worth what the other order may need, as a part of what the given one does
     */
    public static StepPlan plan(KernelGraph graph, Effort effort, double worth) {
        StepPlanner p = new StepPlanner(graph, effort);
        StepPlan best = p.place(Orders.given(p.compact), 0);
        double most = worth * best.bytes();
        if (LowerBound.of(p.compact).bytes() < most) {
            int[] lowest = Orders.lowest(p.compact, new Box(effort.steps()));
            Profile profile = new Profile(p.compact, 0);
            profile.load(lowest, lowest.length);
            // What does not fit live does not when it is placed.
            StepPlan moved = profile.peak + p.compact.pinned < most ? p.place(lowest, 0) : best;
            best = moved.bytes() < most ? moved : best;
        }
        StepVerifier.verify(graph, best, Long.MAX_VALUE);
        return best;
    }

    /**
     * The cheapest order and recomputation found whose live bytes, with what is pinned, never exceed the budget; its buffers are not
     * placed, so
     * that a plan with offsets may need more.
     */
    public static Optional<List<Integer>> sequence(KernelGraph graph, long budget, Effort effort) {
        CompactGraph g = new CompactGraph(graph);
        return Search.within(g, budget - g.pinned, effort, Optional.empty()).sequence().map(s -> {
            Profile p = new Profile(g, budget - g.pinned);
            p.load(s, s.length);
            return Arrays.stream(p.sequence()).boxed().toList();
        });
    }

    /** Bytes that every plan needs: at some kernel what it reads and writes, or finds made, with what is pinned. */
    public static long lowerBound(KernelGraph graph) {
        return LowerBound.of(new CompactGraph(graph)).bytes();
    }

    private StepPlan place(int[] sequence, long arena) {
        return Placement.of(graph, compact, sequence, arena, effort.packing());
    }

    private Outcome plan(long budget) {
        LowerBound bound = LowerBound.of(compact);
        StepPlan found = budget < bound.bytes() ? null : any(budget);
        if (found == null) {
            StepPlan least = least(bound.bytes());
            if (least.bytes() > budget) {
                return new Outcome.Refused(budget, least.bytes(), bound.bytes(), graph.kernels().get(bound.kernel()).name());
            }
            found = least;
        }
        return new Outcome.Planned(cheapest(budget, found));
    }

    /** The cheapest plan within a budget that some plan keeps. */
    private StepPlan cheapest(long budget, StepPlan found) {
        StepPlan cheaper = within(budget, effort);
        StepPlan best = cheaper != null && cheaper.cost() <= found.cost() ? cheaper : found;
        StepVerifier.verify(graph, best, budget);
        return best;
    }

    /** Some plan within a budget, which decides whether it is refused; the same for budgets between which no plan's bytes can be. */
    private @Nullable StepPlan any(long budget) {
        long target = budget - Math.floorMod(budget - compact.pinned, unit);
        StepPlan quick = within(target, effort.forAny());
        return quick != null ? quick : within(target, effort);
    }

    /** The cheapest plan found within a budget; null if there is none. */
    private @Nullable StepPlan within(long budget, Effort how) {
        return within(budget, how, Optional.empty());
    }

    private @Nullable StepPlan within(long budget, Effort how, Optional<int[]> start) {
        long arena = budget - compact.pinned;
        long live = arena;
        long fits = -1;
        long fails = arena + 1;
        StepPlan best = null;
        for (int round = 0; round < how.rounds() && live >= 0; round++) {
            Optional<int[]> sequence = Search.within(compact, live, how, start).sequence();
            if (sequence.isEmpty()) {
                break;
            }
            StepPlan plan = place(sequence.get(), arena);
            if (plan.bytes() <= budget) {
                best = best == null || plan.cost() < best.cost() ? plan : best;
                fits = live;
            } else {
                fails = live;
            }
            if (fails - fits <= 1 + arena / FINEST || best != null && how.any()) {
                break;
            }
            // What packing loses is taken off the live bytes; once that is enough, half of it may be.
            live = best == null ? Math.min(live, plan.live() - compact.pinned) - Math.max(1, plan.bytes() - budget) : fits + (fails - fits) / 2;
        }
        return best;
    }

    /** The plan for the least budget for which there is one, as far as is found; it does not depend on any budget asked for. */
    private StepPlan least(long bound) {
        StepPlan best = plan(graph, effort);
        // There is none for this one.
        long low = Math.min(bound, best.bytes()) - 1;
        while (best.bytes() - low > unit) {
            long target = low + (best.bytes() - low) / 2;
            StepPlan plan = any(target);
            if (plan == null) {
                low = target;
            } else {
                // It may need less than where none was found before.
                best = plan;
                low = low < best.bytes() ? low : bound - 1;
            }
            if (best.bytes() - low <= unit) {
                // The cheapest plan within it, which is looked for longer, may need less; even less than where none was found before.
                StepPlan cheaper = within(best.bytes(), effort);
                if (cheaper != null && cheaper.bytes() < best.bytes()) {
                    best = cheaper;
                    low = low < best.bytes() ? low : bound - 1;
                }
            }
        }
        return best;
    }

    /** What the bytes of all plans are a multiple of, beside what is pinned. */
    private static long unit(CompactGraph g) {
        long unit = 0;
        for (long bytes : g.bytes) {
            long a = bytes;
            while (a != 0) {
                long rest = unit % a;
                unit = a;
                a = rest;
            }
        }
        return Math.max(1, unit);
    }
}
