package bytegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.pass.Pipeline;
import bytegrad.ir.testing.FiniteDifference;
import bytegrad.ir.testing.Sample;
import bytegrad.ir.testing.Samples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Products with given vectors, dense Jacobians and Hessians. */
class SecondOrderTest {
    private final GraphBuilder b = new GraphBuilder();
    private final Map<String, Value> in = new HashMap<>();

    private Node x(String name, int... dims) {
        TensorType type = TensorType.of(DType.F64, dims);
        in.put(name, FiniteDifference.cotangent(type, name.hashCode()));
        return b.input(name, DType.F64, dims);
    }

    private double[] value(Node n) {
        return Evaluated.at(b, n, in);
    }

    @Test
    void pullbackOfSeveralOutputsOfAnyShape() {
        Node x = x("x", 3);
        Node w = x("w", 2, 3);
        Node y = b.mul(w, x);
        Node z = b.sin(x);
        Node dy = x("dy", 2, 3);
        Node dz = x("dz", 3);
        List<Node> g = Gradient.pullback(b, List.of(y, z), List.of(dy, dz), List.of(x, w, z), Gradient.Unreached.ERROR);
        List<Node> same = Gradient.of(b, b.add(b.sumAll(b.mul(y, dy)), b.sumAll(b.mul(z, dz))), List.of(x, w, z));
        for (int k = 0; k < 3; k++) {
            assertArrayEquals(value(same.get(k)), value(g.get(k)), 1e-14);
        }
    }

    @Test
    void aPullbackIsTheTransposeOfThePushforward() {
        Node x = x("x", 3);
        Node h = b.exp(x);
        Node y = b.mul(h, b.square(h));
        // A node in between has a tangent of its own beside what x passes on.
        Node dx = x("dx", 3);
        Node dh = x("dh", 3);
        Node u = x("u", 3);
        Node dy = Gradient.pushforward(b, List.of(y), List.of(x, h), List.of(dx, dh), Gradient.Unreached.ERROR).get(0);
        List<Node> back = Gradient.pullback(b, List.of(y), List.of(u), List.of(x, h), Gradient.Unreached.ERROR);
        double forth = value(b.sumAll(b.mul(dy, u)))[0];
        assertEquals(forth, value(b.add(b.sumAll(b.mul(back.get(0), dx)), b.sumAll(b.mul(back.get(1), dh))))[0], 1e-12);
    }

    @Test
    void zeroTangentsMakeNoNodes() {
        Node x = x("x", 3);
        Node w = x("w", 3);
        Node y = b.add(b.sin(b.mul(w, w)), b.mul(x, w));
        Node dx = x("dx", 3);
        int before = b.nodes().size();
        Gradient.pushforward(b, List.of(y), List.of(x), List.of(dx), Gradient.Unreached.ERROR);
        assertEquals(1, b.nodes().size() - before, "dx · w");
    }

    /** Both ways to make a Jacobian, at every differentiable sample that is small. */
    @TestFactory
    Stream<DynamicTest> jacobians() {
        return Samples.differentiable().stream()
                .filter(s -> s.graph().output("y").shape().size() <= 40 && s.graph().nodes().size() < 40)
                .filter(s -> s.graph().nodes().stream().allMatch(n -> n.rank() < 4 && n.dtype() != DType.F32))
                .map(s -> DynamicTest.dynamicTest(s.name(), () -> jacobians(s)));
    }

    private static void jacobians(Sample s) {
        GraphBuilder b = new GraphBuilder();
        Map<String, Node> given = new HashMap<>();
        s.graph().inputs().forEach(n -> given.put(((Op.Input) n.op()).name(), b.apply(n.op(), List.of())));
        Node y = b.inline(s.graph(), given).outputs().get("y");
        Map<String, Value> in = s.inputs(Samples.SEED);
        for (String name : s.differentiable()) {
            Node x = given.get(name);
            Node j = Jacobian.of(b, List.of(y), List.of(x), Gradient.Unreached.ZEROS).get(0).get(0);
            List<Integer> dims = new ArrayList<>(y.shape().dims());
            dims.addAll(x.shape().dims());
            assertEquals(dims, j.shape().dims());
            Value u = FiniteDifference.cotangent(y.type(), 1);
            Value v = FiniteDifference.cotangent(x.type(), 2);
            double[] rows = Evaluated.at(b, j, in);
            double sum = 0;
            double scale = 1;
            for (int i = 0; i < u.size(); i++) {
                for (int k = 0; k < v.size(); k++) {
                    sum += u.at(i) * rows[i * v.size() + k] * v.at(k);
                    scale += Math.abs(u.at(i) * rows[i * v.size() + k] * v.at(k));
                }
            }
            Node du = b.apply(new Op.Input("cotangent", y.type()), List.of());
            Node dx = Gradient.pullback(b, List.of(y), List.of(du), List.of(x), Gradient.Unreached.ZEROS).get(0);
            Map<String, Value> all = new HashMap<>(in);
            all.put("cotangent", u);
            double[] g = Evaluated.at(b, dx, all);
            assertEquals(IntStream.range(0, g.length).mapToDouble(k -> g[k] * v.at(k)).sum(), sum, 1e-10 * scale);
        }
    }

