package bytegrad.benchmarks.results;

import bytegrad.benchmarks.Caches;
import bytegrad.benchmarks.Peak;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What figures depend on: names and sizes, as Linux and the JVM tell them. */
final class Machine {
    private Machine() {}

    /** In the order to print them; what this system does not tell is left out. */
    static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        put(facts, "processor", field(Path.of("/proc/cpuinfo"), "model name"));
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        put(facts, "caches", Caches.words());
        put(facts, "memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
        facts.put("JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("vectors", Peak.bits() + " bits");
        return facts;
    }

    private static void put(Map<String, String> facts, String name, String value) {
        if (!value.isEmpty()) {
            facts.put(name, value);
        }
    }

    /** The value behind the colon of the first line of this name. */
    private static String field(Path file, String name) {
        return lines(file).stream().filter(l -> l.startsWith(name)).map(l -> l.substring(l.indexOf(':') + 1).strip()).findFirst().orElse("");
    }

    private static List<String> lines(Path file) {
        if (!Files.isReadable(file)) {
            return List.of();
        }
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
