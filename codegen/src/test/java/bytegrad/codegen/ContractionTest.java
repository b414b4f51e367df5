package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphPrinter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Contractions of random extents, layouts and epilogues, at every lane width: tiles have most edges of all kernels.
 * {@code -Dbytegrad.random.contractions=5000} tries more.
 */
final class ContractionTest {
    private static final int COUNT = Integer.getInteger("bytegrad.random.contractions", 40);
    private static final long SEED = Long.getLong("bytegrad.seed", 20260101);
    private static final List<Integer> EXTENTS = List.of(1, 2, 3, 5, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33, 40, 48, 63, 64, 65, 70);

    /** One random graph. */
    private static final class Draw {
        private final SplittableRandom random;
        private final GraphBuilder b = new GraphBuilder();
        private final DType dtype;

        private Draw(long seed) {
            this.random = new SplittableRandom(seed);
            this.dtype = random.nextInt(4) == 0 ? DType.F64 : DType.F32;
        }

        private int extent() {
            return random.nextInt(40) == 0 ? 0 : EXTENTS.get(random.nextInt(EXTENTS.size()));
        }

        /** An operand whose axes lie in memory in a random order, or that is computed or cut out of something larger. */
        private Node operand(String name, List<Integer> dims) {
            List<Integer> order = new ArrayList<>();
            for (int k = 0; k < dims.size(); k++) {
                order.add(random.nextInt(k + 1), k);
            }
            int margin = random.nextInt(4) == 0 ? 3 : 0;
            int[] stored = new int[dims.size()];
            for (int k = 0; k < stored.length; k++) {
                stored[k] = dims.get(order.get(k)) + margin;
            }
            Node x = b.input(name, dtype, stored);
            if (margin > 0) {
                List<Integer> starts = order.stream().map(k -> 2).toList();
                List<Integer> limits = order.stream().map(k -> dims.get(k) + 2).toList();
                x = b.apply(new Op.Slice(starts, limits, order.stream().map(k -> 1).toList()), List.of(x));
            }
            if (random.nextInt(4) == 0) {
                x = b.sin(x);
            }
            if (!order.equals(order.stream().sorted().toList())) {
                List<Integer> inverse = new ArrayList<>(order);
                for (int k = 0; k < order.size(); k++) {
                    inverse.set(order.get(k), k);
                }
                x = b.apply(new Op.Transpose(inverse), List.of(x));
            }
            return x;
        }

        private Graph graph() {
            boolean batched = random.nextInt(3) == 0;
            int batch = 1 + random.nextInt(4);
            int m = extent();
            int n = extent();
            int k = extent();
            Node left = operand("l", batched ? List.of(batch, m, k) : List.of(m, k));
            Node right = operand("r", batched ? List.of(batch, k, n) : List.of(k, n));
            Op contract = batched
                    ? new Op.Contract(List.of(0), List.of(0), List.of(2), List.of(1))
                    : new Op.Contract(List.of(), List.of(), List.of(1), List.of(0));
            Node y = b.apply(contract, List.of(left, right));
            Shape shape = y.shape();
            switch (random.nextInt(6)) {
                case 0 -> b.output("y", y);
                case 1 -> b.output("y", Activations.relu(b, b.add(y, b.broadcast(b.input("bias", dtype, n), shape, shape.rank() - 1))));
                case 2 -> b.output("y", b.tanh(b.mul(y, b.input("gate", dtype, shape.toArray()))));
                case 3 -> {
                    Node w = b.input("w", dtype, shape.toArray());
                    b.update(w, b.sub(w, b.mul(y, 0.1)));
                }
                case 4 -> {
                    b.output("y", y);
                    b.output("rows", b.sum(b.square(y), shape.rank() - 1));
                }
                default -> {
                    b.output("y", b.exp(b.mul(y, 0.01)));
                    b.output("z", b.add(y, b.broadcast(b.input("column", dtype, m), shape, shape.rank() - 2)));
                }
            }
            return b.build();
        }
    }

    @Test
    void everyExtentLayoutAndEpilogue() {
        for (long seed = SEED; seed < SEED + COUNT; seed++) {
            Graph g = new Draw(seed).graph();
            Optional<String> failure = Agreement.failure(g, RandomGraphs.inputs(g, seed), Agreement.everyWidthAndOtherwiseExtremes());
            assertEquals(Optional.empty(), failure, "seed " + seed + "\n" + GraphPrinter.print(g));
        }
    }

    /** What turns logits of a few rows into a gradient of weights: with tiles of two heights, HotSpot would compile two methods for each. */
    @Test
    void fewTilesOfOneVectorAreAlike() {
        assertEquals(List.of("tiles of 16 x 16", "tiles of 16 x 16", "tiles of 21 x 16", "tiles of 23 x 16"),
                List.of(tiles(64), tiles(128), tiles(105), tiles(67)));
    }

