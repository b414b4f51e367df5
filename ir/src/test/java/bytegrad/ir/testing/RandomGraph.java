package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One random graph in the making: a pool of nodes that grows by ops on members of the pool. */
final class RandomGraph extends NodePool {
    private enum Step {
        UNARY, BINARY, FMA, REDUCE, CONTRACT, VIEW, GATHER, SCATTER, CUMULATE, CONCAT, SELECT, SOURCE, NORMALISE, FUNCTION, ARG_REDUCE, SORT, CAST,
        COMPARE, ROUND, INTEGER
    }

    private final RandomViews views;

    RandomGraph(SplittableRandom random, @Nullable DType smooth) {
        super(random, smooth);
        this.views = new RandomViews(b, random);
    }

    Graph graph(int steps) {
        input(floating(), shape());
        input(floating(), shape());
        while (steps-- > 0) {
            // The last few make jumps.
            int kinds = smooth == null ? Step.values().length : Step.ARG_REDUCE.ordinal();
            step(Step.values()[random.nextInt(kinds)]);
        }
        declare();
        return b.build();
    }

    private void declare() {
        Set<Node> used = new HashSet<>();
        pool.forEach(n -> used.addAll(n.inputs()));
        int outputs = 0;
        for (int i = pool.size() - 1; i >= 0 && outputs < 4; i--) {
            Node n = pool.get(i);
            boolean wanted = smooth == null || n.dtype().isFloat();
            if (wanted && (!used.contains(n) && random.nextInt(3) > 0 || outputs == 0 || random.nextInt(8) == 0)) {
                b.output("y" + outputs++, n);
            }
        }
        if (smooth != null) {
            return;
        }
        for (Node state : List.copyOf(pool)) {
            if (state.op() instanceof Op.Input && random.nextInt(3) == 0) {
                List<Node> next = pool.stream().filter(n -> n.type().equals(state.type()) && n.id() != state.id()).toList();
                if (!next.isEmpty()) {
                    b.update(state, any(next));
                }
            }
        }
    }

    private void step(Step step) {
        switch (step) {
            case UNARY -> unary(tame(pick(floating()), 4));
            case BINARY -> binary();
            case FMA -> {
                Node x = tame(pick(floating()), 10);
                Node y = partner(x);
                Node z = partner(x);
                computed(b.fma(x, y, z), bound(x) * bound(y) + bound(z));
            }
            case REDUCE -> reduce();
            case CONTRACT -> contract();
            case VIEW -> {
                Node x = any(pool);
                Node y = views.view(x);
                keep(y, new Fact(Math.max(bound(x), 2), fact(x).exact()));
            }
            case GATHER -> gather();
            case SCATTER -> scatter();
            case CUMULATE -> cumulate();
            case CONCAT -> concat();
            case SELECT -> {
                Node x = any(pool);
                Node y = partner(x);
                Node condition = same(DType.BOOL, x.shape());
                keep(b.select(condition, x, y), new Fact(Math.max(bound(x), bound(y)), fact(x).exact() && fact(y).exact()));
            }
            case SOURCE -> source();
            case NORMALISE -> normalise();
            case FUNCTION -> {
                Node x = tame(pick(floating()), 4);
                RandomFunctions.Bounded f = RandomFunctions.smooth(b, random, x, bound(x), tame(partner(x), 4));
                computed(f.node(), f.bound());
            }
            case ROUND -> {
                Node x = exact(pick(floating()));
                computed(RandomFunctions.jumping(b, random, x), bound(x) + 3);
            }
            case ARG_REDUCE -> argReduce();
            case SORT -> sort();
            case CAST -> cast();
            case COMPARE -> {
                Node x = exact(any(pool));
                if (x.dtype().isStorage() && x.dtype() != DType.BF16) {
                    return;
                }
                ScalarFn fn = any(x.dtype() == DType.BOOL ? List.of(ScalarFn.EQ, ScalarFn.NE)
                        : List.of(ScalarFn.EQ, ScalarFn.NE, ScalarFn.LT, ScalarFn.LE, ScalarFn.GT, ScalarFn.GE));
                keep(b.map(fn, x, exact(partner(x))), DISCRETE);
            }
            case INTEGER -> integer();
        }
    }

