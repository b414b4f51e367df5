package bytegrad.autodiff;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The body of a loop, copied into a builder that goes on.
 *
 * @param carries the inputs {@code c0…}
 * @param slices the inputs {@code x0…}
 * @param constants the inputs {@code k0…}
 * @param next the carries after the step; one that is not updated stays
 * @param ys what the step yields
 */
record Loop(List<Node> carries, List<Node> slices, List<Node> constants, List<Node> next, List<Node> ys) {
    Loop {
        carries = List.copyOf(carries);
        slices = List.copyOf(slices);
        constants = List.copyOf(constants);
        next = List.copyOf(next);
        ys = List.copyOf(ys);
    }

    static Loop inline(GraphBuilder b, Graph body, List<Node> carries, List<Node> slices, List<Node> constants) {
        Map<String, Node> in = named("c", carries);
        in.putAll(named("x", slices));
        in.putAll(named("k", constants));
        GraphBuilder.Inlined copy = b.inline(body, in);
        List<Node> next = new ArrayList<>();
        for (int j = 0; j < carries.size(); j++) {
            next.add(copy.updates().getOrDefault("c" + j, carries.get(j)));
        }
        return new Loop(carries, slices, constants, next, ys(copy));
    }

    /** The outputs y0, y1, … in order. */
    static List<Node> ys(GraphBuilder.Inlined copy) {
        List<Node> ys = new ArrayList<>();
        for (int i = 0; copy.outputs().containsKey("y" + i); i++) {
            ys.add(Objects.requireNonNull(copy.outputs().get("y" + i)));
        }
        return ys;
    }

    /** The nodes by a role and their number. */
    static Map<String, Node> named(String role, List<Node> nodes) {
        Map<String, Node> names = new HashMap<>();
        nodes.forEach(n -> names.put(role + names.size(), n));
        return names;
    }
}
