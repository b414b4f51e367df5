package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.Graph;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.Session;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A run allocates nothing, once C2 has compiled the kernels: until then every vector is an object. Each width has a JVM of
 * its own, as in real life; where several were used, C2's profiles of the Vector API are spoilt, and it may give up on a kernel.
 */
final class AllocationTest {
    private static final int WINDOWS = 20;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SCALAR"})
    void aRunAllocatesNothing(Options.Simd simd) throws Exception {
        String out = Child.run(folder, List.of(Child.java().toString(), "--add-modules", "jdk.incubator.vector",
                "-cp", System.getProperty("java.class.path"), AllocationTest.class.getName(), simd.name()));
        assertTrue(out.contains("least 0 bytes"), out);
    }

    /** In the other JVM. */
    public static void main(String[] args) {
        Graph g = FactsTest.perceptron(new Sgd(0.1), 40, 33, 10);
        Session s = Compiler.compile(g, Options.DEFAULT.withSimd(Options.Simd.valueOf(args[0]))).newSession();
        RandomGraphs.inputs(g, 1).forEach((name, v) -> s.set(name, Three.tensor(v)));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        double loss = 0;
        for (int window = 0; window < WINDOWS && least > 0; window++) {
            for (int i = 0; i < 5000; i++) {
                s.run();
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                s.run();
                loss += s.scalar("loss");
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("least " + least + " bytes in 100 runs; sum of losses " + loss);
    }
}
