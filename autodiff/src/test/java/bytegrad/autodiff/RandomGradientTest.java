package bytegrad.autodiff;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.testing.RandomGraphs;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Random smooth graphs: many joins, and cotangents of every op through every other. */
class RandomGradientTest {
    private static final long SEED = Long.getLong("bytegrad.seed", 20260101);

    @TestFactory
    Stream<DynamicTest> agreesWithDifferences() {
        return LongStream.range(SEED, SEED + 150).mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> check(seed)));
    }

    private static void check(long seed) {
        Graph graph = RandomGraphs.smooth(seed, DType.F64);
        List<String> names = graph.inputs().stream().filter(n -> n.dtype().isFloat()).map(RandomGradientTest::name).toList();
        // Nothing to differentiate by where all is made of constants.
        if (!names.isEmpty()) {
            Directional.check(graph, RandomGraphs.inputs(graph, seed), names, seed);
        }
    }

    private static String name(Node input) {
        return ((Op.Input) input.op()).name();
    }
}
