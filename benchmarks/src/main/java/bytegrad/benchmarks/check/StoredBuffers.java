package bytegrad.benchmarks.check;

import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Explanation;
import bytegrad.codegen.Explanation.NodeFate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The launches of a step of D and of E, and why each buffer over 64 KiB is stored. */
final class StoredBuffers {
    private static final long LISTED_BYTES = 1 << 16;

    private StoredBuffers() {}

    static void report(Report report) {
        one(report, "stored-D", Workload.D);
        one(report, "stored-E", Workload.E);
    }

    private static void one(Report report, String row, Workload workload) {
        if (!report.wants(row)) {
            return;
        }
        Explanation explanation = Compiler.explain(workload.task().graph());
        List<NodeFate> stored = explanation.nodes().stream().filter(n -> n.fate().equals("stored") && bytes(n.type()) > LISTED_BYTES).toList();
        stored.forEach(n -> System.out.printf(Locale.ROOT, "%s %s launch %s: %s %s: %s%n", row, n.name(), n.launches(), n.op(), n.type(), n.reason()));
        report.figure(row + "-launches", explanation.launchCount());
        report.figure(row + "-buffers", stored.size());
        long unsaid = stored.stream().filter(n -> n.reason().isBlank()).count();
        report.atMost(row + "-without-a-reason", unsaid, 0);
    }

    /** Of a type such as {@code f32[64,10]}. */
    private static long bytes(String type) {
        String dims = type.substring(type.indexOf('[') + 1, type.indexOf(']'));
        long elements = dims.isEmpty() ? 1 : Arrays.stream(dims.split(",")).mapToLong(d -> Long.parseLong(d.strip())).reduce(1, Math::multiplyExact);
        return elements * (type.startsWith("f64") || type.startsWith("i64") ? 8 : type.startsWith("bool") || type.startsWith("u8") ? 1 : 4);
    }
}
