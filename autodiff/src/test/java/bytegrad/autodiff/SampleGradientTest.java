package bytegrad.autodiff;

import bytegrad.ir.testing.Samples;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every sample with a gradient: first and second order against finite differences. */
class SampleGradientTest {
    @TestFactory
    Stream<DynamicTest> agreesWithDifferences() {
        return Samples.differentiable().stream()
                .map(s -> DynamicTest.dynamicTest(
                        s.name(), () -> Directional.check(s.graph(), s.inputs(Samples.SEED), s.differentiable(), Samples.SEED)));
    }
}
