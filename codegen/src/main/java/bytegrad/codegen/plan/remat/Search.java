package bytegrad.codegen.plan.remat;

import java.util.Arrays;
import java.util.Optional;

/** All ways to a sequence within a budget of live bytes, and the cheapest of what they find. */
final class Search {
    /** Up to so many kernels the best sequence is found by going through all of them. */
    private static final int SMALL = 16;
    /** Beyond so many kernels repair is too slow; sweeps remain. */
    private static final int LARGE = 4000;

    /** A sweep may take one part in so many of what is left; all of it where there is nothing else to do. */
    private static final int SWEEPS_SHARE = 8;
    /** So many times the steps for a graph that only sweeps are fast enough for: theirs are short. */
    private static final int LARGE_SWEEP = 16;

    private Search() {}

    /**
     * What was found.
     *
     * @param sequence the cheapest within the budget, if any
     * @param proved there is none cheaper; or none at all, where none was found
     */
    record Found(Optional<int[]> sequence, boolean proved) {}

    /**
     * A search within a budget without what is pinned.
     *
     * @param start a sequence to begin with, beside those that are made here
     */
    static Found within(CompactGraph g, long budget, Effort effort, Optional<int[]> start) {
        Profile given = new Profile(g, budget);
        int[] order = Orders.given(g);
        given.load(order, order.length);
        if (given.area() == 0) {
            return new Found(Optional.of(order), true);
        }
        if (LowerBound.of(g).bytes() - g.pinned > budget) {
            return new Found(Optional.empty(), true);
        }
        Optional<int[]> chain = Chain.plan(g, budget);
        if (chain.isPresent()) {
            return new Found(chain, true);
        }
        if (effort.exact() && g.kernels <= SMALL && ExactSearch.suits(g)) {
            ExactSearch.Found exact = ExactSearch.cheapest(g, budget, new Box(effort.steps()));
            if (exact.proved()) {
                return new Found(exact.sequence(), true);
            }
        }
        return portfolio(g, budget, effort, start);
    }

    private static Found portfolio(CompactGraph g, long budget, Effort effort, Optional<int[]> start) {
        Box box = new Box(effort.steps());
        Restarts restarts = new Restarts(g, budget, box);
        int[] given = Orders.given(g);
        if (effort.any()) {
            // One walk is often enough, where repair would spend all there is on one plan.
            for (int t = 0; t < Sweep.TASTES.length && !restarts.fits(); t++) {
                Sweep.run(g, budget, given, Sweep.TASTES[t], box).ifPresent(swept -> restarts.take(swept, false));
            }
            if (restarts.fits()) {
                return new Found(Optional.of(restarts.best()), restarts.free());
            }
        }
        start.ifPresent(restarts::add);
        if (g.kernels <= LARGE) {
            Rotor.sequences(g, budget, box).forEach(restarts::add);
            restarts.add(given);
            for (int[] order : Orders.all(g)) {
                if (!restarts.free() && !Arrays.equals(order, given)) {
                    restarts.add(order);
                }
            }
        }
        sweep(g, budget, restarts, box);
        if (g.kernels <= LARGE && !(effort.any() && restarts.fits())) {
            restarts.improve(effort.any());
        }
        return new Found(restarts.fits() ? Optional.of(restarts.best()) : Optional.empty(), restarts.free());
    }

    /** Sweeps by each taste, until one does not come to an end: where that happens, it mostly happens to all. */
    private static void sweep(CompactGraph g, long budget, Restarts restarts, Box box) {
        boolean large = g.kernels > LARGE;
        for (Sweep.Taste taste : Sweep.TASTES) {
            if (restarts.free() || !box.open() || large && restarts.fits()) {
                return;
            }
            Box part = large ? new Box(LARGE_SWEEP * box.left()) : box.part(box.left() / SWEEPS_SHARE);
            Optional<int[]> swept = Sweep.run(g, budget, Orders.given(g), taste, part);
            box.spend(large ? part.spent() / LARGE_SWEEP : part.spent());
            swept.ifPresent(s -> restarts.take(s, !large));
            if (swept.isEmpty() && restarts.fits()) {
                return;
            }
        }
    }
}
