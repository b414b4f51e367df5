package bytegrad.codegen;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** The arena of an {@link Explanation} for people: live bytes by launch, what is kept from one launch to another, and what is computed again. */
final class MemoryText {
    private static final int BAR = 50;
    /** Of the values that are kept, so many are listed. */
    private static final int LISTED = 20;

    private final Explanation e;
    private final Explanation.Memory m;

    MemoryText(Explanation e) {
        this.e = e;
        m = e.memory();
    }

    String all() {
        StringBuilder s = new StringBuilder();
        figures(s);
        timeline(s);
        stored(s);
        recomputed(s);
        scans(s);
        s.append(HintText.of(e));
        for (Explanation.StateUpdate u : e.updates()) {
            s.append(String.format(Locale.ROOT, "state %-20s takes %-20s %s", u.state(), u.value(), u.way())).append('\n');
        }
        return s.toString();
    }

    private void figures(StringBuilder s) {
        StringJoiner slabs = new StringJoiner(", ");
        m.slabBytes().forEach((dtype, size) -> slabs.add(dtype + " " + bytes(size)));
        s.append("slabs: ").append(slabs).append('\n');
        s.append("peak: ").append(bytes(m.arenaBytes())).append(" of arena");
        m.budget().ifPresent(b -> s.append(", within a budget of ").append(bytes(b)));
        s.append("; no plan of these kernels can do with less than ").append(bytes(m.lowerBound()));
        s.append(m.boundBy().isEmpty() ? "" : ", which " + cut(m.boundBy()) + " needs").append('\n');
        s.append("run: ").append(time(m.nanos())).append(" estimated");
        s.append(m.againNanos() == 0 ? "" : ", of which " + time(m.againNanos()) + " to compute again").append('\n');
    }

    private void timeline(StringBuilder s) {
        s.append("live in each launch; the most is ").append(bytes(m.peakLiveBytes())).append(", the arena ").append(bytes(m.arenaBytes())).append(":\n");
        for (Explanation.Launch l : e.launches()) {
            int fixed = (int) Math.round(BAR * (double) m.pinnedBytes() / Math.max(1, m.arenaBytes()));
            int live = (int) Math.round(BAR * (double) l.liveBytes() / Math.max(1, m.arenaBytes()));
            String bar = "#".repeat(fixed) + "=".repeat(Math.max(0, live - fixed)) + " ".repeat(Math.max(0, BAR - Math.max(live, fixed)));
            s.append(String.format(Locale.ROOT, "%3d |%s| %9s  %s%s", l.number(), bar, bytes(l.liveBytes()), cut(l.label()),
                    l.derived() ? " (once)" : l.again() == l.number() ? "" : " (again, as launch " + l.again() + ")")).append('\n');
        }
        s.append("    # pinned   = results and scratch of launches\n");
    }

    private void stored(StringBuilder s) {
        List<Explanation.Stay> kept = m.stays().stream().filter(x -> x.last() > x.from() && !x.scratch())
                .sorted(Comparator.comparingLong((Explanation.Stay x) -> -x.bytes())).toList();
        s.append("stored from one launch to another: ").append(kept.size()).append(" values");
        s.append(kept.size() > LISTED ? ", the largest of them:" : kept.isEmpty() ? "" : ":").append('\n');
        for (Explanation.Stay x : kept.subList(0, Math.min(LISTED, kept.size()))) {
            s.append(String.format(Locale.ROOT, "    %9s  launches %d to %d  %s", bytes(x.bytes()), x.from(), x.last(), cut(x.value()))).append('\n');
        }
    }

    private void recomputed(StringBuilder s) {
        s.append("computed again: ").append(m.recomputed().isEmpty() ? "nothing" : m.recomputed().size() + " values:").append('\n');
        for (Explanation.Recomputed r : m.recomputed()) {
            String stored = r.nanos() == 0 ? "" : ", " + time(r.nanos()) + " to store it again";
            String inlined = r.inlined() == 0 ? "" : ", " + r.inlined() + " within what reads it";
            s.append(String.format(Locale.ROOT, "    %9s  %d times%s%s  %s", bytes(r.bytes()), r.times(), stored, inlined, cut(r.value()))).append('\n');
        }
    }

    private void scans(StringBuilder s) {
        for (Explanation.CheckpointedScan c : m.scans()) {
            s.append(String.format(Locale.ROOT, "scan of launch %d: carries are kept before %,d of %,d steps, %s instead of %s; ", c.launch(),
                    c.kept().getFirst(), c.steps(), bytes(c.bytes()), bytes(c.wholeBytes())));
            s.append(c.readers().size() == 1 ? "launch " + c.readers().getFirst() + " runs " : "launches " + numbers(c.readers()) + " run ");
            s.append(String.format(Locale.ROOT, "%,d steps again, %,d or fewer at a time: %s", c.again(),
                    Math.ceilDiv(c.steps(), c.kept().getFirst()), time(c.nanos())));
            List<Integer> within = c.kept().subList(1, c.kept().size());
            s.append(within.size() == 1 ? "" : ", of which the carries of " + numbers(within) + " are kept, one level within the other").append('\n');
        }
    }

    private static String numbers(List<Integer> all) {
        return all.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    static String time(long nanos) {
        return nanos < 10_000_000 ? String.format(Locale.ROOT, "%,.1f µs", nanos / 1e3) : String.format(Locale.ROOT, "%,.1f ms", nanos / 1e6);
    }

    private static String bytes(long n) {
        return ExplanationText.bytes(n);
    }

    static String cut(String label) {
        return label.length() <= 60 ? label : label.substring(0, 57) + "...";
    }
}