    @Test
    void jacobianByRowsAndByColumns() {
        Node x = x("x", 2);
        Node wide = b.concat(0, b.sin(x), b.mul(x, b.flip(x, 0)), b.exp(x));
        double[] v = in.get("x").doubles();
        Node byColumns = Jacobian.of(b, wide, x);
        assertEquals(List.of(6, 2), byColumns.shape().dims());
        double[] expected = {Math.cos(v[0]), 0, 0, Math.cos(v[1]), v[1], v[0], v[1], v[0], Math.exp(v[0]), 0, 0, Math.exp(v[1])};
        assertArrayEquals(expected, value(byColumns), 1e-15);
        Node narrow = b.sum(b.square(wide), 0);
        Node byRows = Jacobian.of(b, narrow, x);
        assertArrayEquals(value(Gradient.of(b, narrow, x)), value(byRows), 1e-15);
    }

    @Test
    void aJacobianDoesNotGrowWithTheOutputs() {
        int[] sizes = new int[2];
        for (int i = 0; i < 2; i++) {
            int n = i == 0 ? 5 : 50;
            GraphBuilder g = new GraphBuilder();
            Node x = g.input("x", DType.F64, 100);
            Node w = g.input("w", DType.F64, 100, n);
            Node y = g.tanh(g.contract(new Op.Contract(List.of(), List.of(), List.of(0), List.of(0)), x, w));
            sizes[i] = Evaluated.only(g, Jacobian.of(g, y, x)).nodes().size();
        }
        assertEquals(sizes[0], sizes[1]);
    }

    /** A small twin of a classifier: two layers and softmax cross-entropy. */
    private List<Node> parameters(int in, int hidden, int out) {
        return List.of(x("w1", in, hidden), x("b1", hidden), x("w2", hidden, out), x("b2", out));
    }

    private Node loss(List<Node> p, int rows) {
        Node h = b.tanh(b.add(b.matmul(x("x", rows, p.get(0).shape().dim(0)), p.get(0)), p.get(1)));
        Node labels = b.input("labels", DType.I32, rows);
        int classes = p.get(3).shape().dim(0);
        in.put("labels", Value.of(labels.type(), IntStream.range(0, rows).mapToDouble(i -> i % classes).toArray()));
        return Losses.softmaxCrossEntropy(b, b.add(b.matmul(h, p.get(2)), p.get(3)), labels);
    }

    @Test
    void hessianVectorProductIsTheDenseHessianTimesTheVector() {
        List<Node> p = parameters(4, 3, 3);
        Node loss = loss(p, 5);
        List<Node> v = new ArrayList<>();
        for (int k = 0; k < p.size(); k++) {
            v.add(x("v" + k, p.get(k).shape().toArray()));
        }
        List<Node> products = Hessian.times(b, loss, p, v);
        List<List<Node>> h = Hessian.of(b, loss, p);
        for (int i = 0; i < p.size(); i++) {
            double[] expected = new double[p.get(i).shape().size()];
            for (int k = 0; k < p.size(); k++) {
                double[] block = value(h.get(i).get(k));
                double[] mirrored = value(h.get(k).get(i));
                double[] vk = value(v.get(k));
                for (int r = 0; r < expected.length; r++) {
                    for (int c = 0; c < vk.length; c++) {
                        expected[r] += block[r * vk.length + c] * vk[c];
                        assertEquals(block[r * vk.length + c], mirrored[c * expected.length + r], 1e-12, "symmetric");
                    }
                }
            }
            assertArrayEquals(expected, value(products.get(i)), 1e-12);
        }
    }

    @Test
    void hessianOfOneArgument() {
        Node x = x("x", 3);
        Node loss = b.sumAll(b.mul(b.square(x), b.flip(x, 0)));
        double[] v = in.get("x").doubles();
        // Σ xᵢ²·x₂₋ᵢ = x₀²x₂ + x₁³ + x₂²x₀
        double[] expected = {2 * v[2], 0, 2 * v[0] + 2 * v[2], 0, 6 * v[1], 0, 2 * v[0] + 2 * v[2], 0, 2 * v[0]};
        assertArrayEquals(expected, value(Hessian.of(b, loss, x)), 1e-14);
        assertArrayEquals(new double[9], value(Hessian.of(b, b.sumAll(x), x)));
    }

