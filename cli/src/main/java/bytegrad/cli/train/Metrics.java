package bytegrad.cli.train;

import bytegrad.cli.data.DataSet;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.Optional;

/** The contents of {@code metrics.json}. */
final class Metrics {
    private Metrics() {}

    static Json.Obj of(Settings settings, DataSet data, Engine engine, Progress progress, int parameters, Optional<Comparison> comparison) {
        JsonFields fields = new JsonFields()
                .put("settings", settings.json())
                .put("data", new JsonFields()
                        .put("folder", data.folder().toString())
                        .put("crc32", data.checksum())
                        .put("training_images", data.training().count())
                        .put("test_images", data.test().count())
                        .put("height", data.test().height())
                        .put("width", data.test().width())
                        .put("classes", data.classes())
                        .build())
                .put("engine", engine.toString())
                .put("simd_bits", SimdSupport.choice().bits())
                .put("simd_reason", SimdSupport.choice().reason())
                .put("threads", 1)
                .put("jdk", System.getProperty("java.vm.name") + " " + Runtime.version())
                .put("parameters", parameters)
                .put("epochs", new Json.Arr(progress.finished().stream().map(f -> (Json) f.json()).toList()));
        if (!progress.finished().isEmpty()) {
            fields.put("test_accuracy", progress.finished().getLast().testAccuracy());
        }
        comparison.ifPresent(c -> fields.put("comparison", c.json()));
        return fields.build();
    }
}
