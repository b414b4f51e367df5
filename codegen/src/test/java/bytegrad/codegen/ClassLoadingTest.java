package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** Functions that are compiled, run and dropped leave no class behind; {@code check.sh 06} does 10,000. */
class ClassLoadingTest {
    private static final int CYCLES = 500;
    private static final int WARM = 60;

    private static final long METASPACE = 2 << 20;

    /** Another graph each time, over several slabs, with a loop that is cut for threads. */
    private static Graph graph(int number) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 8, 3 + number % 7);
        Node n = b.input("n", DType.F64);
        b.update(n, b.add(n, b.constant(DType.F64, 1)));
        b.output("y", b.sumAll(b.mul(x, b.constant(DType.F32, number))));
        return b.build();
    }

    private static void cycle(int number) {
        CompiledFunction f = Compiler.compile(graph(number), Options.DEFAULT.withChunkNanos(0));
        Session s = f.newSession(2);
        float[] ones = new float[8 * (3 + number % 7)];
        java.util.Arrays.fill(ones, 1);
        s.set("x", ones).set("n", new double[] {number}).run();
        assertEquals((double) ones.length * number, s.scalar("y"));
        assertEquals(number + 1.0, s.scalar("n"));
    }

    /** Loaders of compiled graphs that are left after a collection, of which the first may leave what it found dying: each graph has one. */
    private static long loaders() throws JMException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3 && least > 0; i++) {
            System.gc();
            ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
            String all = (String) ManagementFactory.getPlatformMBeanServer().invoke(commands, "vmClassloaderStats", null, null);
            least = Math.min(least, all.lines().filter(l -> l.contains("ArtefactLoader")).count());
        }
        return least;
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getName().equals("Metaspace")).mapToLong(p -> p.getUsage().getUsed()).sum();
    }

    @Test
    void compileAndDropLeavesNothing() throws JMException {
        long others = loaders();
        CompiledFunction kept = Compiler.compile(graph(1));
        for (int i = 0; i < WARM; i++) {
            cycle(i);
        }
        assertTrue(loaders() >= 1, "there is one of the function that is still known");
        long metaspace = metaspace();
        long before = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
        for (int i = 0; i < CYCLES; i++) {
            cycle(i);
        }
        assertTrue(ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount() - before >= CYCLES, "each is a class of its own");
        assertTrue(loaders() <= others + 1, "loaders are left");
        long grown = metaspace() - metaspace;
        assertTrue(grown < METASPACE, "metaspace grew by " + grown + " bytes");
        kept.newSession();
    }
}
