package bytegrad.codegen;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What became of hints, for people. */
final class HintText {
    private HintText() {}

    static String of(Explanation e) {
        Optional<Explanation.Hints> hints = e.hints();
        if (hints.isEmpty()) {
            return "";
        }
        Explanation.Hints h = hints.get();
        StringBuilder s = new StringBuilder("hints: ").append(h.checkpoints().size()).append(" checkpoints, ").append(h.subgraphs().size())
                .append(" subgraphs to recompute");
        if (h.bytesWithout() > 0) {
            s.append("; without them and a budget ").append(ExplanationText.bytes(h.bytesWithout())).append(" of arena and ")
                    .append(MemoryText.time(h.nanosWithout())).append(" estimated");
        }
        s.append('\n');
        for (Explanation.Checkpoint c : h.checkpoints()) {
            s.append(String.format(Locale.ROOT, "    %9s  checkpoint %s, %s", ExplanationText.bytes(c.bytes()), MemoryText.cut(c.value()), c.became())).append('\n');
        }
        if (h.checkpointsGone() > 0) {
            s.append("               ").append(h.checkpointsGone())
                    .append(" more checkpoints are no values of their own after the passes: equal to others, inputs, numbers, or of no use\n");
        }
        for (Explanation.Recompute r : h.subgraphs()) {
            s.append(String.format(Locale.ROOT, "    %9s  subgraph %d, of %d values inside: %s", ExplanationText.bytes(r.bytes()), r.subgraph(), r.inside(), r.became()));
            if (!r.launches().isEmpty()) {
                s.append(String.format(Locale.ROOT, ", in %s by launches %s", MemoryText.time(r.nanos()),
                        MemoryText.cut(r.launches().stream().map(String::valueOf).collect(Collectors.joining(", ")))));
            }
            s.append('\n');
        }
        return s.toString();
    }
}
