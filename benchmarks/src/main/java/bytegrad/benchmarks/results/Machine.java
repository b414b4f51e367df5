package bytegrad.benchmarks.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What figures depend on: names and sizes, as Linux and the JVM tell them. */
final class Machine {
    private Machine() {}

    /** In the order to print them; what this system does not tell is left out. */
    static Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        put(facts, "processor", field(Path.of("/proc/cpuinfo"), "model name"));
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        put(facts, "caches", caches());
        put(facts, "memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
        facts.put("JVM", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("vectors", bytegrad.benchmarks.Peak.bits() + " bits");
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

    private static String caches() {
        Path folder = Path.of("/sys/devices/system/cpu/cpu0/cache");
        if (!Files.isDirectory(folder)) {
            return "";
        }
        try (Stream<Path> all = Files.list(folder)) {
            return String.join(", ", all.filter(p -> p.getFileName().toString().startsWith("index")).sorted().map(Machine::cache).filter(s -> !s.isEmpty()).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String cache(Path index) {
        String type = first(index.resolve("type"));
        return type.equals("Instruction") || type.isEmpty() ? "" : "L" + first(index.resolve("level")) + " " + first(index.resolve("size"));
    }

    private static String first(Path file) {
        return lines(file).stream().findFirst().orElse("").strip();
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