    /** The gradient of a dense layer's input: columns of the right operand are rows of memory. */
    @Test
    void rightOperandIsTransposedBySquares() {
        GraphBuilder b = new GraphBuilder();
        Node y = b.apply(new Op.Contract(List.of(), List.of(), List.of(1), List.of(1)), List.of(b.input("dy", DType.F32, 37, 50), b.input("w", DType.F32, 70, 50)));
        b.output("dx", y);
        Graph g = b.build();
        Explanation.Launch launch = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).launches().getFirst();
        assertTrue(launch.kernel().contains("call transpose1(2734, 1094, 1)"), launch.kernel());
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
    }

    /** The gradient of a loss that a product ends in is stored by the product's kernel, and what only it reads is not; but not one that is long. */
    @Test
    void gradientOfALossIsPartOfItsProduct() {
        for (boolean gelu : List.of(false, true)) {
            GraphBuilder b = new GraphBuilder();
            Node w = b.input("w", DType.F32, 19, 37);
            Node h = b.matmul(b.input("x", DType.F32, 13, 19), w);
            Node loss = Losses.mse(b, gelu ? Activations.gelu(b, h) : Activations.tanh(b, h), b.input("t", DType.F32, 13, 37));
            b.output("loss", loss);
            b.output("dw", Gradient.of(b, loss, w));
            Graph g = b.build();
            Explanation e = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512));
            assertEquals(2, e.launches().stream().filter(l -> l.kind().equals("contraction")).count());
            assertEquals(gelu ? 3 : 2, e.launches().getFirst().stores().size(), e.launches().getFirst().kernel());
            assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
        }
    }

    /** What reads a product's elements in another order is no part of it. */
    @Test
    void elementsInAnotherOrder() {
        GraphBuilder b = new GraphBuilder();
        Node y = b.matmul(b.input("x", DType.F32, 16, 9), b.input("w", DType.F32, 9, 16));
        b.output("y", y);
        b.output("flipped", b.neg(b.flip(y, 0)));
        b.output("turned", b.neg(b.transpose(y, 1, 0)));
        Graph g = b.build();
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
    }

    /** What is made of a product's elements and of other tensors' ones in an order that vectors cannot follow has a kernel of its own, and leaves the product its vectors. */
    @Test
    void elementsOfOthersInAnotherOrder() {
        for (int way = 0; way < 4; way++) {
            GraphBuilder b = new GraphBuilder();
            Node y = b.matmul(b.input("x", DType.F32, 33, 9), b.input("w", DType.F32, 9, 33));
            b.output("loss", b.sumAll(b.mul(y, y)));
            Node other = switch (way) {
                case 0 -> b.transpose(b.input("o", DType.F32, 33, 33), 1, 0);
                case 1 -> b.flip(b.input("o", DType.F32, 33, 33), 1);
                case 2 -> b.slice(b.input("o", DType.F32, 33, 66), new int[] {0, 0}, new int[] {33, 66}, new int[] {1, 2});
                default -> b.gather(b.input("o", DType.F32, 9), b.input("indices", DType.I32, 33, 33), 0);
            };
            b.output("other", other);
            b.output("z", b.mul(y, other));
            Graph g = b.build();
            Explanation e = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512));
            String product = e.launches().stream().map(Explanation.Launch::kernel).filter(k -> k.contains("= w:")).findFirst().orElseThrow();
            assertTrue(product.contains("; 16] = "), product);
            assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
        }
    }

    /** A product that is one number has no rows that anything could run along. */
    @Test
    void aNumberAndWhatIsMadeOfIt() {
        GraphBuilder b = new GraphBuilder();
        Node y = b.contract(new Op.Contract(List.of(), List.of(), List.of(0), List.of(0)), b.input("x", DType.F32, 40), b.input("w", DType.F32, 40));
        b.output("square", b.mul(y, y));
        b.output("z", b.mul(y, b.input("factor", DType.F32)));
        b.output("reshaped", b.reshape(b.add(y, b.input("term", DType.F32)), 1, 1));
        Graph g = b.build();
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
    }

    /** A step of descent written over the weights: the last vector of a row has columns in common with the one before, and both read old weights. */
    @Test
    void overlappingVectorsOfAnUpdateInPlace() {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("w", DType.F32, 30, 35);
        Node dw = b.apply(new Op.Contract(List.of(), List.of(), List.of(0), List.of(0)), List.of(b.input("x", DType.F32, 20, 30), b.input("dy", DType.F32, 20, 35)));
        b.update(w, b.sub(w, b.mul(dw, 0.1)));
        Graph g = b.build();
        Explanation e = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512));
        assertEquals("in place", e.updates().getFirst().way());
        assertTrue(e.launches().getFirst().kernel().contains("*35 + 19; 16] = "), e.launches().getFirst().kernel());
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
    }

    /** A row of one element is half a vector of two lanes, but nothing says that another row is behind it. */
    @Test
    void rowsOfOneElement() {
        for (int rows : List.of(2, 3, 8, 13)) {
            GraphBuilder b = new GraphBuilder();
            b.output("y", b.matmul(b.input("a", DType.F64, rows, 5), b.input("b", DType.F64, 5, 1)));
            b.output("z", b.neg(b.input("c", DType.F64, 8)));
            Graph g = b.build();
            assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
        }
    }

    private static String tiles(int rows) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.matmul(b.input("x", DType.F32, rows, 512), b.input("w", DType.F32, 512, 10)));
        String text = Compiler.explain(b.build(), Options.DEFAULT.withSimd(Options.Simd.BITS_512)).text();
        int at = text.indexOf("tiles of ");
        return text.substring(at, text.indexOf(" x ", at) + 5);
    }
}
