package bytegrad.benchmarks.results;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Who can be timed: a command that takes a workload, threads, seconds to warm up and seconds to measure, and prints one line {@code RESULT {json}}.
 *
 * @param name such as {@code tensorflow}
 */
public record Contender(String name, List<String> command) {
    /** The name of this project's own command. */
    public static final String OURS = "bytegrad";

    /** Libraries of the profile {@code peers}. */
    private static final List<String> PROFILE = List.of("pytorch", "tensorflow", "tensorflow-xla", "onnxruntime");

    /** Of the wider harness: the names of its scripts with the folder that each needs built. */
    private static final Map<String, String> HARNESS = Map.of("djl", "djl", "tf", "tf", "tfxla", "tf", "ort", "ort");

    public Contender {
        command = List.copyOf(command);
    }

    /** Bytegrad, as it is built in a tree. */
    public static Contender ours(Path root) {
        return new Contender(OURS, List.of(root.resolve("benchmarks/workload.sh").toString()));
    }

    /** Bytegrad, as it is built in a tree, that begins with scalar code: for the first result. */
    public static Contender oursFromScalar(Path root) {
        return new Contender(OURS, List.of(root.resolve("benchmarks/workload.sh").toString(), "--start=scalar"));
    }

    /** The libraries that are built: those of the profile {@code peers} if there are any, else those of the wider harness. */
    public static List<Contender> peers(Path root) {
        List<Contender> found = new ArrayList<>();
        if (Files.isDirectory(profile(root))) {
            PROFILE.forEach(name -> found.add(new Contender(name, List.of(root.resolve("benchmarks/peer.sh").toString(), name))));
            return found;
        }
        Path harness = harness(root);
        HARNESS.keySet().stream().sorted().forEach(name -> {
            if (Files.isDirectory(harness.resolve(HARNESS.get(name)).resolve("target/lib"))) {
                found.add(new Contender(name, List.of(harness.resolve("run_" + name + ".sh").toString())));
            }
        });
        return found;
    }

    /** What {@code mvn -Ppeers package} makes. */
    public static Path profile(Path root) {
        return root.resolve("benchmarks/peers/target/lib");
    }

    /** The wider harness: {@code BENCH_PEERS}, else {@code shared/peers} beside the project. */
    public static Path harness(Path root) {
        String given = System.getenv("BENCH_PEERS");
        return given != null && !given.isEmpty() ? Path.of(given) : root.resolveSibling("shared").resolve("peers");
    }
}
