package bytegrad.benchmarks.check;

import bytegrad.codegen.Compiler;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.runtime.Session;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import javax.management.JMException;
import javax.management.ObjectName;

/** 10,000 graphs compiled, run and dropped: neither classes nor metaspace are left behind. */
final class DroppedClasses {
    private static final int CYCLES = 10_000;
    private static final int WARM = 500;

    private static final double MEGABYTES = 2;

    private DroppedClasses() {}

    static void report(Report report) {
        for (int i = 0; i < WARM; i++) {
            cycle(i);
        }
        loaders();
        double metaspace = metaspace();
        long loaded = ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount();
        double most = 0;
        for (int i = 0; i < CYCLES; i++) {
            cycle(i);
            if (i % 1000 == 999) {
                loaders();
                most = Math.max(most, metaspace());
            }
        }
        report.atLeast("classes-loaded", ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount() - loaded, CYCLES);
        report.atMost("classes-left", loaders(), 0);
        report.figure("classes-metaspace-megabytes", metaspace);
        report.atMost("classes-metaspace-growth-megabytes", most - metaspace, MEGABYTES);
    }

    private static void cycle(int number) {
        int columns = 3 + number % 13;
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 8, columns);
        Node n = b.input("n", DType.F64);
        b.update(n, b.add(n, b.constant(DType.F64, 1)));
        b.output("y", b.sumAll(b.mul(x, b.constant(DType.F32, number))));
        Session s = Compiler.compile(b.build()).newSession();
        float[] ones = new float[8 * columns];
        Arrays.fill(ones, 1);
        s.set("x", ones).set("n", new double[] {number}).run();
        if (s.scalar("y") != 8.0 * columns * number || s.scalar("n") != number + 1) {
            throw new IllegalStateException("a wrong result in cycle " + number);
        }
    }

    /** Loaders of compiled graphs that are left after a collection, of which the first may leave what it found dying: each graph has one. */
    private static long loaders() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3 && least > 0; i++) {
            System.gc();
            least = Math.min(least, statistics().lines().filter(l -> l.contains("ArtefactLoader")).count());
        }
        return least;
    }

    /** What {@code jcmd PID VM.classloader_stats} says: a line for each loader. */
    private static String statistics() {
        try {
            ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
            return (String) ManagementFactory.getPlatformMBeanServer().invoke(commands, "vmClassloaderStats", null, null);
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getName().equals("Metaspace")).mapToLong(p -> p.getUsage().getUsed()).sum() / 1e6;
    }
}
