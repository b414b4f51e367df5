package bytegrad.benchmarks.check;

import bytegrad.codegen.plan.offsets.Interval;
import bytegrad.codegen.plan.offsets.Packer;
import bytegrad.codegen.plan.offsets.Packing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The inputs of MiniMalloc: heights by their capacity, with little time and with much. */
final class Offsets {
    private static final long CAPACITY = 1 << 20;
    private static final double MILLIS = 100;
    private static final double LONG_MILLIS = 10_000;
    private static final long FEW_STEPS = 20_000_000;
    private static final long MANY_STEPS = 3_000_000_000L;

    private Offsets() {}

    static void report(Report report) {
        Map<String, Double> bounds = new LinkedHashMap<>(Map.of("A", 1.29, "B", 1.35, "C", 1.35, "D", 1.23, "E", 1.37));
        Path folder = RematGraphs.folder().resolve("minimalloc");
        if (!Files.exists(folder)) {
            report.absent("offsets", folder);
            return;
        }
        for (int warm = 0; warm < 3; warm++) {
            Packer.pack(read(folder, "A"), CAPACITY, FEW_STEPS);
        }
        int reached = 0;
        for (String name : bounds.keySet().stream().sorted().toList()) {
            List<Interval> buffers = read(folder, name);
            long start = System.nanoTime();
            Packing quick = Packer.pack(buffers, CAPACITY, FEW_STEPS);
            double millis = (System.nanoTime() - start) / 1e6;
            double height = valid(buffers, quick) ? (double) quick.height() / CAPACITY : Double.NaN;
            report.atMost("offsets-" + name + "-height", height, bounds.getOrDefault(name, 0.0));
            report.atMost("offsets-" + name + "-ms", millis, MILLIS);
            start = System.nanoTime();
            Packing slow = Packer.pack(buffers, CAPACITY, MANY_STEPS);
            millis = (System.nanoTime() - start) / 1e6;
            report.figure("offsets-" + name + "-height-long", valid(buffers, slow) ? (double) slow.height() / CAPACITY : Double.NaN);
            report.figure("offsets-" + name + "-ms-long", millis);
            reached += valid(buffers, slow) && slow.height() <= CAPACITY && millis <= LONG_MILLIS ? 1 : 0;
        }
        report.figure("offsets-at-capacity-of-5", reached);
    }

    private static List<Interval> read(Path folder, String name) {
        List<Interval> buffers = new ArrayList<>();
        try {
            List<String> lines = Files.readAllLines(folder.resolve(name + ".1048576.csv"));
            for (String line : lines.subList(1, lines.size())) {
                String[] c = line.split(",", -1);
                buffers.add(new Interval(Integer.parseInt(c[1]), Integer.parseInt(c[2]), Long.parseLong(c[3])));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffers;
    }

    private static boolean valid(List<Interval> buffers, Packing packing) {
        for (int i = 0; i < buffers.size(); i++) {
            Interval a = buffers.get(i);
            long at = packing.offsets().get(i);
            if (at < 0 || at + a.size() > packing.height()) {
                return false;
            }
            for (int j = 0; j < i; j++) {
                Interval b = buffers.get(j);
                long other = packing.offsets().get(j);
                if (a.from() < b.end() && b.from() < a.end() && at < other + b.size() && other < at + a.size()) {
                    return false;
                }
            }
        }
        return true;
    }
}
