package bytegrad.autodiff;

import bytegrad.ir.Bodies;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The results of one nested op that are on a path: nodes of one op but for the result, and of the same inputs. */
final class Siblings {
    private record Key(Op.Nested op, List<Node> inputs) {}

    private final Map<Key, List<Node>> groups = new HashMap<>();

    Siblings(Iterable<Node> ascending) {
        for (Node n : ascending) {
            if (n.op() instanceof Op.Nested op) {
                groups.computeIfAbsent(new Key(Bodies.result(op, 0), n.inputs()), k -> new ArrayList<>()).add(n);
            }
        }
    }

    /** All of them, in the order of their ids. */
    List<Node> of(Op.Nested op, Node y) {
        return groups.getOrDefault(new Key(Bodies.result(op, 0), y.inputs()), List.of());
    }
}
