package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import java.util.List;
import java.util.stream.Stream;

/**
 * Passes in order, again and again until none finds anything.
 *
 * @param passes run in this order
 * @param rounds at most so many times; each pass keeps meaning, so stopping early is safe
 * @param verified checks every pass's result, as the safety mode wants it
 */
public record Pipeline(List<Pass> passes, int rounds, boolean verified) implements Pass {
    private static final int ROUNDS = 6;

    /** Sees each pass that changed the graph. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A pass did something.
         *
         * @param step counts from 1 those passes that did
         */
        void changed(int step, Pass pass, Graph before, Graph after);
    }

    public Pipeline {
        passes = List.copyOf(passes);
    }

    /** What any graph can go through, before its gradient is built and after. */
    public static Pipeline differentiable() {
        return new Pipeline(
                List.of(new FoldConstants(), new SimplifyViews(), new NarrowMaps(), new Algebra(), new SimplifyReductions(), new AbsorbTransposes(),
                        new JoinPads()),
                ROUNDS, false);
    }

    /**
     * What a graph goes through before it is compiled, with all graphs inside of it: as above, nothing is kept that only a gradient needs, and the
     * gradients of convolutions become contractions.
     */
    public static Pipeline standard() {
        Pipeline d = differentiable();
        return new Pipeline(Stream.of(List.of(new DropStopGradients(), new InlineBodies()), d.passes,
                List.of(new ContractOverlaps(), new JoinTaps(), new PlaceWindows(), new RaiseReshapes(), new OuterProducts(), new OrientProducts(),
                        new SimplifyBodies(Pipeline::standard))).<Pass>flatMap(List::stream).toList(), d.rounds, false);
    }

    /** The same passes, each result checked. */
    public Pipeline verifying() {
        return new Pipeline(passes, rounds, true);
    }

    /** The same passes but those of this name, to find out which one is to blame. */
    public Pipeline without(String name) {
        return new Pipeline(passes.stream().filter(p -> !p.name().equals(name)).toList(), rounds, verified);
    }

    @Override
    public Graph run(Graph graph) {
        return run(graph, (step, pass, before, after) -> {});
    }

    /**
     * Runs the passes.
     *
     * @throws IllegalStateException in verifying mode, naming the pass that broke the graph
     */
    public Graph run(Graph graph, Listener listener) {
        Graph now = graph;
        int step = 0;
        for (int round = 0; round < rounds; round++) {
            Graph start = now;
            for (Pass pass : passes) {
                Graph next = pass.run(now);
                if (next == now) {
                    continue;
                }
                if (verified) {
                    verify(pass, now, next);
                }
                listener.changed(++step, pass, now, next);
                now = next;
            }
            if (now == start) {
                break;
            }
        }
        return now;
    }

    private static void verify(Pass pass, Graph before, Graph after) {
        try {
            Verify.check(before, after);
        } catch (IllegalStateException e) {
            throw new IllegalStateException("after pass " + pass.name() + ": " + e.getMessage(), e);
        }
    }
}
