package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Functions that are compiled, run and dropped leave no class behind; {@code check.sh 06} does 10,000. */
class ClassLoadingTest {
    private static final int CYCLES = 500;
    private static final int WARM = 60;

    /** Classes that the JVM or the JDK make for themselves, such as for a call that became frequent. */
    private static final int OTHERS = 30;

    private static final long METASPACE = 2 << 20;

    /** Another graph each time, over several slabs, with a loop that is cut for threads. */
    private static void cycle(int number) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 8, 3 + number % 7);
        Node n = b.input("n", DType.F64);
        b.update(n, b.add(n, b.constant(DType.F64, 1)));
        b.output("y", b.sumAll(b.mul(x, b.constant(DType.F32, number))));
        CompiledFunction f = Compiler.compile(b.build(), Options.DEFAULT.withChunkNanos(0));
        Session s = f.newSession(2);
        float[] ones = new float[8 * (3 + number % 7)];
        java.util.Arrays.fill(ones, 1);
        s.set("x", ones).set("n", new double[] {number}).run();
        assertEquals((double) ones.length * number, s.scalar("y"));
        assertEquals(number + 1.0, s.scalar("n"));
    }

    private static long classes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(20);
            least = Math.min(least, ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
        }
        return least;
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getName().equals("Metaspace")).mapToLong(p -> p.getUsage().getUsed()).sum();
    }

    @Test
    void compileAndDropLeavesNothing() throws InterruptedException {
        for (int i = 0; i < WARM; i++) {
            cycle(i);
        }
        long classes = classes();
        long metaspace = metaspace();
        long before = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
        for (int i = 0; i < CYCLES; i++) {
            cycle(i);
        }
        assertTrue(ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount() - before >= CYCLES, "each is a class of its own");
        long left = classes() - classes;
        assertTrue(left <= OTHERS, left + " classes are left of " + CYCLES);
        long grown = metaspace() - metaspace;
        assertTrue(grown < METASPACE, "metaspace grew by " + grown + " bytes");
    }
}
