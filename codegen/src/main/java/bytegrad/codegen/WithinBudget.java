package bytegrad.codegen;

import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.nest.Checkpointing;
import bytegrad.codegen.nest.CutScan;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.nest.Trajectories;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planned;
import bytegrad.codegen.plan.Planner;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Chooses the kernels and the plan that keep a memory budget: the kernels as they are or, where those need too much or much of them would
 * run again, with scans that keep the carries of some steps only. Of all plans found it is the one that is estimated to take the least time.
 */
final class WithinBudget {
    /** The finest difference between carries kept that is looked for, as a part of them. */
    private static final int FINEST = 32;

    private final long budget;
    private final Trajectories trajectories;
    private final Function<CutScans, List<LoweredKernel>> lower;
    private final Function<List<LoweredKernel>, Planner> planner;

    /**
     * Prepares the search.
     *
     * @param trajectories the scans that may be cut
     * @param lower the kernels with some of them cut
     */
    WithinBudget(
            long budget, Trajectories trajectories, Function<CutScans, List<LoweredKernel>> lower, Function<List<LoweredKernel>, Planner> planner) {
        this.budget = budget;
        this.trajectories = trajectories;
        this.lower = lower;
        this.planner = planner;
    }

    /** Kernels with some scans cut, and their plan. */
    record Choice(CutScans cuts, List<LoweredKernel> kernels, MemoryPlan plan) {
        Choice {
            kernels = List.copyOf(kernels);
        }

        private long nanos() {
            return plan.memory().totalNanos();
        }
    }

    private record Variant(CutScans cuts, List<LoweredKernel> kernels, Planner planner) {
        Choice with(MemoryPlan plan) {
            return new Choice(cuts, kernels, plan);
        }
    }

    private Variant variant(CutScans cuts, List<LoweredKernel> kernels) {
        return new Variant(cuts, kernels, planner.apply(kernels));
    }

    /** Nothing where what is kept of a segment is too long for an array. */
    private Optional<Variant> variant(CutScans cuts) {
        try {
            return Optional.of(variant(cuts, lower.apply(cuts)));
        } catch (ArenaLimitException e) {
            return Optional.empty();
        }
    }

    /**
     * The choice.
     *
     * @param kernels those of which no scan is cut
     * @param error what is thrown where there is none, of the refusal whose least budget is the least of all ways to cut
     */
    Choice of(List<LoweredKernel> kernels, Function<Planned.Refused, ? extends RuntimeException> error) {
        Variant whole = variant(CutScans.NONE, kernels);
        List<Checkpointing> choices = trajectories.choices();
        Optional<MemoryPlan> fits = choices.isEmpty() ? Optional.empty() : whole.planner().fits(budget);
        if (fits.isPresent()) {
            return whole.with(fits.get());
        }
        List<Variant> all = new ArrayList<>(List.of(whole));
        choices.forEach(c -> variant(trajectories.cut(c)).ifPresent(all::add));
        Optional<Choice> cheapest = all.size() == 1 ? Optional.empty() : cheapest(all);
        return cheapest.map(c -> withLessCut(withMoreKept(c))).orElseGet(() -> least(all, error));
    }

    private Optional<Choice> cheapest(List<Variant> all) {
        Optional<Choice> best = Optional.empty();
        for (Variant v : all.stream().sorted(Comparator.comparingLong(v -> v.planner().nanos())).toList()) {
            best = cheaper(v, best);
        }
        return best;
    }

    /** The variant's plan, if it has one that takes less time than another. */
    private Optional<Choice> cheaper(Variant v, Optional<Choice> best) {
        long nanos = best.map(Choice::nanos).orElse(Long.MAX_VALUE);
        if (v.planner().nanos() >= nanos || v.planner().bound() > budget) {
            return best;
        }
        return v.planner().ifAny(budget).map(v::with).filter(c -> c.nanos() < nanos).or(() -> best);
    }

    /** Between this way to cut and the next that keeps more, and then too much, there are others. */
    private Choice withMoreKept(Choice found) {
        Choice best = found;
        if (found.cuts().longest().isPresent()) {
            Checkpointing c = found.cuts().longest().get();
            int low = c.kept();
            int high = (int) Math.min(c.steps(), 2L * low);
            while (high - low > Math.max(1, low / FINEST)) {
                int kept = low + (high - low) / 2;
                Choice now = best;
                Choice more = variant(trajectories.cut(c.keeping(kept))).flatMap(v -> cheaper(v, Optional.of(now))).orElse(now);
                low = more == best ? low : kept;
                high = more == best ? kept : high;
                best = more;
            }
        }
        return best;
    }

    /** Where not all scans need to be cut, some are left whole. */
    private Choice withLessCut(Choice found) {
        Choice best = found;
        for (CutScan scan : found.cuts().scans()) {
            Choice now = best;
            best = variant(best.cuts().without(scan)).flatMap(v -> cheaper(v, Optional.of(now))).orElse(now);
        }
        return best;
    }

    /** What is found in looking for the least budget, or the error that names it. */
    private Choice least(List<Variant> all, Function<Planned.Refused, ? extends RuntimeException> error) {
        List<Variant> lowest = all.stream().sorted(Comparator.comparingLong(v -> v.planner().bound())).toList();
        return switch (lowest.getFirst().planner().within(budget)) {
            case Planned.Kept(MemoryPlan plan) -> lowest.getFirst().with(plan);
            case Planned.Refused r -> lower(lowest, r, error);
        };
    }

    /**
     * The same, knowing what the way to cut with the lowest bound needs. Whatever budget was asked for, the least is the same: in the end no
     * way to cut has a plan that is found within a byte less.
     */
    private Choice lower(List<Variant> lowest, Planned.Refused first, Function<Planned.Refused, ? extends RuntimeException> error) {
        long least = first.least();
        Optional<MemoryPlan> unlimited = first.unlimited();
        for (int k = 0; k < lowest.size(); k++) {
            Variant v = lowest.get(k);
            Optional<MemoryPlan> plan = v.planner().bound() >= least ? Optional.empty() : v.planner().ifAny(least - 1);
            if (plan.isPresent()) {
                Planned own = v.planner().within(budget);
                MemoryPlan found = own instanceof Planned.Kept(MemoryPlan kept) ? kept : plan.get();
                if (found.arenaBytes() <= budget) {
                    return v.with(found);
                }
                least = own instanceof Planned.Refused r && r.least() < found.arenaBytes() ? r.least() : found.arenaBytes();
                unlimited = own instanceof Planned.Refused r ? r.unlimited() : unlimited;
                k = -1;
            }
        }
        throw error.apply(new Planned.Refused(unlimited, budget, least, first.bound(), first.kernel(), first.pinned(), first.states()));
    }
}
