package bytegrad.benchmarks.jmh;

import bytegrad.benchmarks.Call;
import bytegrad.benchmarks.Values;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.Map;

/** A way to run a graph. */
public enum Engine {
    /** The reference interpreter, in double. */
    INTERPRETER,
    /** Compiled kernels, one for each node, every value stored. */
    OP_BY_OP,
    COMPILED;

    /** A workload, ready to be run this way. */
    public Call call(Workload workload) {
        return switch (this) {
            case INTERPRETER -> new Interpreted(workload.task(), Values.of(workload.task()));
            case OP_BY_OP -> Call.of(workload, Options.DEFAULT.withFusion(false));
            case COMPILED -> Call.of(workload, Options.DEFAULT);
        };
    }

    /** Each run starts from the same state. */
    private record Interpreted(Task task, Map<String, Value> inputs) implements Call {
        Interpreted {
            inputs = Map.copyOf(inputs);
        }

        @Override
        public double run() {
            Interpreter.Result result = Interpreter.run(task.graph(), inputs);
            return result.outputs().values().iterator().next().at(0);
        }

        @Override
        public void reset() {}
    }
}
