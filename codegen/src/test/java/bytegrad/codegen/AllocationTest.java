package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.Graph;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.Session;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A run allocates nothing, on the caller's thread and on workers, once C2 has compiled the kernels: until then every vector is an object. Each width has a JVM of
 * its own, as in real life; where several were used, C2's profiles of the Vector API are spoilt, and it may give up on a kernel.
 */
final class AllocationTest {
    private static final int WINDOWS = 20;
    private static final List<Thread> WORKERS = new ArrayList<>();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "SCALAR"})
    void aRunAllocatesNothing(Options.Simd simd) throws Exception {
        for (String threads : List.of("1", "2")) {
            String out = Child.run(folder, List.of(Child.java().toString(), "--add-modules", "jdk.incubator.vector", "-Dbytegrad.threads=2",
                    "-cp", System.getProperty("java.class.path"), AllocationTest.class.getName(), simd.name(), threads));
            assertTrue(out.contains("least 0 bytes") && out.contains("workers " + (Integer.parseInt(threads) - 1) + ";"), out);
        }
    }

    /** In the other JVM. */
    public static void main(String[] args) {
        Graph g = FactsTest.perceptron(new Sgd(0.1), 40, 33, 10);
        // In chunks, so that workers have something to do.
        Session s = Compiler.compile(g, Options.DEFAULT.withSimd(Options.Simd.valueOf(args[0])).withChunkNanos(0)).newSession(Integer.parseInt(args[1]));
        RandomGraphs.inputs(g, 1).forEach((name, v) -> s.set(name, Three.tensor(v)));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        s.run();
        workers().forEach(WORKERS::add);
        long least = Long.MAX_VALUE;
        double loss = 0;
        for (int window = 0; window < WINDOWS && least > 0; window++) {
            for (int i = 0; i < 5000; i++) {
                s.run();
            }
            long before = allocated(threads);
            for (int i = 0; i < 100; i++) {
                s.run();
                loss += s.scalar("loss");
            }
            least = Math.min(least, allocated(threads) - before);
        }
        System.out.println("least " + least + " bytes in 100 runs; workers " + workers().count() + "; sum of losses " + loss);
        // Workers are still there, and must not keep this JVM from ending.
    }

    private static Stream<Thread> workers() {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("bytegrad-worker"));
    }

    private static long allocated(com.sun.management.ThreadMXBean threads) {
        long sum = threads.getCurrentThreadAllocatedBytes();
        // An iterator would be an object, too.
        for (int k = 0; k < WORKERS.size(); k++) {
            sum += threads.getThreadAllocatedBytes(WORKERS.get(k).threadId());
        }
        return sum;
    }
}
