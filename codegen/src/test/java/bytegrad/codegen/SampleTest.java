package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.fail;

import bytegrad.ir.Graph;
import bytegrad.ir.testing.Sample;
import bytegrad.ir.testing.Samples;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every sample, and the gradient of every differentiable one, compiled in many ways; see {@link Agreement}. */
final class SampleTest {
    /** Every way for everything, as check.sh asks; else those that differ most. */
    private static final boolean ALL = Boolean.getBoolean("bytegrad.samples.all");

    private static void check(Graph g, Sample s, List<Agreement.Trial> trials) {
        check(g, s, trials, ALL ? Agreement.all() : Agreement.everyWidthAndOtherwiseExtremes());
    }

    private static void check(Graph g, Sample s, List<Agreement.Trial> trials, List<Options> ways) {
        Agreement.failure(g, trials, ways)
                .ifPresent(failure -> fail(s.name() + ", seed " + Samples.SEED + ": " + failure));
    }

    @TestFactory
    Stream<DynamicTest> values() {
        return Samples.all().stream().map(s -> DynamicTest.dynamicTest(s.name(), () -> check(s.graph(), s,
                List.of(Agreement.Trial.of(s.inputs(Samples.SEED)), new Agreement.Trial(s.specialInputs(Samples.SEED), false)))));
    }

    @TestFactory
    Stream<DynamicTest> gradients() {
        return Samples.differentiable().stream().map(s -> DynamicTest.dynamicTest("gradient of " + s.name(),
                () -> check(Gradients.of(s.graph(), s.differentiable()), s, List.of(Agreement.Trial.of(s.inputs(Samples.SEED))))));
    }

    @TestFactory
    Stream<DynamicTest> secondOrder() {
        return Samples.differentiable().stream().map(s -> DynamicTest.dynamicTest("second order of " + s.name(),
                () -> check(Gradients.of(Gradients.of(s.graph(), s.differentiable()), s.differentiable()), s, List.of(Agreement.Trial.of(s.inputs(Samples.SEED))),
                        ALL ? Agreement.all() : Agreement.chunkedAndWhole())));
    }
}
