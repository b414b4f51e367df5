package bytegrad.codegen;

import bytegrad.codegen.nest.Checkpointing;
import bytegrad.codegen.nest.CutScan;
import bytegrad.codegen.nest.CutScans;
import bytegrad.codegen.nest.Trajectories;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Planned;
import bytegrad.codegen.plan.PlannedRuns;
import bytegrad.codegen.plan.Planner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Chooses the kernels and the plan that keep a memory budget: the kernels as they are or, where those need too much or much of them would
 * run again, apart if they were joined, with scans that keep the carries of some steps only, or fused otherwise. Of all plans found it is the one that is estimated to take the least time.
 */
final class WithinBudget {
    /** The finest difference between carries kept that is looked for, as a part of them. */
    private static final int FINEST = 32;

    private final long budget;
    private final Variants variants;
    private final Variants.Variant whole;
    /** The same kernels, some of them joined. */
    private final Variants.Variant joined;
    /** The scans that may be cut. */
    private final Trajectories trajectories;

    /**
     * Prepares the search.
     *
     * @param whole the kernels, each by itself
     * @param joined as they are without a budget
     */
    WithinBudget(long budget, Variants variants, Variants.Variant whole, Variants.Variant joined) {
        this.budget = budget;
        this.variants = variants;
        this.whole = whole;
        this.joined = joined;
        trajectories = Trajectories.of(whole.runs().graph());
    }

    /** Kernels, and their plan. */
    record Choice(Variants.Variant variant, MemoryPlan plan) {
        private long nanos() {
            return plan.memory().totalNanos();
        }
    }

    private record Candidate(Variants.Variant variant, Planner planner) {
        Choice with(MemoryPlan plan) {
            return new Choice(variant, plan);
        }
    }

    private Candidate candidate(Variants.Variant v) {
        return new Candidate(v, variants.planner(v));
    }

    /** Nothing where what is kept of a segment is too long for an array. */
    private Optional<Candidate> candidate(CutScans cuts) {
        try {
            return Optional.of(candidate(variants.cut(whole, cuts)));
        } catch (ArenaLimitException e) {
            return Optional.empty();
        }
    }

    /**
     * The choice.
     *
     * @param error what is thrown where there is none, of the refusal whose least budget is the least of all candidates
     */
    Choice choose(Function<Planned.Refused, ? extends RuntimeException> error) {
        List<Candidate> all = new ArrayList<>();
        for (Variants.Variant v : joined == whole ? List.of(whole) : List.of(joined, whole)) {
            Candidate c = candidate(v);
            Optional<MemoryPlan> fits = c.planner().fits(budget);
            if (fits.isPresent()) {
                return c.with(fits.get());
            }
            all.add(c);
        }
        if (whole.runs().kept().all().isEmpty()) {
            // What is kept runs before all else; without room for it nothing is kept, and then scans are cut.
            trajectories.choices().forEach(c -> candidate(trajectories.cut(c)).ifPresent(all::add));
        }
        Optional<Choice> cheapest = cheapest(all).map(c -> withLessCut(withMoreKept(c)));
        Optional<Candidate> apart = variants.apart().map(this::candidate);
        apart.ifPresent(all::add);
        Optional<Choice> found = cheapest.or(() -> apart.flatMap(a -> a.planner().ifAny(budget).map(a::with)));
        return fusedAnew(found.isPresent() ? found.get() : least(all, error), apart);
    }

    /** The choice, or one that does the same in less time: what is computed again is planned in finer pieces, and then fused, each run by itself. */
    private Choice fusedAnew(Choice found, Optional<Candidate> apart) {
        List<Choice> choices = new ArrayList<>(List.of(found));
        if (found.variant() == whole || found.variant() == joined) {
            apart.flatMap(a -> a.planner().from(PlannedRuns.in(a.variant().partition(), whole.runs(), whole.partition(), found.plan()), budget).map(a::with))
                    .ifPresent(choices::add);
        }
        Choice best = Collections.min(choices, Comparator.comparingLong(Choice::nanos));
        for (Choice c : choices) {
            Choice now = best;
            best = variants.again(c.variant(), c.plan()).map(this::candidate).flatMap(a -> cheaper(a, Optional.of(now))).orElse(now);
        }
        return best;
    }

    private Optional<Choice> cheapest(List<Candidate> all) {
        Optional<Choice> best = Optional.empty();
        for (Candidate c : all.stream().sorted(Comparator.comparingLong(c -> c.planner().nanos())).toList()) {
            best = cheaper(c, best);
        }
        return best;
    }

    /** The candidate's plan, if it has one that takes less time than another. */
    private Optional<Choice> cheaper(Candidate c, Optional<Choice> best) {
        long nanos = best.map(Choice::nanos).orElse(Long.MAX_VALUE);
        if (c.planner().nanos() >= nanos || c.planner().bound() > budget) {
            return best;
        }
        return c.planner().ifAny(budget).map(c::with).filter(found -> found.nanos() < nanos).or(() -> best);
    }

    /** Between this way to cut and the next that keeps more, and then too much, there are others. */
    private Choice withMoreKept(Choice found) {
        Choice best = found;
        if (found.variant().cuts().longest().isPresent()) {
            Checkpointing c = found.variant().cuts().longest().get();
            int low = c.kept();
            int high = (int) Math.min(c.steps(), 2L * low);
            while (high - low > Math.max(1, low / FINEST)) {
                int kept = low + (high - low) / 2;
                Choice now = best;
                Choice more = candidate(trajectories.cut(c.keeping(kept))).flatMap(v -> cheaper(v, Optional.of(now))).orElse(now);
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
        for (CutScan scan : found.variant().cuts().scans()) {
            Choice now = best;
            best = candidate(best.variant().cuts().without(scan)).flatMap(v -> cheaper(v, Optional.of(now))).orElse(now);
        }
        return best;
    }

    /** What is found in looking for the least budget, or the error that names it. */
    private Choice least(List<Candidate> all, Function<Planned.Refused, ? extends RuntimeException> error) {
        List<Candidate> lowest = all.stream().sorted(Comparator.comparingLong(v -> v.planner().bound())).toList();
        return switch (lowest.getFirst().planner().within(budget)) {
            case Planned.Kept(MemoryPlan plan) -> lowest.getFirst().with(plan);
            case Planned.Refused r -> lower(lowest, r, error);
        };
    }

    /**
     * The same, knowing what the candidate with the lowest bound needs. Whatever budget was asked for, the least is the same: in the end none
     * has a plan that is found within a byte less.
     */
    private Choice lower(List<Candidate> lowest, Planned.Refused first, Function<Planned.Refused, ? extends RuntimeException> error) {
        long least = first.least();
        Optional<MemoryPlan> unlimited = first.unlimited();
        for (int k = 0; k < lowest.size(); k++) {
            Candidate v = lowest.get(k);
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
