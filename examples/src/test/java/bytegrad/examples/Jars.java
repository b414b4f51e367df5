package bytegrad.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Makes jars as people do, and runs programs. */
final class Jars {
    private static final Path DIGITS = Path.of(System.getProperty("bytegrad.root", ".."), "examples", "digits");

    private Jars() {}

    /** A file of the folder with the net for digits. */
    static Path digits(String name) {
        return DIGITS.resolve(name);
    }

    /** The jar of the net for digits. */
    static Path digitsJar(Path folder) throws IOException, InterruptedException {
        Path jar = folder.resolve("digits.jar");
        bytegrad("compile", digits("digits.graph"), "--weights", digits("digits.safetensors"), "-o", jar);
        return jar;
    }

    /** {@code ./bytegrad} with these words. */
    static String bytegrad(Object... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java().toString(), "--add-modules", "jdk.incubator.vector", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), "bytegrad.cli.Main"));
        Arrays.stream(words).map(Object::toString).forEach(command::add);
        return run(command);
    }

    /** The Java that runs the tests. */
    static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** A Java 17. Where there is none, the test is skipped, but on CI it fails. */
    static Path java17() throws IOException {
        List<Path> homes = new ArrayList<>();
        String named = System.getenv("JAVA17_HOME");
        if (named != null) {
            homes.add(Path.of(named));
        }
        Path all = Path.of("/usr/lib/jvm");
        if (Files.isDirectory(all)) {
            try (Stream<Path> jdks = Files.list(all)) {
                jdks.sorted().forEach(homes::add);
            }
        }
        for (Path home : homes) {
            Path release = home.resolve("release");
            if (Files.isRegularFile(release) && Files.readString(release).contains("JAVA_VERSION=\"17") && Files.isExecutable(home.resolve("bin/java"))) {
                return home.resolve("bin/java");
            }
        }
        assertTrue(!"true".equals(System.getenv("CI")), "CI needs a JDK 17");
        assumeTrue(false, "no JDK 17 here");
        throw new AssertionError("not reached");
    }

    /** What a program says on standard output; one that fails, fails the test. */
    static String run(List<String> command) throws IOException, InterruptedException {
        Path errors = Files.createTempFile("bytegrad-example", ".err");
        try {
            Process p = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, p.waitFor(), () -> {
                try {
                    return command + "\n" + said + Files.readString(errors);
                } catch (IOException e) {
                    return command + "\n" + said;
                }
            });
            return said;
        } finally {
            Files.delete(errors);
        }
    }
}
