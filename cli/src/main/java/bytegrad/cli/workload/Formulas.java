package bytegrad.cli.workload;

import bytegrad.autodiff.Gradient;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import java.util.List;
import java.util.Map;

/** The workloads that are one formula: F, Fg and H. */
final class Formulas {
    private static final int ELEMENTS = 4 * 1024 * 1024;

    private Formulas() {}

    /** y = tanh(gelu(a·x + b)·c) + x, and with gradients da, db, dc, the pulled-back ones. */
    static Task chain(DType dtype, boolean gradients) {
        GraphBuilder g = new GraphBuilder();
        Node a = g.input("a", dtype, ELEMENTS);
        Node b = g.input("b", dtype, ELEMENTS);
        Node c = g.input("c", dtype, ELEMENTS);
        Node x = g.input("x", dtype, ELEMENTS);
        Node y = g.add(g.tanh(g.mul(Activations.gelu(g, g.add(g.mul(a, x), b)), c)), x);
        g.output("y", y);
        if (gradients) {
            List<Node> d = Gradient.of(g, g.sumAll(y), List.of(a, b, c));
            g.output("da", d.get(0));
            g.output("db", d.get(1));
            g.output("dc", d.get(2));
        }
        return new Task(
                g.build(),
                Map.of("a", new Fill.Uniform(201, 2), "b", new Fill.Uniform(202, 2), "c", new Fill.Uniform(203, 2), "x", new Fill.Uniform(204, 4)));
    }

    /** C = A·B of square matrices. */
    static Task product(DType dtype, int n) {
        GraphBuilder g = new GraphBuilder();
        g.output("C", g.matmul(g.input("A", dtype, n, n), g.input("B", dtype, n, n)));
        return new Task(g.build(), Map.of("A", new Fill.Uniform(401, 2), "B", new Fill.Uniform(402, 2)));
    }
}
