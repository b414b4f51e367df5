package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.train.Trained;
import bytegrad.cli.workload.Fill;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Npz;
import bytegrad.runtime.io.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A graph with all that goes with it into a jar.
 *
 * @param graph to compile
 * @param values of inputs and states that stay in the jar
 * @param metadata to note with them
 * @param sample values of the other inputs
 * @param sampleText where those are from, for people
 */
record JarSource(Graph graph, Map<String, Tensor> values, Map<String, String> metadata, Map<String, Tensor> sample, String sampleText) {
    private static final float SMALL = 0.1f;
    /** What workloads call what is not learnt. */
    private static final Set<String> DATA = Set.of("x", "label", "id", "target");

    JarSource {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        metadata = Map.copyOf(metadata);
        sample = Collections.unmodifiableMap(new LinkedHashMap<>(sample));
    }

    /** What a training left. */
    static JarSource of(Trained t) {
        return new JarSource(t.graph(), t.values(), t.metadata(), t.sample(), t.sampleText()).filled();
    }

    /** A training's model, so many rows at a time. */
    static JarSource prediction(Path folder, OptionalInt rows) {
        return of(Trained.prediction(folder, rows));
    }

    /** A workload with its own numbers. */
    static JarSource of(Workload workload) {
        Task task = workload.task();
        Map<String, Tensor> values = new LinkedHashMap<>(task.inputs());
        Map<String, Tensor> sample = new LinkedHashMap<>();
        if (workload.kind() != Workload.Kind.ARRAYS) {
            DATA.stream().sorted().filter(values::containsKey).toList().forEach(n -> sample.put(n, values.get(n)));
        } else {
            sample.putAll(values);
        }
        values.keySet().removeAll(sample.keySet());
        values.putAll(task.state());
        return new JarSource(task.graph(), values, Map.of(), sample, "the workload's own numbers");
    }

    /**
     * A graph's text.
     *
     * @param weights a safetensors file with values
     * @throws InputError if a state has no value
     */
    static JarSource file(String file, Optional<Path> weights) {
        Graph graph = GraphSource.of(file);
        Optional<Safetensors> stored = weights.map(Safetensors::read);
        JarSource source = new JarSource(graph, stored.map(Safetensors::tensors).map(t -> (Map<String, Tensor>) t).orElse(Map.of()),
                stored.map(s -> (Map<String, String>) s.metadata()).orElse(Map.of()), Map.of(), "made-up numbers");
        List<String> missing = new ArrayList<>(source.states());
        missing.removeAll(source.values.keySet());
        if (!missing.isEmpty()) {
            throw new InputError(file + ": has states without values: " + String.join(", ", missing) + "; give " + (weights.isEmpty() ? "" : "them too in ")
                    + "a .safetensors file by --weights");
        }
        return source.filled();
    }

    /** Inputs that an application is not expected to set: the weights of a model that only predicts. */
    Set<String> kept() {
        Set<String> kept = new LinkedHashSet<>(graph.updates().isEmpty() ? graph.inputsWithoutUpdates() : List.of());
        kept.retainAll(values.keySet());
        return kept;
    }

    private Set<String> states() {
        Set<String> states = new LinkedHashSet<>();
        graph.updates().forEach(u -> states.add(u.name()));
        return states;
    }

    /** With inputs out of a file. */
    JarSource withSample(Path file) {
        Map<String, Tensor> all = new LinkedHashMap<>(sample);
        String name = file.toString();
        if (!name.endsWith(".npz") && !name.endsWith(".safetensors")) {
            throw new InputError("--sample " + file + ": should be an .npz or .safetensors file");
        }
        all.putAll(name.endsWith(".npz") ? Npz.read(file) : Safetensors.read(file).tensors());
        return new JarSource(graph, values, metadata, all, file.toString());
    }

    /** With made-up numbers for the inputs that have none: small ones for floats, and 0 for integers, which is within any index's bounds. */
    private JarSource filled() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (Node n : graph.inputs()) {
            String name = ((Op.Input) n.op()).name();
            Fill fill = n.type().dtype().isFloat() ? new Fill.Uniform(all.size() + 1, SMALL) : new Fill.Same(0);
            if (sample.containsKey(name)) {
                all.put(name, sample.get(name));
            } else if (!values.containsKey(name)) {
                all.put(name, fill.tensor(n.type()));
            }
        }
        // What is no input stays, to be refused by name.
        sample.forEach(all::putIfAbsent);
        return new JarSource(graph, values, metadata, all, sampleText);
    }
}
