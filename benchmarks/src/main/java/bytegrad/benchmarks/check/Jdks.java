package bytegrad.benchmarks.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** JDKs of this machine. */
final class Jdks {
    /** Where they are, as a rule. */
    static final Path USUAL = Path.of("/usr/lib/jvm");

    private Jdks() {}

    /** The home of a Java 17: named by JAVA17_HOME, or in the system's usual folder. */
    static Optional<Path> java17() throws IOException {
        List<Path> homes = new ArrayList<>();
        String named = System.getenv("JAVA17_HOME");
        if (named != null && !named.isEmpty()) {
            homes.add(Path.of(named));
        }
        if (Files.isDirectory(USUAL)) {
            try (Stream<Path> jdks = Files.list(USUAL)) {
                jdks.sorted().forEach(homes::add);
            }
        }
        for (Path home : homes) {
            Path release = home.resolve("release");
            if (Files.isRegularFile(release) && Files.readString(release).contains("JAVA_VERSION=\"17") && Files.isExecutable(home.resolve("bin/java"))) {
                return Optional.of(home);
            }
        }
        return Optional.empty();
    }
}
