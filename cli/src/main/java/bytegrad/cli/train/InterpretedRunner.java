package bytegrad.cli.train;

import bytegrad.ir.Graph;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.train.Runner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The reference interpreter. It computes in double, but its states are rounded to their dtype after each run, as a checkpoint
 * would round them: so resuming changes nothing.
 */
final class InterpretedRunner implements Runner {
    private final Graph graph;
    private final Map<String, Value> inputs = new HashMap<>();
    private final Map<String, Value> outputs = new HashMap<>();

    InterpretedRunner(Graph graph) {
        this.graph = graph;
    }

    @Override
    public void set(String name, Tensor value) {
        inputs.put(name, Values.of(value));
    }

    @Override
    public void run() {
        Interpreter.Result result = Interpreter.run(graph, inputs);
        outputs.putAll(result.outputs());
        result.updates().forEach((name, value) -> inputs.put(name, value.rounded()));
    }

    @Override
    public Tensor get(String name) {
        return Values.tensor(value(name).rounded());
    }

    @Override
    public double scalar(String name) {
        return value(name).scalar();
    }

    private Value value(String name) {
        Value v = outputs.get(name);
        v = v == null ? inputs.get(name) : v;
        if (v == null) {
            throw new IllegalStateException("\"" + name + "\" has no value");
        }
        return v;
    }

    @Override
    public List<String> states() {
        return graph.updates().stream().map(Graph.Update::name).toList();
    }
}
