package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Interleaved;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.MemoryBudgetException;
import bytegrad.codegen.Options;
import bytegrad.runtime.Session;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Recurrent networks of 1,000 steps within budgets of the carries that they keep: peaks, times, and the bits of their losses. */
final class ScanBudgets {
    private static final int STEPS = 1000;
    private static final int WIDTH = 64;
    private static final int BATCH = 32;
    private static final int LOSSES = 5;
    /** Twice the root of the steps, and a few for the work itself: what one run of the scan more has to be enough for. */
    private static final double ROOT = 2 * Math.sqrt(STEPS) + 6;
    /** One forward pass more, of four: a backward step is a forward one and twice as much again. */
    private static final double SLOWER = 1.33;
    private static final double WARM_SECONDS = 0.7;
    private static final double SECONDS = 3;

    private ScanBudgets() {}

    static void report(Report report) {
        for (DeepNetwork n : List.of(DeepNetwork.lstm(STEPS, WIDTH, BATCH), DeepNetwork.lstmLayer(STEPS, WIDTH, BATCH))) {
            if (report.wants("scan-" + n.name())) {
                report(report, n);
            }
        }
    }

    private static void report(Report report, DeepNetwork n) {
        String row = "scan-" + n.name();
        Explanation.Memory free = n.explain(Options.DEFAULT).memory();
        // Of h and c.
        double carry = 2.0 * Float.BYTES * WIDTH * BATCH;
        report.figure(row + "-unlimited-bytes", free.arenaBytes());
        report.figure(row + "-carries-of-unlimited", STEPS * carry / free.arenaBytes());
        List<Double> expected = DeepNetwork.losses(n.session(Options.DEFAULT, 1), LOSSES);
        Map<String, Long> budgets = new LinkedHashMap<>();
        budgets.put("nine-tenths", free.arenaBytes() - (long) (0.1 * STEPS * carry));
        budgets.put("half", free.arenaBytes() - (long) (0.5 * STEPS * carry));
        budgets.put("root", free.arenaBytes() - (long) ((STEPS - ROOT) * carry));
        budgets.put("least", least(n));
        Session unlimited = n.session(Options.DEFAULT, 1);
        budgets.forEach((name, budget) -> {
            Options within = Options.DEFAULT.withMemoryBudget(budget);
            Explanation.Memory m = n.explain(within).memory();
            Session s = n.session(within, 1);
            String one = row + "-" + name;
            report.figure(one + "-steps-again", m.scans().stream().mapToLong(Explanation.CheckpointedScan::again).sum());
            report.figure(one + "-estimated-time", (double) m.nanos() / free.nanos());
            report.atMost(one + "-bytes", s.bytes(), budget);
            report.fact(one + "-peak", Long.toString(s.bytes()), Long.toString(m.arenaBytes()), s.bytes() == m.arenaBytes());
            boolean same = DeepNetwork.losses(s, LOSSES).equals(expected);
            report.fact(one + "-losses", same ? "identical" : "differ", "identical", same);
            double ratio = Interleaved.ratio(s::run, unlimited::run, WARM_SECONDS, SECONDS);
            if (name.equals("least")) {
                report.figure(one + "-time", ratio);
            } else {
                report.atMost(one + "-time", ratio, SLOWER);
            }
        });
    }

    private static long least(DeepNetwork n) {
        try {
            Compiler.explain(n.graph(), Options.DEFAULT.withMemoryBudget(1));
            throw new IllegalStateException("a budget of a byte was met");
        } catch (MemoryBudgetException e) {
            return e.least();
        }
    }
}
