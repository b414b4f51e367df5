package bytegrad.codegen;

import bytegrad.autodiff.Gradient;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Graphs with their gradients, as a training step has them. */
final class Gradients {
    private Gradients() {}

    /** The graph's float outputs, and the gradient of the sum of their sines by each float input named. */
    static Graph of(Graph g, List<String> inputs) {
        GraphBuilder b = new GraphBuilder();
        List<Node> copy = new ArrayList<>();
        g.nodes().forEach(n -> copy.add(b.apply(n.op(), n.inputs().stream().map(x -> copy.get(x.id())).toList())));
        List<Node> losses = new ArrayList<>();
        for (Map.Entry<String, Node> o : g.outputs().entrySet()) {
            Node y = copy.get(o.getValue().id());
            b.output(o.getKey(), y);
            if (y.dtype().isFloat()) {
                // The sine makes every element's cotangent another number.
                losses.add(b.sumAll(b.sin(y)));
            }
        }
        DType dtype = losses.getLast().dtype();
        Node loss = losses.getLast();
        for (Node l : losses.subList(0, losses.size() - 1)) {
            loss = b.add(loss, l.dtype() == dtype ? l : b.cast(l, dtype));
        }
        List<Node> wrt = inputs.stream().map(name -> copy.get(g.input(name).orElseThrow().id())).toList();
        List<Node> gradients = Gradient.of(b, loss, wrt, Gradient.Unreached.ZEROS);
        for (int k = 0; k < wrt.size(); k++) {
            // "d_x", and where that is a gradient already, "d_d_x".
            String name = "d_" + inputs.get(k);
            b.output(g.outputs().containsKey(name) ? "d_" + name : name, gradients.get(k));
        }
        return b.build();
    }

    /** By every float input. */
    static Graph of(Graph g) {
        return of(g, g.inputs().stream().filter(n -> n.dtype().isFloat()).map(n -> ((Op.Input) n.op()).name()).toList());
    }
}
