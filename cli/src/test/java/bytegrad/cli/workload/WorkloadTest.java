package bytegrad.cli.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.Compiler;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WorkloadTest {
    /** Of SPEC.md's formulas, computed apart from this code: python3, integers masked to 32 bits, floats by numpy. */
    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 33350994", "101, 7, 3393725617", "403, 123456, 2697803405"})
    void hash(int seed, int i, long expected) {
        assertEquals(expected, Integer.toUnsignedLong(SpecNumbers.hash(seed, i)));
    }

    @Test
    void numbersStayInTheirRanges() {
        for (int i = 0; i < 10_000; i++) {
            float v = SpecNumbers.value(3, i, 2);
            assertTrue(v >= -1 && v < 1, "value " + v);
            int n = SpecNumbers.index(102, i, 10);
            assertTrue(n >= 0 && n < 10, "index " + n);
        }
        assertEquals(0.17496355f, SpecNumbers.kaiming(784));
    }

    @ParameterizedTest
    @EnumSource
    void everyInputIsFilledOnce(Workload workload) {
        assertEquals(workload, Workload.named(workload.title()).orElseThrow());
        Task task = workload.task();
        Set<String> names = task.graph().inputs().stream().map(Node::op).map(op -> ((Op.Input) op).name()).collect(Collectors.toSet());
        assertEquals(names, task.fills().keySet());
        Set<String> both = new HashSet<>(task.inputs().keySet());
        both.addAll(task.state().keySet());
        assertEquals(names, both);
    }

    @Test
    void theTwinInF64StartsFromTheSameFloats() {
        Tensor f32 = Workload.C1.task().inputs().get("W2");
        Tensor f64 = Workload.C1.task(DType.F64, Detail.LOSS).inputs().get("W2");
        for (int i = 0; i < f32.size(); i++) {
            assertEquals(f32.floats()[i], f64.doubles()[i]);
        }
    }

    /** PyTorch's losses in f64: shared/peers/golden/torch-f64.json. */
    @ParameterizedTest
    @CsvSource({"A, 2.4840405283184364, 1.926455221482313", "B, 2.4932638053672065, 2.06453161692783"})
    void lossesOfTwoStepsAreKnown(Workload workload, double first, double second) {
        assertLosses(workload, DType.F32, Detail.LOSS, 1e-5, first, second);
        // PyTorch's learning rate is a double: so is ours, in f64.
        assertLosses(workload, DType.F64, Detail.GRADIENTS, 1e-12, first, second);
    }

    private static void assertLosses(Workload workload, DType dtype, Detail detail, double tolerance, double... expected) {
        Task task = workload.task(dtype, detail);
        Session session = Compiler.compile(task.graph()).newSession();
        task.inputs().forEach(session::set);
        task.state().forEach(session::set);
        for (double loss : expected) {
            session.run();
            assertEquals(loss, session.scalar("loss"), tolerance * loss, workload + " " + dtype);
        }
    }
}
