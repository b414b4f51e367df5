package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Interleaved;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.MemoryBudgetException;
import bytegrad.codegen.Options;
import bytegrad.ir.Graph;
import bytegrad.runtime.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/** Training steps within memory budgets: bytes and bits, refusals, and the time of steps whose activations are most of their memory. */
final class MemoryBudgets {
    private static final int STEPS = 50;
    /** Between the least budget and that which is as good as none. */
    private static final int BUDGETS = 3;
    private static final double QUARTER = 0.25;
    private static final double SLOWER = 1.33;
    private static final double WARM_SECONDS = 3;
    private static final double SECONDS = 12;

    private MemoryBudgets() {}

    /** A step to be compiled, and how its session begins. */
    private record Step(String name, Graph graph, Function<Options, Session> session) {}

    private static List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (Workload w : List.of(Workload.A, Workload.B, Workload.D, Workload.E)) {
            Task task = w.task();
            steps.add(new Step(w.title(), task.graph(), o -> {
                Session s = Compiler.compile(task.graph(), o).newSession();
                task.inputs().forEach(s::set);
                task.state().forEach(s::set);
                return s;
            }));
        }
        List<DeepNetwork> deep = List.of(DeepNetwork.perceptron(24, 64, 64), DeepNetwork.transformer(12, 32, 4), DeepNetwork.lstm(200, 16, 4));
        for (DeepNetwork n : deep) {
            steps.add(new Step(n.name(), n.graph(), o -> n.session(o, 2)));
        }
        return steps;
    }

    /** What is allocated is what was planned, and fifty losses have the bits of those without a budget. */
    static void measured(Report report) {
        for (Step step : steps()) {
            if (report.wants("measured-" + step.name())) {
                Explanation.Memory free = Compiler.explain(step.graph(), Options.DEFAULT).memory();
                List<Double> expected = DeepNetwork.losses(step.session().apply(Options.DEFAULT), STEPS);
                long least = refusal(step.graph(), 1).least();
                TreeSet<Long> budgets = new TreeSet<>();
                for (int k = 0; k <= BUDGETS; k++) {
                    budgets.add(least + (free.arenaBytes() - least) * k / BUDGETS);
                }
                long differences = 0;
                int unlike = 0;
                for (long budget : budgets) {
                    Options within = Options.DEFAULT.withMemoryBudget(budget);
                    long planned = Compiler.explain(step.graph(), within).memory().arenaBytes();
                    Session s = step.session().apply(within);
                    differences += Math.abs(s.bytes() - planned) + Math.max(0, planned - budget);
                    unlike += DeepNetwork.losses(s, STEPS).equals(expected) ? 0 : 1;
                }
                report.figure("measured-" + step.name() + "-least-of-unlimited", (double) least / free.arenaBytes());
                report.atMost("measured-" + step.name() + "-bytes-beside-planned", differences, 0);
                report.fact("measured-" + step.name() + "-losses", unlike == 0 ? "identical" : unlike + " budgets differ", "identical", unlike == 0);
            }
        }
    }

    private static MemoryBudgetException refusal(Graph graph, long budget) {
        return refused(graph, budget).orElseThrow(() -> new IllegalStateException("a budget of " + budget + " bytes was met"));
    }

    private static Optional<MemoryBudgetException> refused(Graph graph, long budget) {
        try {
            Compiler.explain(graph, Options.DEFAULT.withMemoryBudget(budget));
            return Optional.empty();
        } catch (MemoryBudgetException e) {
            return Optional.of(e);
        }
    }

    static void refusals(Report report) {
        for (Step step : steps()) {
            if (report.wants("refusal-" + step.name())) {
                MemoryBudgetException first = refusal(step.graph(), 1);
                boolean met = refused(step.graph(), first.least()).isEmpty();
                boolean same = refused(step.graph(), first.least() - 1).filter(e -> e.least() == first.least()).isPresent();
                boolean below = refused(step.graph(), first.bound() - 1).filter(MemoryBudgetException::belowBound).isPresent();
                report.fact("refusal-" + step.name() + "-least", (met ? "met" : "refused") + ", a byte less " + (same ? "refused with the same" : "not"),
                        "met, a byte less refused with the same", met && same);
                report.fact("refusal-" + step.name() + "-below-bound", below ? "says so" : "does not", "says so", below);
            }
        }
    }

    /** A quarter of the memory for activations against no budget; and no budget against storing every node. */
    static void real(Report report) {
        for (DeepNetwork n : List.of(DeepNetwork.perceptron(24, 256, 2048), DeepNetwork.transformer(12, 256, 16))) {
            String row = "real-step-" + n.name();
            if (report.wants(row)) {
                Explanation.Memory free = n.explain(Options.DEFAULT).memory();
                long budget = free.pinnedBytes() + (long) (QUARTER * (free.arenaBytes() - free.pinnedBytes()));
                Session unlimited = n.session(Options.DEFAULT, 1);
                report.figure(row + "-activation-share", 1 - (double) free.pinnedBytes() / free.arenaBytes());
                Options within = Options.DEFAULT.withMemoryBudget(budget);
                Explanation.Memory tight = n.explain(within).memory();
                report.atMost(row + "-quarter-bytes", n.session(within, 1).bytes(), budget);
                report.figure(row + "-quarter-estimated-time", (double) tight.nanos() / free.nanos());
                Session quarter = n.session(within, 1);
                report.atMost(row + "-quarter-time", Interleaved.ratio(quarter::run, unlimited::run, WARM_SECONDS, SECONDS), SLOWER);
                Options storing = Options.DEFAULT.withFusion(false);
                Session all = n.session(storing, 1);
                report.atMost(row + "-peak-of-storing-everything", (double) unlimited.bytes() / all.bytes(), 1);
                report.atMost(row + "-time-of-storing-everything", Interleaved.ratio(unlimited::run, all::run, WARM_SECONDS, SECONDS), 1);
            }
        }
    }
}
