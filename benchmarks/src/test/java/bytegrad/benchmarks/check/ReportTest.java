package bytegrad.benchmarks.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static String printed(Report report, Consumer<Report> rows) {
        PrintStream out = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            rows.accept(report);
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aRowIsALine() {
        Report report = new Report("");
        String text = printed(report, r -> {
            r.atMost("a-loss", 1.25e-7, 1e-5);
            r.atLeast("b", 13, 12);
            r.figure("c", 0.5);
        });
        assertEquals("""
                CHECK {"row":"a-loss","value":1.250e-07,"bound":1.000e-05,"pass":true}
                CHECK {"row":"b","value":13,"bound":12,"pass":true}
                CHECK {"row":"c","value":0.5000,"bound":null,"pass":true}
                """, text);
        assertEquals(0, report.exitCode());
    }

    @Test
    void nanFails() {
        Report report = new Report("");
        assertTrue(printed(report, r -> r.atMost("x", Double.NaN, 1)).contains("\"NaN\""));
        assertEquals(1, report.exitCode());
    }

    @Test
    void onlyRowsAskedForCount() {
        Report report = new Report("workload-A");
        assertTrue(report.wants("workload"));
        assertTrue(report.wants("workload-A-loss"));
        assertFalse(report.wants("workload-B"));
        assertEquals("", printed(report, r -> r.atMost("workload-B-loss", 2, 1)));
        assertEquals(0, report.exitCode());
    }

    @Test
    void absenceIsNoFailureButAFailureComesFirst() {
        Report report = new Report("");
        printed(report, r -> r.absent("x", Path.of("nowhere")));
        assertEquals(3, report.exitCode());
        printed(report, r -> r.atMost("y", 2, 1));
        assertEquals(1, report.exitCode());
    }
}
