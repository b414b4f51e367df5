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
    private static void check(Graph g, Sample s, List<Agreement.Trial> trials) {
        Agreement.failure(g, trials, Agreement.everyWidthAndOtherwiseExtremes())
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
}
