package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Attention;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
            String out = run(simd.name(), threads, "perceptron");
            assertTrue(out.contains("least 0 bytes") && out.contains("workers " + (Integer.parseInt(threads) - 1) + ";"), out);
        }
    }

    /** Of a softmax HotSpot left some vectors objects, as long as a row's maximum was asked for the greater of itself and the next, and not the other way round. */
    @Test
    void anAttentionAllocatesNothing() throws Exception {
        assertTrue(run("AUTO", "1", "attention").contains("least 0 bytes"));
    }

    private String run(String... args) throws Exception {
        return Child.run(folder, Stream.concat(Stream.of(Child.java().toString(), "--add-modules", "jdk.incubator.vector", "-Dbytegrad.threads=2",
                "-cp", System.getProperty("java.class.path"), AllocationTest.class.getName()), Stream.of(args)).toList());
    }

    private static Graph attention() {
        GraphBuilder b = new GraphBuilder();
        List<Node> qkv = Stream.of("q", "k", "v").map(name -> b.input(name, DType.F32, 2, 1, 229, 18)).toList();
        Node y = Attention.scaledDotProduct(b, qkv.get(0), qkv.get(1), qkv.get(2), Optional.empty());
        Node loss = Losses.mean(b, b.mul(y, y));
        b.output("loss", loss);
        b.output("dq", Gradient.of(b, loss, qkv).getFirst());
        return b.build();
    }

    /** In the other JVM. */
    public static void main(String[] args) {
        boolean attention = args[2].equals("attention");
        Graph g = attention ? attention() : FactsTest.perceptron(new Sgd(0.1), 40, 33, 10);
        Options options = Options.DEFAULT.withSimd(Options.Simd.valueOf(args[0]));
        // In chunks, so that workers have something to do.
        CompiledFunction f = Compiler.compile(g, attention ? options : options.withChunkNanos(0));
        if (attention) {
            f.warmUp();
        }
        Session s = f.newSession(Integer.parseInt(args[1]));
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
