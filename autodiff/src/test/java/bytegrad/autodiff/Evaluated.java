package bytegrad.autodiff;

import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.HashMap;
import java.util.Map;

/** Values of single nodes, by the interpreter. */
final class Evaluated {
    private Evaluated() {}

    /** The elements of a node of a builder that has declared no output yet; inputs it does not need are ignored. */
    static double[] at(GraphBuilder b, Node n, Map<String, Value> inputs) {
        Graph g = only(b, n);
        return Interpreter.run(g, needed(g, inputs)).output("out").doubles();
    }

    /** Those inputs that the graph has. */
    static Map<String, Value> needed(Graph g, Map<String, Value> inputs) {
        Map<String, Value> needed = new HashMap<>(inputs);
        needed.keySet().removeIf(name -> g.input(name).isEmpty());
        return needed;
    }

    /** The graph of one node, and nothing it does not need. */
    static Graph only(GraphBuilder b, Node n) {
        GraphBuilder copy = new GraphBuilder();
        Map<Node, Node> made = new HashMap<>();
        for (Node o : b.nodes()) {
            made.put(o, copy.apply(o.op(), o.inputs().stream().map(made::get).toList()));
        }
        copy.output("out", made.get(n));
        return copy.build();
    }
}
