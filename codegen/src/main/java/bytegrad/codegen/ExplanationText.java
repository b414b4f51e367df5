package bytegrad.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An explanation for people, in sections; the debug levels log some of them. */
final class ExplanationText {
    private static final int WIDTH = 132;

    private final Explanation e;

    ExplanationText(Explanation e) {
        this.e = e;
    }

    String all() {
        return String.join("\n", summary(), launches(), memory(), fates(), times(), graphs(), kernels());
    }

    private static String title(String text) {
        return text + "\n" + "-".repeat(text.length()) + "\n";
    }

    /** The figures that say how well it went. */
    String summary() {
        Explanation.Heading h = e.heading();
        long distinct = e.launches().stream().filter(l -> l.sameCodeAs() == l.number() && !l.derived()).count();
        long derived = e.launches().size() - e.launchCount();
        String nodes = h.sourceNodes() == h.graphNodes()
                ? h.graphNodes() + " nodes"
                : h.sourceNodes() + " nodes, " + h.graphNodes() + " after the passes";
        return "graph     " + nodes + "\n"
                + "code      " + e.launchCount() + " launches of " + distinct + " kernels, "
                + (e.simdBits() == 0 ? "scalar" : e.simdBits() + "-bit vectors") + ", " + bytes(e.classBytes()) + " of class files\n"
                + (derived == 0 ? "" : "kept      " + derived + (derived == 1 ? " launch" : " launches") + " more in the first run after a kept input was set, whose results take "
                        + bytes(e.memory().derivedBytes()) + "\n")
                + (h.dropped() ? "kept      nothing: there is no room for what depends on kept inputs alone, and each run computes it\n" : "")
                + "machine   " + e.machine().words() + "\n"
                + "memory    " + bytes(e.memory().arenaBytes()) + " arena, of which " + bytes(e.memory().pinnedBytes())
                + " pinned (inputs, states, constants, outputs" + (derived == 0 ? "" : ", what is kept") + ")\n"
                + "compiled  in " + millis(total()) + "\n";
    }

    /** One line, for the log. */
    String line() {
        return e.heading().sourceNodes() + " nodes, " + e.heading().graphNodes() + " after passes, " + e.launchCount() + " launches, "
                + bytes(e.memory().arenaBytes()) + " arena, " + bytes(e.classBytes()) + " of classes, " + millis(total());
    }

    /** A stage that is part of another has a space in front of its name. */
    private long total() {
        return e.stages().stream().filter(s -> !s.name().startsWith(" ")).mapToLong(Explanation.Stage::nanos).sum();
    }

    String launches() {
        StringBuilder s = new StringBuilder(title("Launches"));
        for (Explanation.Launch l : e.launches()) {
            s.append(String.format(Locale.ROOT, "%3d %-12s", l.number(), l.kind()));
            list(s, "stores  ", List.of(l.label().split(", ")));
            list(s, "reads   ", l.reads());
            list(s, "inlines ", l.inlined());
            s.append("traffic ").append(bytes(l.bytesRead())).append(" in, ").append(bytes(l.bytesWritten())).append(" out");
            if (l.scratchBytes() > 0) {
                s.append(", ").append(bytes(l.scratchBytes())).append(" scratch");
            }
            if (l.chunks() > 1) {
                s.append("; in ").append(l.chunks()).append(" chunks");
            }
            if (!l.schedule().isEmpty()) {
                s.append("; ").append(l.schedule());
            }
            if (l.derived()) {
                s.append("; once, until a kept input is set");
            }
            if (l.sameCodeAs() != l.number()) {
                s.append("; the code of launch ").append(l.sameCodeAs());
            }
            s.append('\n');
        }
        return s.toString();
    }

    /** A wrapped list; leaves the line where the next one of the entry begins. */
    private static void list(StringBuilder s, String head, List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        String indent = "\n" + " ".repeat(16);
        s.append(head);
        int column = 16 + head.length();
        for (int k = 0; k < names.size(); k++) {
            String word = names.get(k) + (k < names.size() - 1 ? ", " : "");
            if (column + word.length() > WIDTH) {
                s.append(indent).append(" ".repeat(head.length()));
                column = 16 + head.length();
            }
            s.append(word);
            column += word.length();
        }
        s.append(indent);
    }

    String memory() {
        return title("Memory") + new MemoryText(e).all();
    }

    String fates() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("node", "type", "op", "lives", "launch", "because"));
        for (Explanation.NodeFate n : e.nodes()) {
            rows.add(List.of(n.name(), n.type(), n.op(), n.fate(), n.launches().isEmpty() ? "-" : n.launches().getFirst().toString(), n.reason()));
        }
        return title("Where each node lives") + table(rows);
    }

    private static String table(List<List<String>> rows) {
        int columns = rows.getFirst().size();
        int[] width = new int[columns];
        for (List<String> row : rows) {
            for (int k = 0; k < columns; k++) {
                width[k] = Math.min(40, Math.max(width[k], row.get(k).length()));
            }
        }
        StringBuilder s = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int k = 0; k < columns; k++) {
                line.append(row.get(k)).append(" ".repeat(Math.max(0, width[k] - row.get(k).length()))).append("  ");
            }
            s.append(line.toString().stripTrailing()).append('\n');
        }
        return s.toString();
    }

    String times() {
        StringBuilder s = new StringBuilder(title("Time to compile"));
        for (Explanation.Stage t : e.stages()) {
            s.append(String.format(Locale.ROOT, "%-24s %10.2f ms%s", t.name(), t.nanos() / 1e6, t.runs() == 1 ? "" : "  " + t.runs() + " runs")).append('\n');
        }
        return s.toString();
    }

    String graphs() {
        return e.sourceGraph().equals(e.compiledGraph())
                ? title("Graph (the passes found nothing)") + e.sourceGraph()
                : title("Graph as given") + e.sourceGraph() + "\n" + title("Graph after the passes") + e.compiledGraph();
    }

    String kernels() {
        StringBuilder s = new StringBuilder(title("Kernels"));
        for (Explanation.Launch l : e.launches()) {
            if (l.sameCodeAs() != l.number()) {
                s.append("launch ").append(l.number()).append(": the code of launch ").append(l.sameCodeAs())
                        .append(", to store ").append(l.label()).append("\n\n");
            } else {
                s.append("launch ").append(l.number()).append(": ").append(l.label()).append('\n').append(l.kernel()).append('\n');
            }
        }
        return s.toString();
    }

    static String bytes(long n) {
        if (n < 10_000) {
            return n + " B";
        }
        return n < 10_000_000 ? String.format(Locale.ROOT, "%.1f kB", n / 1e3) : String.format(Locale.ROOT, "%.1f MB", n / 1e6);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
    }
}
