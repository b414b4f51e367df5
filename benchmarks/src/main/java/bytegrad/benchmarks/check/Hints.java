package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Interleaved;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Options;
import bytegrad.runtime.Session;
import java.util.List;

/** Steps whose layers, one at a time or some together, are subgraphs to recompute: memory, time, and the bits of a step that keeps everything. */
final class Hints {
    private static final int STEPS = 5;
    private static final double WARM_SECONDS = 3;
    private static final double SECONDS = 9;
    /** Of the memory for activations without hints. A perceptron's layer has inside what is as large as its result: of two tensors one is kept. */
    private static final double A_THIRD = 1.0 / 3;
    private static final double ONE_OF_TWO = 0.6;
    /** A forward pass more, of what are three with the backward one, and a little. */
    private static final double SLOWER = 1.4;

    private Hints() {}

    /** A network of which so many layers at a time are a subgraph, and what part of the activations' memory is left at most. */
    private record Hinted(int together, double most, DeepNetwork network) {}

    static void report(Report report) {
        report(report, DeepNetwork.perceptron(24, 256, 2048),
                List.of(new Hinted(1, ONE_OF_TWO, DeepNetwork.perceptron(24, 256, 2048, 1)), new Hinted(4, A_THIRD, DeepNetwork.perceptron(24, 256, 2048, 4))));
        report(report, DeepNetwork.transformer(12, 256, 16),
                List.of(new Hinted(1, A_THIRD, DeepNetwork.transformer(12, 256, 16, 1)), new Hinted(3, A_THIRD, DeepNetwork.transformer(12, 256, 16, 3))));
    }

    private static void report(Report report, DeepNetwork plain, List<Hinted> hinted) {
        String name = "hints-" + plain.name();
        if (!report.wants(name)) {
            return;
        }
        Explanation.Memory without = plain.explain(Options.DEFAULT).memory();
        report.figure(name + "-bytes-without", without.arenaBytes());
        List<Double> expected = DeepNetwork.losses(plain.session(Options.DEFAULT, 2), STEPS);
        for (Hinted h : hinted) {
            String row = name + "-" + h.together + "-a-subgraph";
            Explanation.Memory with = h.network.explain(Options.DEFAULT).memory();
            Session s = h.network.session(Options.DEFAULT, 2);
            report.figure(row + "-bytes", with.arenaBytes());
            report.atMost(row + "-of-activations", (double) (with.arenaBytes() - with.pinnedBytes()) / (without.arenaBytes() - without.pinnedBytes()), h.most);
            report.atMost(row + "-bytes-beside-planned", Math.abs(s.bytes() - with.arenaBytes()), 0);
            boolean same = DeepNetwork.losses(s, STEPS).equals(expected);
            report.fact(row + "-losses", same ? "identical" : "different", "identical", same);
            report.figure(row + "-estimated-time", (double) with.nanos() / without.nanos());
            Session slower = h.network.session(Options.DEFAULT, 1);
            Session faster = plain.session(Options.DEFAULT, 1);
            report.atMost(row + "-time", Interleaved.ratio(slower::run, faster::run, WARM_SECONDS, SECONDS), SLOWER);
        }
    }
}
