package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.Graph;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.NumberException;
import bytegrad.runtime.Session;
import bytegrad.runtime.SimdSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java Flight Recorder is told: recorded, and read. */
final class FlightTest {
    private static final Graph GRAPH = GraphParser.parse("graph\nx: f32[4] = input \"x\"\nw: f32[4] = input \"w\"\nroots: f32[4] = sqrt(x)\n%1: f32[4] = add(w, roots)\noutput \"y\" = roots\nupdate \"w\" = %1\n");

    @TempDir
    private Path folder;

    private static List<RecordedEvent> of(List<RecordedEvent> all, String name) {
        return all.stream().filter(e -> e.getEventType().getName().equals("bytegrad." + name)).toList();
    }

    @Test
    void everyEventIsRecorded() throws Exception {
        Path file = folder.resolve("flight.jfr");
        long arena;
        try (Recording recording = new Recording()) {
            recording.start();
            SimdSupport.choice();
            Session s = Compiler.compile(GRAPH, Options.DEFAULT.withStart(Options.Start.SCALAR)).newSession(1);
            s.set("x", new float[] {1, 4, 9, 16}).set("w", new float[4]);
            for (int k = 0; k < 5 || !s.handedOver() && !SimdSupport.choice().isScalar(); k++) {
                s.run();
            }
            arena = s.bytes();
            Session checked = Compiler.compileChecked(GRAPH, Options.DEFAULT).newSession(1);
            checked.set("x", new float[] {1, 4, -9, 16}).set("w", new float[4]);
            assertThrows(NumberException.class, checked::run);
            recording.dump(file);
        }
        assertTrue(Files.size(file) > 0 && arena > 0);
        List<RecordedEvent> all = RecordingFile.readAllEvents(file);

        List<RecordedEvent> steps = of(all, "Step").stream().filter(e -> !e.getBoolean("failed")).toList();
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), steps.stream().map(e -> e.getLong("run")).sorted().limit(5).toList());
        assertTrue(steps.stream().allMatch(e -> e.getString("outputs").equals("y") && e.getInt("threads") == 1 && e.getDuration().toNanos() > 0));
        assertEquals(1, of(all, "Step").stream().filter(e -> e.getBoolean("failed")).count());

        List<String> phases = of(all, "CompilePhase").stream().map(e -> e.getString("phase")).toList();
        assertTrue(phases.containsAll(List.of("passes", "  FoldConstants", "partition", "lower", "plan", "emit")), phases.toString());

        List<RecordedEvent> plans = of(all, "Plan");
        assertTrue(plans.stream().anyMatch(e -> e.getInt("simdBits") == 0 && e.getInt("launches") >= 1 && e.getLong("arenaBytes") > 0 && e.getLong("classBytes") > 500), plans.toString());

        RecordedEvent decision = of(all, "SimdDecision").getFirst();
        assertEquals(SimdSupport.choice().bits(), decision.getInt("bits"));
        assertEquals(SimdSupport.choice().reason(), decision.getString("reason"));

        if (!SimdSupport.choice().isScalar()) {
            assertEquals(1, of(all, "HandOver").size());
            assertTrue(of(all, "HandOver").getFirst().getLong("bytes") > 0);
        }
        RecordedEvent origin = of(all, "NumberOrigin").getFirst();
        assertEquals("roots", origin.getString("node"));
        assertEquals("[2]", origin.getString("index"));
        assertTrue(origin.getStackTrace().getFrames().stream().anyMatch(f -> f.getMethod().getName().equals("steps")), origin.toString());
    }
}
