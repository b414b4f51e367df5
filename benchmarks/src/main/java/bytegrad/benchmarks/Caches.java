package bytegrad.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The first core's caches for data, as Linux tells them; none elsewhere. */
public final class Caches {
    private static final Path FOLDER = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Pattern KIBIBYTES = Pattern.compile("(\\d{1,9})K");
    private static final Pattern FIELD = Pattern.compile("(vendor_id|cache size)\\s*: (.*?)(?: KB)?");

    private Caches() {}

    private record Cache(String level, String size) {}

    /** Such as {@code L1 48K, L2 2048K}; empty where nothing is known. */
    public static String words() {
        return String.join(", ", all(FOLDER, PROCESSOR).stream().map(c -> "L" + c.level + " " + c.size).toList());
    }

    /** How many bytes the cache of a level has. */
    public static OptionalLong bytes(int level) {
        return bytes(level, FOLDER, PROCESSOR);
    }

    static OptionalLong bytes(int level, Path folder, Path processor) {
        return all(folder, processor).stream()
                .filter(c -> c.level.equals(Integer.toString(level)))
                .map(c -> KIBIBYTES.matcher(c.size))
                .filter(Matcher::matches)
                .mapToLong(m -> Long.parseLong(m.group(1)) << 10)
                .findFirst();
    }

    private static List<Cache> all(Path folder, Path processor) {
        try {
            if (!Files.isDirectory(folder)) {
                return second(processor).stream().toList();
            }
            try (Stream<Path> files = Files.list(folder)) {
                return files.filter(p -> p.getFileName().toString().startsWith("index"))
                        .sorted()
                        .filter(p -> !List.of("Instruction", "").contains(first(p.resolve("type"))))
                        .map(p -> new Cache(first(p.resolve("level")), first(p.resolve("size"))))
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Virtual machines often have no such folder. The one size that the kernel tells of a processor is that of its second cache on AMD's; on others it may be the third's. */
    private static Optional<Cache> second(Path processor) throws IOException {
        if (!Files.isReadable(processor)) {
            return Optional.empty();
        }
        List<Matcher> fields = Files.readAllLines(processor).stream().map(FIELD::matcher).filter(Matcher::matches).toList();
        boolean amd = fields.stream().anyMatch(m -> m.group(2).equals("AuthenticAMD"));
        return fields.stream().filter(m -> amd && m.group(1).equals("cache size")).findFirst().map(m -> new Cache("2", m.group(2) + "K"));
    }

    private static String first(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file).stream().findFirst().orElse("").strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
