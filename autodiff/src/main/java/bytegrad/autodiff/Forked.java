package bytegrad.autodiff;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An {@link Op.Cond} being written: two bodies of the same operands, of which those that neither needs are left out. */
final class Forked {
    /** One of the bodies, with the nodes that stand for the operands. */
    static final class Branch {
        private final Sketch sketch = new Sketch();
        private final List<Node> in = new ArrayList<>();
        final GraphBuilder b = sketch.b;

        Node operand(int k) {
            return in.get(k);
        }
    }

    final Branch then = new Branch();
    final Branch otherwise = new Branch();
    private final List<Node> operands = new ArrayList<>();
    private final List<Node> thenYs = new ArrayList<>();
    private final List<Node> otherwiseYs = new ArrayList<>();

    /** The number of the operand, by which the branches know it. */
    int operand(Node k) {
        then.in.add(then.sketch.placeholder(k.type()));
        otherwise.in.add(otherwise.sketch.placeholder(k.type()));
        operands.add(k);
        return operands.size() - 1;
    }

    /** A result; zeros in a branch that gives null. */
    void output(TensorType type, @Nullable Node thenY, @Nullable Node otherwiseY) {
        thenYs.add(thenY != null ? thenY : then.b.full(type, 0));
        otherwiseYs.add(otherwiseY != null ? otherwiseY : otherwise.b.full(type, 0));
    }

    /** The results, in order, in the builder of the operands. */
    List<Node> finish(GraphBuilder b, Node condition) {
        if (thenYs.isEmpty()) {
            return List.of();
        }
        boolean[] first = then.sketch.needed(thenYs);
        boolean[] second = otherwise.sketch.needed(otherwiseYs);
        List<Node> kept = new ArrayList<>(List.of(condition));
        Map<Node, String> thenNames = new HashMap<>();
        Map<Node, String> otherwiseNames = new HashMap<>();
        for (int k = 0; k < operands.size(); k++) {
            if (first[then.in.get(k).id()] || second[otherwise.in.get(k).id()]) {
                thenNames.put(then.in.get(k), "k" + (kept.size() - 1));
                otherwiseNames.put(otherwise.in.get(k), "k" + (kept.size() - 1));
                kept.add(operands.get(k));
            }
        }
        Graph yes = then.sketch.graph(thenNames, named(thenYs), Map.of());
        Graph no = otherwise.sketch.graph(otherwiseNames, named(otherwiseYs), Map.of());
        List<Node> results = new ArrayList<>();
        for (int r = 0; r < thenYs.size(); r++) {
            results.add(b.apply(new Op.Cond(yes, no, r), kept));
        }
        return results;
    }

    private static Map<String, Node> named(List<Node> ys) {
        Map<String, Node> names = new LinkedHashMap<>();
        ys.forEach(y -> names.put("y" + names.size(), y));
        return names;
    }
}
