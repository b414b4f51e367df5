package bytegrad.benchmarks.check;

import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;

/** How many kernels a step of A launches. */
final class LaunchCount {
    private static final int MOST = 12;

    private LaunchCount() {}

    static void report(Report report) {
        report.atMost("launches-A", Compiler.explain(Workload.A.task().graph()).launchCount(), MOST);
    }
}
