package bytegrad.benchmarks.check;

import bytegrad.benchmarks.planner.GraphFile;
import bytegrad.codegen.plan.remat.KernelGraph;
import java.nio.file.Path;
import java.util.Map;

/** The graphs of {@code data/remat} by the names that its tables have for them. */
final class RematGraphs {
    private static final String RANDOM = "moccasin/random_layered_n%s_nlv0.75_ed0.2_scd0.14.json";
    private static final Map<String, String> FILES = Map.ofEntries(
            Map.entry("vgg16", "moccasin/VGG16 (MLSys)_256_(224, 224, 3)_train_nx.json"),
            Map.entry("vgg19", "moccasin/VGG19 (MLSys)_256_(224, 224, 3)_train_nx.json"),
            Map.entry("fcn8", "moccasin/fcn_8_vgg (MLSys)_32_(416, 608, 3)_train_nx.json"),
            Map.entry("unet", "moccasin/vgg_unet (MLSys)_32_(416, 608, 3)_train_nx.json"),
            Map.entry("segnet", "moccasin/segnet (MLSys)_32_(416, 608, 3)_train_nx.json"),
            Map.entry("mobilenet", "moccasin/MobileNet (MLSys)_512_(224, 224, 3)_train_nx.json"),
            Map.entry("resnet50", "moccasin/ResNet50 (MLSys)_256_(224, 224, 3)_train_nx.json"),
            Map.entry("vgg19_flop_b1", "vgg19_flop_b1.json"),
            Map.entry("rlg100", RANDOM.formatted("100_w0.27")),
            Map.entry("rlg250", RANDOM.formatted("250_w0.43")),
            Map.entry("rlg500", RANDOM.formatted("500_w0.36")),
            Map.entry("rlg1000", RANDOM.formatted("1000_w0.31")));

    private RematGraphs() {}

    static Path folder() {
        return Places.shared().resolve("data/remat");
    }

    static KernelGraph read(String name) {
        String file = FILES.get(name);
        if (file == null) {
            throw new IllegalArgumentException("no graph " + name);
        }
        return GraphFile.read(folder().resolve(file));
    }
}
