package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.io.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as ./bytegrad starts it: in a JVM of its own, all of it modules. */
class ModulePathTest {
    private static final long LONGEST_SECONDS = 120;

    /** What only tests need. */
    private static final List<String> TESTING = List.of("junit", "opentest4j", "apiguardian", "surefire", "jspecify");

    @TempDir
    private Path folder;

    private static Process start(Path log, Object... words) throws IOException {
        // Tests run on the class path; what belongs to the program is the module path.
        String modules = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(p -> !p.endsWith("test-classes") && !p.contains("-tests.jar"))
                .filter(p -> TESTING.stream().noneMatch(Path.of(p).getFileName().toString()::contains))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true", "--add-modules", "jdk.incubator.vector",
                "-p", modules, "-m", "bytegrad.cli/bytegrad.cli.Launch"));
        Arrays.stream(words).map(Object::toString).forEach(command::add);
        return new ProcessBuilder(command).redirectError(log.toFile()).start();
    }

    private static void end(Process process) throws InterruptedException {
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the command did not end");
        }
    }

    @Test
    void trainsUntilItIsToldToEndAndResumes() throws IOException, InterruptedException {
        Path data = TinyData.in(folder.resolve("data"));
        Path out = folder.resolve("out");
        Path log = folder.resolve("log");
        Process process = start(log, "train", "--data", data, "--hidden", "6", "--batch", "3", "--epochs", "100000", "--out", out);
        List<String> lines = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
                if (line.startsWith("epoch 3/")) {
                    // Process.destroy would close the stream that is being read.
                    process.toHandle().destroy();
                }
            }
        }
        end(process);
        String said = lines + Files.readString(log);
        assertTrue(lines.getLast().startsWith("interrupted in epoch "), said);
        try (Stream<Path> files = Files.list(out)) {
            assertFalse(files.anyMatch(f -> f.toString().endsWith(".tmp")));
        }
        Json.Obj metrics = (Json.Obj) Json.read(out.resolve("metrics.json"), 1 << 20);
        String epochs = Integer.toString(((Json.Arr) metrics.get("epochs").orElseThrow()).items().size() + 2);

        Outcome.of("train", "--resume", out, "--epochs", epochs).done();
        Path whole = folder.resolve("whole");
        Outcome.of("train", "--data", data, "--hidden", "6", "--batch", "3", "--epochs", epochs, "--out", whole).done();
        assertArrayEquals(Files.readAllBytes(whole.resolve("model.safetensors")), Files.readAllBytes(out.resolve("model.safetensors")));
    }

    @Test
    void exitCodesReachTheShell() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = start(log, "predict", "--model", folder.resolve("none"), "x.png");
        process.getInputStream().readAllBytes();
        end(process);
        assertEquals(2, process.exitValue());
        String err = Files.readString(log);
        assertTrue(err.contains("bytegrad: " + folder.resolve("none") + ": no such folder"), err);
        assertFalse(err.contains("\tat "), err);
    }

    /** The runtime is copied into a jar from wherever its module is. */
    @Test
    void compilesAJarThatRunsAlone() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Path jar = folder.resolve("c1.jar");
        Process process = start(log, "compile", "C1", "-o", jar);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        end(process);
        assertEquals(0, process.exitValue(), said + Files.readString(log));
        Process alone = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar.toString()).redirectErrorStream(true).start();
        said = new String(alone.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        end(alone);
        assertTrue(alone.exitValue() == 0 && said.contains("c1.C1, made by") && said.contains("logits f32[1,10] {-1.0860422"), said);
    }
}
