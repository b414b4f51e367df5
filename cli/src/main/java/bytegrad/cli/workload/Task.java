package bytegrad.cli.workload;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A graph with values for its inputs.
 *
 * @param graph what to run
 * @param fills how to make each input, state inputs included, by name
 * @param kept inputs that are set once: the parameters of a network that only predicts
 */
public record Task(Graph graph, Map<String, Fill> fills, Set<String> kept) {
    /** Copies the map, in its order, and the set. */
    public Task {
        fills = Collections.unmodifiableMap(new LinkedHashMap<>(fills));
        kept = Set.copyOf(kept);
    }

    /** All of whose inputs are data or states. */
    public Task(Graph graph, Map<String, Fill> fills) {
        this(graph, fills, Set.of());
    }

    /** How to make the input of this name; throws IllegalStateException where nothing says so. */
    public Fill fill(String name) {
        Fill fill = fills.get(name);
        if (fill == null) {
            throw new IllegalStateException("nothing says how to fill input \"" + name + "\"");
        }
        return fill;
    }

    /** The inputs that stay as they are from run to run. */
    public Map<String, Tensor> inputs() {
        return tensors(false);
    }

    /** The inputs that a run updates, as they are before the first run. */
    public Map<String, Tensor> state() {
        return tensors(true);
    }

    private Map<String, Tensor> tensors(boolean updated) {
        Set<String> states = graph.updates().stream().map(Graph.Update::name).collect(Collectors.toSet());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Node n : graph.inputs()) {
            String name = ((Op.Input) n.op()).name();
            if (states.contains(name) == updated) {
                tensors.put(name, fill(name).tensor(n.type()));
            }
        }
        return tensors;
    }
}
