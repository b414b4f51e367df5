package bytegrad.autodiff;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.Collection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A body being written. Which of its inputs it needs, and so how they are numbered, is known only once it is done. */
final class Sketch {
    final GraphBuilder b = new GraphBuilder();

    /** An input that has no name yet. */
    Node placeholder(TensorType type) {
        return b.apply(new Op.Input("input " + b.nodes().size(), type), List.of());
    }

    /** What these nodes are made of, themselves included: by id. */
    boolean[] needed(Collection<Node> roots) {
        List<Node> nodes = b.nodes();
        boolean[] needed = new boolean[nodes.size()];
        roots.forEach(n -> needed[n.id()] = true);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (needed[i]) {
                nodes.get(i).inputs().forEach(n -> needed[n.id()] = true);
            }
        }
        return needed;
    }

    /**
     * The finished graph.
     *
     * @param names of all inputs that it needs
     */
    Graph graph(Map<Node, String> names, Map<String, Node> outputs, Map<Node, Node> updates) {
        List<Node> roots = new ArrayList<>(outputs.values());
        updates.forEach((state, value) -> roots.addAll(List.of(state, value)));
        boolean[] needed = needed(roots);
        GraphBuilder f = new GraphBuilder();
        Node[] copy = new Node[b.nodes().size()];
        for (Node n : b.nodes()) {
            if (needed[n.id()]) {
                String name = names.get(n);
                Op op = name == null ? n.op() : new Op.Input(name, n.type());
                copy[n.id()] = f.apply(op, n.inputs().stream().map(x -> copy[x.id()]).toList());
            }
        }
        outputs.forEach((name, n) -> f.output(name, copy[n.id()]));
        updates.forEach((state, value) -> f.update(copy[state.id()], copy[value.id()]));
        return f.build();
    }
}
