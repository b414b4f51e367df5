package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's Java quickstart compiles and does what it says, with the Vector API and without. */
class ReadmeTest {
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void quickstartLearnsXor(@TempDir Path dir) throws Exception {
        Path root = Path.of(System.getProperty("bytegrad.root", ".."));
        Matcher m = JAVA.matcher(Files.readString(root.resolve("README.md")));
        assertTrue(m.find(), "the README has no Java block");
        Path source = Files.writeString(dir.resolve("Quickstart.java"), m.group(1));
        String path = System.getProperty("java.class.path");
        int compiled = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp", path, "-d", dir.toString(), source.toString());
        assertEquals(0, compiled, "the quickstart does not compile");

        String simd = run(dir, path, List.of("--add-modules", "jdk.incubator.vector"));
        String scalar = run(dir, path, List.of());
        Matcher loss = Pattern.compile("loss of xor after 500 steps: (\\d\\.\\d+)").matcher(simd);
        assertTrue(loss.find(), simd);
        assertTrue(Double.parseDouble(loss.group(1)) < 0.05, simd);
        assertTrue(scalar.contains(loss.group()), "without the Vector API it printed " + scalar);
    }

    private static String run(Path dir, String path, List<String> flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(flags);
        command.addAll(List.of("-cp", dir + java.io.File.pathSeparator + path, "Quickstart"));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, p.waitFor(), out);
        return out;
    }
}