    private void unary(Node x) {
        double m = bound(x);
        int kinds = smooth == null ? 13 : 10;
        switch (random.nextInt(kinds)) {
            case 0 -> computed(b.neg(x), m);
            case 1 -> computed(b.exp(x), StrictMath.exp(m));
            case 2 -> computed(b.tanh(x), 1);
            case 3 -> computed(b.sigmoid(x), 1);
            case 4 -> computed(b.erf(x), 1);
            case 5 -> computed(b.sin(x), 1);
            case 6 -> computed(b.cos(x), 1);
            case 7 -> computed(b.sqrt(b.add(b.square(x), 0.5)), m + 1);
            case 8 -> computed(b.log(b.add(b.square(x), 0.5)), m + 1);
            case 9 -> computed(b.div(x, b.add(b.square(x), 1)), 1);
            case 10 -> computed(b.abs(x), m);
            case 11 -> computed(b.stopGradient(x), m);
            default -> computed(b.sign(exact(x)), 1);
        }
    }

    private void binary() {
        Node x = tame(pick(floating()), 20);
        Node y = partner(x);
        double sum = bound(x) + bound(y);
        switch (random.nextInt(smooth == null ? 6 : 4)) {
            case 0 -> computed(b.add(x, y), sum);
            case 1 -> computed(b.sub(x, y), sum);
            case 2 -> computed(b.mul(x, y), bound(x) * bound(y));
            case 3 -> computed(b.div(x, b.add(b.square(y), 1)), bound(x));
            case 4 -> computed(b.max(x, y), sum);
            default -> computed(b.min(x, y), sum);
        }
    }

    private void reduce() {
        Node x = smooth == null && random.nextInt(4) == 0 ? number() : pick(floating());
        List<Integer> axes = new ArrayList<>();
        for (int k = 0; k < x.rank(); k++) {
            if (random.nextBoolean()) {
                axes.add(k);
            }
        }
        int count = x.shape().without(axes).size() == 0 ? 0 : x.shape().size() / x.shape().without(axes).size();
        // The product of very many overflows.
        Monoid monoid = count > 64 ? Monoid.SUM : Monoid.values()[random.nextInt(smooth == null ? 4 : 2)];
        // The extreme of nothing is infinite, and everything after it would be NaN.
        if (count == 0 && (monoid == Monoid.MAX || monoid == Monoid.MIN)) {
            return;
        }
        if (monoid == Monoid.PRODUCT && x.dtype().isFloat()) {
            x = b.add(b.mul(b.tanh(x), 0.25), 1);
            computed(x, 1.25);
        }
        double growth = monoid == Monoid.SUM ? count : monoid == Monoid.PRODUCT ? StrictMath.pow(1.25, count) : 1;
        Fact fact = x.dtype().isInteger() ? DISCRETE : new Fact(Math.max(1, bound(x)) * Math.max(1, growth), false);
        keep(b.apply(new Op.Reduce(monoid, axes), List.of(x)), fact);
    }

    private void contract() {
        Node x = tame(pick(floating()), 4);
        List<Integer> batch = new ArrayList<>();
        List<Integer> contracted = new ArrayList<>();
        List<Integer> dims = new ArrayList<>();
        List<Integer> rightBatch = new ArrayList<>();
        List<Integer> rightContracted = new ArrayList<>();
        if (random.nextBoolean()) {
            dims.add(extent());
        }
        for (int k = 0; k < x.rank(); k++) {
            int use = random.nextInt(3);
            if (use < 2) {
                (use == 0 ? batch : contracted).add(k);
                (use == 0 ? rightBatch : rightContracted).add(dims.size());
                dims.add(x.shape().dim(k));
            }
        }
        if (random.nextBoolean()) {
            dims.add(extent());
        }
        long free = 1;
        for (int d : dims) {
            free *= d;
        }
        if (free * x.shape().size() > LARGEST * 8L) {
            return;
        }
        Node y = tame(same(x.dtype(), Shape.of(dims)), 4);
        int depth = contracted.stream().mapToInt(k -> x.shape().dim(k)).reduce(1, (p, q) -> p * q);
        computed(b.contract(new Op.Contract(batch, rightBatch, contracted, rightContracted), x, y), bound(x) * bound(y) * Math.max(1, depth));
    }

    /** The axes of a gather or scatter of x, whose updates are not too many; none of an index tensor's where there are too few. */
    private record Indexed(int axis, int batch, List<Node> indices, Shape updates) {}

