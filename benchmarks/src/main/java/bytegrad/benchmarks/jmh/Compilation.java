package bytegrad.benchmarks.jmh;

import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.ir.Graph;
import bytegrad.runtime.CompiledFunction;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Compiling a workload in a warm JVM: the graph, and its gradient, are built already. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class Compilation {
    /** A workload's title. */
    @Param({"A", "B", "C1", "D", "E", "Fg"})
    public String workload = "A";

    private Graph graph = Workload.A.task().graph();

    /** Builds the graph. */
    @Setup
    public void prepare() {
        graph = Workload.named(workload).orElseThrow(() -> new IllegalArgumentException("no workload " + workload)).task().graph();
    }

    @Benchmark
    public CompiledFunction compile() {
        return Compiler.compile(graph);
    }
}
