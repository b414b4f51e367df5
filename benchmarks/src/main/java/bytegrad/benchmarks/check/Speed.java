package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Call;
import bytegrad.benchmarks.Peak;
import bytegrad.benchmarks.Timing;
import bytegrad.benchmarks.Values;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.Map;

/** A on one thread, against the machine's peak and against ways to run it that are not compiled. */
final class Speed {
    private static final double WARM = 4;
    private static final double MEASURE = 3;
    /** What the issue asks for, and of which machine. */
    private static final double MILLISECONDS = 2.0;
    private static final double GFLOPS = 117;
    private static final int INTERPRETED = 3;

    private Speed() {}

    static void report(Report report) {
        double peak = new Peak().gflops();
        Task task = Workload.A.task();
        double compiled = Timing.of(Call.of(Workload.A), WARM, MEASURE).medianMicros() / 1e3;
        report.figure("speed-peak-gflops", peak);
        report.figure("speed-A-mflop", flops(task.graph()) / 1e6);
        report.atMost("speed-A-ms", compiled, MILLISECONDS * GFLOPS / peak);
        report.figure("speed-A-percent-of-peak", 100 * flops(task.graph()) / (compiled * 1e6) / peak);
        double opByOp = Timing.of(Call.of(Workload.A, Options.DEFAULT.withFusion(false)), WARM, MEASURE).medianMicros() / 1e3;
        report.figure("speed-A-op-by-op-by-compiled", opByOp / compiled);
        report.figure("speed-A-interpreter-by-compiled", interpreted(task) / compiled);
    }

    /** Operations of the contractions, a multiplication and an addition each: all the rest is less than a hundredth. */
    private static double flops(Graph graph) {
        double sum = 0;
        for (Node n : graph.nodes()) {
            if (n.op() instanceof Op.Contract c) {
                Node left = n.inputs().get(0);
                sum += 2.0 * n.shape().size() * c.leftContract().stream().mapToInt(axis -> left.shape().dim(axis)).reduce(1, (a, b) -> a * b);
            }
        }
        return sum;
    }

    /** Milliseconds of a step in the reference interpreter, the best of a few. */
    private static double interpreted(Task task) {
        Map<String, Value> inputs = Values.of(task);
        double best = Double.POSITIVE_INFINITY;
        double loss = 0;
        for (int i = 0; i < INTERPRETED; i++) {
            long start = System.nanoTime();
            loss += Interpreter.run(task.graph(), inputs).output("loss").scalar();
            best = Math.min(best, (System.nanoTime() - start) / 1e6);
        }
        if (Double.isNaN(loss)) {
            throw new IllegalStateException("the interpreter's loss is NaN");
        }
        return best;
    }
}
