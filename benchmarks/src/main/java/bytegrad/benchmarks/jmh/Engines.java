package bytegrad.benchmarks.jmh;

import bytegrad.benchmarks.Call;
import bytegrad.cli.workload.Workload;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The same workload in each {@link Engine}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class Engines {
    /** A workload's title. */
    @Param({"A", "C64", "F"})
    public String workload = "A";

    /** How it is run. */
    @Param
    public Engine engine = Engine.COMPILED;

    private Call call = new Call.Nothing();

    /** Compiles and sets the inputs. */
    @Setup
    public void prepare() {
        call = engine.call(Workload.named(workload).orElseThrow(() -> new IllegalArgumentException("no workload " + workload)));
    }

    /** Keeps training from drifting into denormals. */
    @Setup(Level.Iteration)
    public void reset() {
        call.reset();
    }

    /** One call, as SPEC.md defines it. */
    @Benchmark
    public double call() {
        return call.run();
    }
}
