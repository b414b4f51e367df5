package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Another JVM. */
public final class Child {
    private static final long SECONDS = 120;

    private Child() {}

    /** The JVM that runs this test. */
    public static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    /** A JVM of version 17. Where there is none, the test is skipped, but on CI it fails. */
    public static Path java17() throws IOException {
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
            boolean java17 = Files.isRegularFile(release) && Files.readString(release).contains("JAVA_VERSION=\"17");
            if (java17 && Files.isExecutable(home.resolve("bin/java"))) {
                return home.resolve("bin/java");
            }
        }
        boolean ci = "true".equals(System.getenv("CI"));
        assertTrue(!ci, "CI needs a JDK 17: emitted classes promise to run on it");
        assumeTrue(false, "no JDK 17 here: emitted classes were not tried on it");
        throw new AssertionError("not reached");
    }

    /** Runs to the end; what was printed. Another exit code than 0 fails the test. */
    public static String run(Path folder, List<String> command) throws IOException, InterruptedException {
        Path log = folder.resolve("log.txt");
        Process p = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertTrue(p.waitFor(SECONDS, TimeUnit.SECONDS), () -> command + " takes more than " + SECONDS + " s");
        } finally {
            p.destroyForcibly();
        }
        String out = Files.readString(log);
        assertEquals(0, p.exitValue(), () -> command + ":\n" + out);
        return out;
    }
}
