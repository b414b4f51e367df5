package bytegrad.ir.eval;

import bytegrad.ir.Graph;
import java.util.LinkedHashMap;
import java.util.Map;

/** A graph run again and again: each step's updates are the next step's state. */
public final class InterpreterSession {
    private final Graph graph;
    private final Map<String, Value> state = new LinkedHashMap<>();

    /**
     * A session of a graph whose state inputs (those with an update) hold {@code initial}.
     *
     * @throws InputBindingException if {@code initial} names what is not a state input, or lacks one
     */
    public InterpreterSession(Graph graph, Map<String, Value> initial) {
        this.graph = graph;
        for (Graph.Update u : graph.updates()) {
            Value v = initial.get(u.name());
            if (v == null || !v.type().equals(u.state().type())) {
                throw new InputBindingException("state \"" + u.name() + "\" must be " + u.state().type() + " but "
                        + (v == null ? "has no initial value" : "is " + v.type()));
            }
            state.put(u.name(), v);
        }
        for (String name : initial.keySet()) {
            if (!state.containsKey(name)) {
                throw new InputBindingException("no state is named \"" + name + "\"; there are " + state.keySet());
            }
        }
    }

    /**
     * One run on the state and the other inputs. The state moves on only if the run succeeds.
     *
     * @throws EvaluationException as {@link Interpreter#run} does, and if {@code inputs} names a state input
     */
    public Interpreter.Result step(Map<String, Value> inputs) {
        Map<String, Value> all = new LinkedHashMap<>(state);
        inputs.forEach((name, v) -> {
            if (all.putIfAbsent(name, v) != null) {
                throw new InputBindingException("\"" + name + "\" is state of this session, not an input");
            }
        });
        Interpreter.Result result = Interpreter.run(graph, all);
        state.putAll(result.updates());
        return result;
    }

    /** What each state input holds now. */
    public Map<String, Value> state() {
        return Map.copyOf(state);
    }
}
