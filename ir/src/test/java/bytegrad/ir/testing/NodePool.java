package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The nodes a {@link RandomGraph} may build on, what is known of each, and ways to choose one. */
abstract sealed class NodePool permits RandomGraph {
    /**
     * What is known of a node's values.
     *
     * @param bound on the absolute value
     * @param exact no executor rounds it
     */
    record Fact(double bound, boolean exact) {}

    static final int LARGEST = 400;
    static final Fact DISCRETE = new Fact(Long.MAX_VALUE, true);

    final GraphBuilder b = new GraphBuilder();
    final SplittableRandom random;
    /** All floats are of this dtype, and every op on them is smooth. */
    final @Nullable DType smooth;
    final List<Node> pool = new ArrayList<>();
    private final Map<Node, Fact> facts = new HashMap<>();
    private int inputs;

    NodePool(SplittableRandom random, @Nullable DType smooth) {
        this.random = random;
        this.smooth = smooth;
    }

    DType floating() {
        return smooth != null ? smooth : random.nextInt(4) > 0 ? DType.F32 : DType.F64;
    }

    int extent() {
        return any(List.of(1, 2, 3, 3, 4, 5, 5, 7, random.nextInt(6) == 0 ? 0 : 6, random.nextInt(4) == 0 ? 17 : 2));
    }

    Shape shape() {
        int[] dims = new int[random.nextInt(4)];
        do {
            Arrays.setAll(dims, k -> extent());
        } while (Shape.of(dims).size() > LARGEST);
        return Shape.of(dims);
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    /** A node of the dtype, recent ones more likely. */
    Node pick(DType t) {
        List<Node> known = pool.stream().filter(n -> n.dtype() == t).toList();
        if (known.isEmpty()) {
            return input(t, shape());
        }
        return random.nextBoolean() ? any(known) : any(known.subList(Math.max(0, known.size() - 4), known.size()));
    }

    Node number() {
        List<Node> known = pool.stream().filter(n -> n.dtype().isNumeric()).toList();
        return any(known);
    }

    /** A node of the type: one of the pool, or a new input. */
    Node same(DType t, Shape shape) {
        List<Node> known = pool.stream().filter(n -> n.dtype() == t && n.shape().equals(shape)).toList();
        return known.isEmpty() || random.nextInt(4) == 0 ? input(t, shape) : any(known);
    }

    /** A node that broadcasts with x to x's shape. */
    Node partner(Node x) {
        Shape shape = x.shape();
        int drop = random.nextInt(3) == 0 ? random.nextInt(shape.rank() + 1) : 0;
        Node y = same(x.dtype(), Shape.of(shape.dims().subList(drop, shape.rank())));
        return y.dtype().isNumeric() && y.dtype().isFloat() ? tame(y, 20) : y;
    }

    /** x, squeezed by tanh if it may exceed the limit. */
    Node tame(Node x, double limit) {
        return bound(x) <= limit ? x : computed(b.tanh(x), 1);
    }

    /** x, or a new input of its type if executors may round x differently. */
    Node exact(Node x) {
        return fact(x).exact() ? x : input(x.dtype(), x.shape());
    }

    Node input(DType t, Shape shape) {
        return keep(hiddenInput(t, shape), t.isFloat() ? new Fact(2, true) : DISCRETE);
    }

    /** A new input that no later op picks. */
    Node hiddenInput(DType t, Shape shape) {
        return b.input("x" + inputs++, t, shape.toArray());
    }

    Node computed(Node n, double bound) {
        return keep(n, new Fact(bound, false));
    }

    Node keep(Node n, Fact fact) {
        if (facts.putIfAbsent(n, fact) == null) {
            pool.add(n);
        }
        return n;
    }

    Fact fact(Node n) {
        return facts.getOrDefault(n, new Fact(Double.POSITIVE_INFINITY, false));
    }

    double bound(Node n) {
        return fact(n).bound();
    }
}