    private @Nullable Indexed indexed(Node x) {
        if (x.rank() == 0 || x.rank() > 4) {
            return null;
        }
        int axis = random.nextInt(x.rank());
        int batch = random.nextBoolean() ? 0 : random.nextInt(axis + 1);
        int count = random.nextInt(3) > 0 ? 1 : random.nextInt(1, x.rank() - axis + 1);
        List<Integer> j = random.nextInt(4) == 0 ? List.of(2, extent()) : random.nextInt(8) == 0 ? List.of() : List.of(extent());
        List<Integer> index = new ArrayList<>(x.shape().dims().subList(0, batch));
        index.addAll(j);
        List<Integer> updates = new ArrayList<>(x.shape().dims());
        updates.subList(axis, axis + count).clear();
        updates.addAll(axis, j);
        long size = 1;
        for (int d : updates) {
            size *= d;
        }
        if (size > LARGEST || x.shape().dims().subList(axis, axis + count).contains(0)) {
            return null;
        }
        DType t = random.nextBoolean() ? DType.I32 : DType.I64;
        List<Node> indices = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            indices.add(indices(t, Shape.of(index), x.shape().dim(axis + k)));
        }
        return new Indexed(axis, batch, indices, Shape.of(updates));
    }

    private void gather() {
        Node x = any(pool);
        Indexed i = indexed(x);
        if (i != null) {
            keep(b.gather(x, i.indices(), i.axis(), i.batch()), fact(x));
        }
    }

    /** Smooth ones only add or set; the others are of any dtype. */
    private void scatter() {
        Node x = smooth == null ? any(pool) : pick(floating());
        Indexed i = indexed(x);
        if (i == null) {
            return;
        }
        Op.Combine c = smooth != null ? any(List.of(Op.Combine.SET, Op.Combine.ADD))
                : x.dtype().isNumeric() ? any(List.of(Op.Combine.values())) : Op.Combine.SET;
        boolean adds = c == Op.Combine.ADD || c == Op.Combine.MUL;
        Node u = same(x.dtype(), i.updates());
        if (x.dtype().isFloat()) {
            x = tame(c == Op.Combine.MUL ? b.sin(x) : x, 20);
            u = tame(c == Op.Combine.MUL ? b.sin(u) : u, 20);
        }
        // Zeros most of the time, as gradients have it.
        Node base = adds && random.nextInt(3) > 0 ? b.full(x.type(), c == Op.Combine.MUL ? 1 : 0) : x;
        Node y = b.scatter(c, base, u, i.indices(), i.axis(), i.batch());
        double bound = c == Op.Combine.ADD ? bound(x) + bound(u) * i.updates().size() : Math.max(bound(x), bound(u));
        keep(y, x.dtype().isFloat() ? new Fact(Math.max(1, bound), !adds && fact(x).exact() && fact(u).exact()) : DISCRETE);
    }

    private void cumulate() {
        Node x = smooth == null && random.nextInt(4) == 0 ? number() : tame(pick(floating()), 20);
        if (x.rank() == 0) {
            return;
        }
        int axis = random.nextInt(x.rank());
        int extent = x.shape().dim(axis);
        Monoid monoid = smooth == null ? any(List.of(Monoid.SUM, Monoid.PRODUCT, Monoid.MAX, Monoid.MIN)) : Monoid.SUM;
        boolean product = monoid == Monoid.PRODUCT;
        if (product && x.dtype().isFloat()) {
            x = computed(b.sin(x), 1);
        }
        boolean extreme = monoid == Monoid.MAX || monoid == Monoid.MIN;
        // The extreme of nothing is infinite, and everything after it would be NaN.
        boolean exclusive = !extreme && random.nextInt(3) == 0;
        double bound = Math.max(1, bound(x)) * Math.max(1, monoid == Monoid.SUM ? extent : 1);
        Fact fact = x.dtype().isFloat() ? new Fact(bound, extreme && fact(x).exact()) : DISCRETE;
        keep(b.cumulate(monoid, x, axis, random.nextBoolean(), exclusive), fact);
    }

    /** The order of exact values, or all of them in order. */
    private void sort() {
        Node x = exact(any(pool));
        if (x.rank() == 0) {
            return;
        }
        int axis = random.nextInt(x.rank());
        if (random.nextBoolean()) {
            keep(b.apply(new Op.ArgSort(axis, random.nextBoolean(), random.nextInt(x.shape().dim(axis) + 1)), List.of(x)), DISCRETE);
        } else if (x.shape().dim(axis) > 0) {
            keep(b.sort(x, axis, random.nextBoolean()), fact(x));
        }
    }

    /** Indices below an extent: a new input, or integers of the pool forced into range. */
    private Node indices(DType t, Shape shape, int extent) {
        List<Node> known = pool.stream().filter(n -> n.dtype() == t && n.shape().equals(shape)).toList();
        if (known.isEmpty() || random.nextBoolean()) {
            return hiddenInput(t, shape);
        }
        return b.min(b.max(any(known), b.constant(t, 0)), b.constant(t, extent - 1));
    }

    private void concat() {
        Node x = any(pool);
        if (x.rank() == 0 || x.shape().size() > LARGEST) {
            return;
        }
        int axis = random.nextInt(x.rank());
        Node y = same(x.dtype(), x.shape().with(axis, extent()));
        Fact fact = new Fact(Math.max(bound(x), bound(y)), fact(x).exact() && fact(y).exact());
        keep(random.nextInt(4) == 0 ? b.concat(axis, y, x, y) : b.concat(axis, x, y), fact);
    }

    private void source() {
        DType t = smooth != null ? smooth : any(List.of(DType.values()));
        Shape shape = shape();
        switch (random.nextInt(3)) {
            case 0 -> input(t, shape);
            case 1 -> keep(b.constant(literal(new TensorType(t, shape))), t.isFloat() ? new Fact(2, true) : DISCRETE);
            default -> {
                if (t != DType.BOOL && shape.rank() > 0) {
                    keep(b.iota(new TensorType(t, shape), random.nextInt(shape.rank())), new Fact(LARGEST, true));
                }
            }
        }
    }

    private Literal literal(TensorType type) {
        long[] bits = new long[type.size()];
        boolean uniform = random.nextBoolean();
        for (int i = 0; i < bits.length; i++) {
            double v = uniform ? 1 : random.nextInt(-8, 9) / 4.0;
            bits[i] = switch (type.dtype()) {
                case F32 -> Float.floatToRawIntBits((float) v);
                case F64 -> Double.doubleToRawLongBits(v);
                case I32, I64 -> (long) (v * 4);
                case BOOL -> v > 0 ? 1 : 0;
                case I8, I16 -> (long) (v * 4);
                case U8 -> (long) (v * 4 + 8);
                case BF16 -> Literal.of(DType.BF16, v).bitsAt(0);
            };
        }
        return Literal.ofBits(type, bits);
    }

    /** x against its own sum along one axis: the pattern of softmax and normalisation. */
    private void normalise() {
        Node x = tame(pick(floating()), 4);
        if (x.rank() == 0) {
            return;
        }
        int axis = random.nextInt(x.rank());
        Node e = b.exp(x);
        int[] others = java.util.stream.IntStream.range(0, x.rank()).filter(k -> k != axis).toArray();
        computed(b.div(e, b.broadcast(b.sum(e, axis), x.shape(), others)), 1);
    }

    private void argReduce() {
        Node x = exact(number());
        int axis = x.rank() == 0 ? 0 : random.nextInt(x.rank());
        if (x.rank() > 0 && x.shape().dim(axis) > 0) {
            keep(random.nextBoolean() ? b.argmax(x, axis) : b.argmin(x, axis), DISCRETE);
        }
    }

    private void cast() {
        Node x = any(pool);
        DType to = any(List.of(DType.values()));
        // Neighbours of a jump may fall to either side; bf16 has so few numbers that it is all jumps.
        if (x.dtype().isFloat() && (!to.isFloat() || to == DType.BF16)) {
            x = exact(x);
        }
        if (to != x.dtype()) {
            boolean large = x.dtype().isInteger() && to.isFloat();
            // Among floats a cast may round; of integers only those beyond 2²⁴ would.
            keep(b.cast(x, to), !to.isFloat() ? DISCRETE : large ? new Fact(Long.MAX_VALUE, false) : new Fact(bound(x), false));
        }
    }

    private void integer() {
        List<Node> known = pool.stream().filter(n -> !n.dtype().isFloat()).toList();
        if (known.isEmpty()) {
            input(any(List.of(DType.I32, DType.I64, DType.BOOL)), shape());
            return;
        }
        // Of integers rather than truths, which have few functions.
        List<Node> integers = known.stream().filter(n -> n.dtype().isInteger()).toList();
        Node x = any(integers.isEmpty() || random.nextInt(4) == 0 ? known : integers);
        ScalarFn fn = any(List.of(ScalarFn.values()).stream().filter(f -> f.accepts(x.dtype()) && f != ScalarFn.SELECT).toList());
        Node[] in = new Node[fn.arity()];
        in[0] = x;
        for (int k = 1; k < in.length; k++) {
            in[k] = partner(x);
        }
        keep(b.map(fn, in), DISCRETE);
    }
}
