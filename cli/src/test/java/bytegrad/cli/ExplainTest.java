package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.machine.MachineProfile;
import bytegrad.runtime.io.Json;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Explaining sources of each kind; and what needs no source. */
class ExplainTest {
    private static final String GRAPH = """
            graph
            x: f32[100] = input "x"
            y: f32[100] = tanh(x)
            output "y" = y
            """;

    @TempDir
    private Path folder;

    @Test
    void workloadsFilesAndFolders() throws IOException {
        assertTrue(Outcome.of("explain", "F").done().contains("erf"));
        Path file = Files.writeString(folder.resolve("tanh.graph"), GRAPH);
        String text = Outcome.of("explain", file).done();
        assertTrue(text.contains("tanh"), text);
        Files.copy(file, folder.resolve("train.graph"));
        assertTrue(Outcome.of("explain", folder).done().contains("tanh"));
    }

    @Test
    void jsonIsJson() throws IOException {
        Path file = Files.writeString(folder.resolve("tanh.graph"), GRAPH);
        String text = Outcome.of("explain", "--format", "json", file).done();
        Json.Obj json = (Json.Obj) Json.parse("stdout", text.getBytes(StandardCharsets.UTF_8));
        assertEquals(Json.of(1), json.get("launch_count").orElseThrow());
    }

    @Test
    void memoryIsPlannedMeasuredAndDrawn() throws IOException {
        Path png = folder.resolve("memory.png");
        String text = Outcome.of("explain", "A", "--memory-chart", png).done();
        assertTrue(text.contains("no plan of these kernels can do with less than") && text.contains("computed again: nothing"), text);
        Matcher m = Pattern.compile("memory: planned ([0-9,]+) B, measured ([0-9,]+) B").matcher(text);
        assertTrue(m.find() && m.group(1).equals(m.group(2)), text);
        BufferedImage image = ImageIO.read(png.toFile());
        assertEquals(900, image.getWidth());
        long planned = Long.parseLong(m.group(1).replace(",", ""));
        String json = Outcome.of("explain", "A", "--memory", planned + "B", "--format=json").done();
        Json.Obj object = (Json.Obj) Json.parse("stdout", json.getBytes(StandardCharsets.UTF_8));
        assertEquals(Json.of(planned), object.get("measured_bytes").orElseThrow());
        Json.Obj memory = (Json.Obj) object.get("memory").orElseThrow();
        assertEquals(Json.of(planned), memory.get("budget").orElseThrow());
        assertTrue(memory.get("lower_bound").isPresent() && memory.get("stays").isPresent() && memory.get("recomputed").isPresent(), json);
    }

    @Test
    void badBudgetsAreRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("tanh.graph"), GRAPH);
        Outcome.of("explain", file, "--memory=10").refused("memory budget 10 B cannot be met", "least achievable 1,");
        Outcome.of("explain", file, "--memory=0").refused("--memory", "at least a byte");
        Outcome.of("explain", file, "--memory=-1MB").refused("--memory", "at least a byte");
        Outcome.of("explain", file, "--memory=much").refused("'much' is no size", "KiB");
        Outcome.of("explain", file, "--memory=1MX").refused("'1MX' has no unit that is known", "GiB");
        Outcome.of("explain", file, "--memory=99999999999GB").refused("2^50");
        Outcome.of("explain", file, "--memory=" + "9".repeat(400)).refused("is no size");
        Outcome.of("explain", file, "--memory-chart=x.jpg").refused("x.jpg", ".png");
        Outcome.of("explain", file, "--time=0", "--memory-chart=x.png").refused("--memory-chart", "--time");
        assertEquals(1, Outcome.of("explain", file, "--memory-chart", folder.resolve("none/x.png")).code());
    }

    @ParameterizedTest
    @CsvSource({"4096, 4096", "64MB, 64000000", "64mb, 64000000", "1.5 GiB, 1610612736", "2KiB, 2048", "7b, 7", "+3KB, 3000", "0.0015KB, 1"})
    void sizesAreReadAsTheyAreWritten(String text, long bytes) {
        assertEquals(bytes, new MemorySize().convert(text));
    }

    @Test
    void timesLaunches() throws IOException {
        Path file = Files.writeString(folder.resolve("tanh.graph"), GRAPH);
        String text = Outcome.of("explain", "--time=0", file).done();
        assertTrue(text.contains("step ") && text.contains("first     result") && text.contains("GFLOP/s") && text.contains("  y"), text);
        String json = Outcome.of("explain", "--time=0", "--threads=2", "--format=json", file).done();
        Json.Obj object = (Json.Obj) Json.parse("stdout", json.getBytes(StandardCharsets.UTF_8));
        assertEquals(Json.of(2), object.get("threads").orElseThrow());
        Path machine = Files.writeString(folder.resolve("mine.properties"), MachineProfile.DEFAULT.text().replace(MachineProfile.DEFAULT.name(), "mine"));
        assertTrue(Outcome.of("explain", "--profile", machine, file).done().contains("machine   mine: 512-bit vectors"));
        Outcome.of("explain", "--profile", Files.writeString(machine, "l2.bytes=1"), file).refused("mine.properties", "has no name");
        Outcome.of("explain", "--time=-1", file).refused("--time", "from 0 to 3600");
        Outcome.of("explain", "--time=0", "--threads=0", file).refused("asked for 0 threads", "to 1024");
        Outcome.of("explain", "--keep=nope", file).refused("bytegrad: kept inputs: 'nope' is no input; inputs without updates are ");
    }

    @Test
    void dumpWritesStages() throws IOException {
        Path file = Files.writeString(folder.resolve("tanh.graph"), GRAPH);
        Outcome.of("explain", file, "--dump", folder.resolve("stages")).done();
        try (Stream<Path> files = Files.list(folder.resolve("stages"))) {
            assertTrue(files.anyMatch(f -> f.toString().endsWith(".class")));
        }
    }

    @Test
    void badSourcesAreOneLine() throws IOException {
        Outcome.of("explain").refused("SOURCE");
        Outcome.of("explain", "Z9").refused("Z9: is neither", "workload (A, B");
        Outcome.of("explain", folder).refused("has no train.graph");
        Path file = Files.writeString(folder.resolve("bad.graph"), GRAPH.replace("tanh", "tangent"));
        Outcome.of("explain", file).refused("bad.graph:3:", "tangent");
        Outcome.of("explain", "F", "--format", "yaml").refused("--format", "yaml");
    }

    @Test
    void doctorHelpAndVersion() {
        String said = Outcome.of("doctor").done();
        assertTrue(said.contains("vectors") && said.contains("threads") && said.contains("Vector API"), said);
        assertTrue(Outcome.of("--version").done().startsWith("bytegrad "));
        for (String command : new String[] {"train", "predict", "explain", "doctor"}) {
            assertTrue(Outcome.of(command, "--help").done().contains("Usage: bytegrad " + command));
            assertTrue(Outcome.of("--help").done().contains("  " + command + " "));
        }
    }
}
