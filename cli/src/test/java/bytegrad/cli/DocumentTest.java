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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Java programs of README and tutorial compile and do what they say, with the Vector API and without. With {@code -Dbytegrad.golden.update=true} the tutorial's
 * outputs are written anew.
 */
class DocumentTest {
    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern SHOWN = Pattern.compile("```java\\n(.*?)```\\n```text\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("public class (\\w+)");
    private static final Path ROOT = Path.of(System.getProperty("bytegrad.root", ".."));

    @TempDir
    private Path dir;

    @Test
    void quickstartLearnsXor() throws Exception {
        Matcher m = JAVA.matcher(Files.readString(ROOT.resolve("README.md")));
        assertTrue(m.find(), "the README has no Java block");
        String simd = outcome(m.group(1));
        Matcher loss = Pattern.compile("loss of xor after 500 steps: (\\d\\.\\d+)").matcher(simd);
        assertTrue(loss.find(), simd);
        assertTrue(Double.parseDouble(loss.group(1)) < 0.05, simd);
    }

    @TestFactory
    List<DynamicTest> tutorial() throws IOException {
        Path file = ROOT.resolve("docs/tutorial.md");
        String text = Files.readString(file);
        List<DynamicTest> tests = new ArrayList<>();
        Matcher all = JAVA.matcher(text);
        int programs = 0;
        while (all.find()) {
            programs++;
        }
        Matcher m = SHOWN.matcher(text);
        while (m.find()) {
            String source = m.group(1);
            String expected = m.group(2);
            tests.add(DynamicTest.dynamicTest(name(source), () -> {
                String said = outcome(source);
                if (Boolean.getBoolean("bytegrad.golden.update")) {
                    Files.writeString(file, Files.readString(file).replace(source + "```\n```text\n" + expected, source + "```\n```text\n" + said));
                } else {
                    assertEquals(expected, said);
                }
            }));
        }
        assertEquals(programs, tests.size(), "each program is followed by what it prints");
        assertTrue(programs >= 4);
        return tests;
    }

    private static String name(String source) {
        Matcher m = NAME.matcher(source);
        assertTrue(m.find(), "no public class");
        return m.group(1);
    }

    /** What a program prints, the same with the Vector API and without. */
    private String outcome(String text) throws IOException, InterruptedException {
        String name = name(text);
        Path source = Files.writeString(dir.resolve(name + ".java"), text);
        String path = System.getProperty("java.class.path");
        int compiled = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-cp", path, "-d", dir.toString(), source.toString());
        assertEquals(0, compiled, name + " does not compile");
        String simd = run(name, path, List.of("--add-modules", "jdk.incubator.vector"));
        assertEquals(simd, run(name, path, List.of()), "without the Vector API");
        return simd;
    }

    private String run(String name, String path, List<String> flags) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(flags);
        command.addAll(List.of("-cp", dir + java.io.File.pathSeparator + path, name));
        Path errors = dir.resolve("errors");
        Process p = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, p.waitFor(), () -> out + read(errors));
        return out;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
