package bytegrad.cli.train;

import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import bytegrad.runtime.train.Epoch;
import java.util.List;
import java.util.Optional;

/** The contents of {@code metrics.json}. */
final class Metrics {
    private Metrics() {}

    static Json.Obj of(Settings settings, Task task, Training.How how, List<Epoch> epochs, long parameters,
            Optional<Engine.Memory> memory, Optional<Comparison> comparison) {
        JsonFields fields = new JsonFields()
                .put("settings", settings.json())
                .put("data", task.dataFields().build())
                .put("engine", how.engine().toString())
                .put("simd_bits", SimdSupport.choice().bits())
                .put("simd_reason", SimdSupport.choice().reason())
                .put("threads", how.threads())
                .put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version())
                .put("parameters", parameters)
                .put("epochs", new Json.Arr(epochs.stream().map(Metrics::epoch).toList()));
        memory.ifPresent(m -> fields.put("memory", m.json()));
        if (!epochs.isEmpty()) {
            fields.put(task.result(), epochs.getLast().figure(task.result()));
        }
        comparison.ifPresent(c -> fields.put("comparison", c.json()));
        return fields.build();
    }

    private static Json epoch(Epoch e) {
        JsonFields fields = new JsonFields().put("epoch", e.number());
        e.figures().forEach(fields::put);
        return fields.build();
    }
}