    @Test
    void hessianThroughLoops() {
        Node w = x("w", 3);
        Node h = Loops.scan(b, 4, false, List.of(x("h", 3)), List.of(x("x", 4, 3)),
                (s, c, x) -> new Loops.Step(List.of(s.tanh(s.add(s.mul(c.get(0), w), x.get(0)))), List.of())).get(0);
        Node loss = b.sumAll(b.square(h));
        Node v = x("v", 3);
        double[] dense = value(Hessian.of(b, loss, w));
        double[] vs = value(v);
        double[] product = value(Hessian.times(b, loss, List.of(w), List.of(v)).get(0));
        double[] reverse = value(Gradient.of(b, b.sumAll(b.mul(Gradient.of(b, loss, w), v)), w));
        for (int i = 0; i < 3; i++) {
            assertEquals(dense[i * 3] * vs[0] + dense[i * 3 + 1] * vs[1] + dense[i * 3 + 2] * vs[2], product[i], 1e-13);
            assertEquals(reverse[i], product[i], 1e-13);
        }
    }

    @Test
    void aHessianVectorProductCostsLessThanFourGradients() {
        List<Node> p = parameters(784, 128, 10);
        Node loss = loss(p, 64);
        List<Node> v = new ArrayList<>();
        for (int k = 0; k < p.size(); k++) {
            v.add(x("v" + k, p.get(k).shape().toArray()));
        }
        double gradient = flops(graph(Gradient.of(b, loss, p)));
        double product = flops(graph(Hessian.times(b, loss, p, v)));
        assertTrue(product <= 3 * gradient, product + " operations for a product, " + gradient + " for a gradient");
    }

    private Graph graph(List<Node> ys) {
        GraphBuilder copy = new GraphBuilder();
        Map<Node, Node> made = new HashMap<>();
        b.nodes().forEach(n -> made.put(n, copy.apply(n.op(), n.inputs().stream().map(made::get).toList())));
        IntStream.range(0, ys.size()).forEach(i -> copy.output("y" + i, made.get(ys.get(i))));
        return Pipeline.standard().run(copy.build());
    }

    /** Multiply-adds of contractions, and one operation an element of what is computed beside. */
    private static double flops(Graph g) {
        double sum = 0;
        for (Node n : g.nodes()) {
            sum += switch (n.op()) {
                case Op.Contract c -> 2.0 * n.shape().size() * c.leftContract().stream().mapToInt(n.input(0).shape()::dim).reduce(1, (a, d) -> a * d);
                case Op.Map m -> n.shape().size();
                case Op.Reduce r -> n.input(0).shape().size();
                default -> 0;
            };
        }
        return sum;
    }

    @Test
    void errors() {
        Node x = b.input("x", DType.F32, 2);
        Node n = b.input("n", DType.I32, 2);
        Node y = b.exp(x);
        refused("pullback of 1 nodes with 0 cotangents: each node needs one", () -> Gradient.pullback(b, List.of(y), List.of(), List.of(x), Gradient.Unreached.ERROR));
        refused("pullback: the cotangent of %2 = exp f32[2] must be f32[2], not i32[2]",
                () -> Gradient.pullback(b, List.of(y), List.of(n), List.of(x), Gradient.Unreached.ERROR));
        refused("pullback of input \"n\" i32[2]: i32[2] is not float, so it has no derivative",
                () -> Gradient.pullback(b, List.of(n), List.of(n), List.of(x), Gradient.Unreached.ERROR));
        refused("pullback of %2 = exp f32[2] with respect to input \"n\" i32[2]: i32[2] is not float",
                () -> Gradient.pullback(b, List.of(y), List.of(y), List.of(n), Gradient.Unreached.ERROR));
        Node z = b.input("z", DType.F32, 2);
        refused("pullback of %2 = exp f32[2] with respect to input \"z\" f32[2]: it does not depend on it through differentiable operations",
                () -> Gradient.pullback(b, List.of(y), List.of(y), List.of(z), Gradient.Unreached.ERROR));
        refused("pushforward: the tangent of input \"x\" f32[2] must be f32[2], not i32[2]",
                () -> Gradient.pushforward(b, List.of(y), List.of(x), List.of(n), Gradient.Unreached.ERROR));
        refused("pushforward of %2 = exp f32[2] with respect to input \"z\" f32[2]: it depends on none of them",
                () -> Gradient.pushforward(b, List.of(y), List.of(z), List.of(z), Gradient.Unreached.ERROR));
        Node deep = b.reshape(y, 1, 1, 1, 1, 1, 1, 1, 2);
        refused("Jacobian of %4 = reshape f32[1,1,1,1,1,1,1,2] with respect to input \"x\" f32[2]: shape [1, 1, 1, 1, 1, 1, 1, 2, 2] has rank 9",
                () -> Jacobian.of(b, deep, x));
        refused("gradient of %2 = exp f32[2]: the loss must be a float scalar", () -> Hessian.of(b, y, x));
    }

    private static void refused(String message, Runnable call) {
        GraphException e = assertThrows(GraphException.class, call::run);
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }
}
