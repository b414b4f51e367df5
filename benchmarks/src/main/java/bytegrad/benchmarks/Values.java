package bytegrad.benchmarks;

import bytegrad.cli.workload.Task;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** A task's inputs for the reference interpreter. */
public final class Values {
    private Values() {}

    /** Every input and state, by name. */
    public static Map<String, Value> of(Task task) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (Node n : task.graph().inputs()) {
            String name = ((Op.Input) n.op()).name();
            values.put(name, Value.of(n.type(), IntStream.range(0, n.type().size()).mapToDouble(task.fill(name)::element).toArray()));
        }
        return values;
    }
}
