package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.codegen.fuse.Fate;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Padding;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What convolution and pooling become: contractions and reductions of views, with no buffer of taps × data. */
class ConvolutionTest {
    private static final int TAPS = 9;

    /** A 3 × 3 convolution and its gradients by the data and the weights, of which only the named ones are outputs. */
    private static Graph conv(int stride, List<String> outputs) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 2, 9, 9, 3);
        Node w = b.input("w", DType.F32, 3, 3, 3, 5);
        Node y = Convolutions.conv(b, x, w, stride, Padding.Rule.SAME);
        if (outputs.contains("y")) {
            b.output("y", y);
        }
        Node loss = b.sumAll(b.mul(y, b.input("dy", DType.F32, y.shape().toArray())));
        List<Node> gradients = Gradient.of(b, loss, List.of(x, w));
        for (int k = 0; k < 2; k++) {
            String name = k == 0 ? "dx" : "dw";
            if (outputs.contains(name)) {
                b.output(name, gradients.get(k));
            }
        }
        return b.build();
    }

    private static Graph pool(boolean max, int size, int stride) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 2, 9, 9, 17);
        List<Integer> sizes = List.of(size, size);
        List<Integer> strides = List.of(stride, stride);
        Node y = max ? Convolutions.maxPool(b, x, sizes, strides, Padding.Rule.SAME) : Convolutions.averagePool(b, x, sizes, strides, Padding.Rule.SAME);
        b.output("y", y);
        b.output("dx", Gradient.of(b, b.sumAll(b.sin(y)), x));
        return b.build();
    }

    /** Elements of the largest tensor that is stored, or of scratch. */
    private static long largest(Graph g, Options o) {
        long stored = Compilation.of(g, o).partition().fates().entrySet().stream().filter(e -> e.getValue().kind() == Fate.Kind.STORED)
                .mapToLong(e -> e.getKey().shape().size()).max().orElse(0);
        long scratch = Compiler.explain(g, o).launches().stream().mapToLong(l -> l.scratchBytes() / 4).max().orElse(0);
        return Math.max(stored, scratch);
    }

    private static long launches(Graph g, String kind) {
        return Compiler.explain(g, Options.DEFAULT).launches().stream().filter(l -> l.kind().equals(kind)).count();
    }

    private static void agrees(Graph g) {
        Optional<String> failure = Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes());
        assertEquals(Optional.empty(), failure, GraphPrinter.print(g));
    }

    /** Forward, by the data and by the weights: a stride of 2 has four residues, and each is a contraction. */
    @ParameterizedTest
    @CsvSource({"1, y, 1", "1, dx, 1", "1, dw, 1", "2, y, 1", "2, dx, 4", "2, dw, 1"})
    void eachIsContractions(int stride, String what, int contractions) {
        Graph g = conv(stride, List.of(what));
        assertEquals(contractions, launches(g, "contraction"), Compiler.explain(g, Options.DEFAULT).text());
        assertEquals(0, launches(g, "scatter"));
        agrees(g);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void noBufferOfTapsTimesData(int stride) {
        Graph g = conv(stride, List.of("y", "dx", "dw"));
        for (Options.Simd simd : List.of(Options.Simd.BITS_512, Options.Simd.SCALAR)) {
            long most = largest(g, Options.DEFAULT.withSimd(simd));
            assertTrue(most < TAPS * g.input("x").orElseThrow().shape().size() / 2, "a buffer has " + most + " elements");
        }
        agrees(g);
    }

    /** Windows that overlap are added for four pictures at a time; the rows of filters that are part of a vector overhang into the next, those of the last row do not. */
    @ParameterizedTest
    @CsvSource({"6, 12, 2, 3, 1, 34", "2, 21, 2, 5, 2, 15", "5, 9, 27, 3, 2, 9", "3, 8, 31, 1, 1, 11", "2, 7, 5, 1, 1, 3"})
    void fewChannelsOrFilters(int pictures, int side, int channels, int window, int stride, int filters) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, pictures, side, side, channels);
        Node w = b.input("w", DType.F32, window, window, channels, filters);
        Node z = Convolutions.conv(b, x, w, stride, Padding.Rule.VALID);
        Node y = Activations.relu(b, b.add(z, b.broadcast(b.input("b", DType.F32, filters), z.shape(), 3)));
        b.output("y", y);
        List<Node> gradients = Gradient.of(b, b.sumAll(b.mul(y, y)), List.of(x, w));
        b.output("dx", gradients.get(0));
        b.output("dw", gradients.get(1));
        agrees(b.build());
    }

    /** What is elementwise and padded is computed in lines, and in slices of pictures; the border between lines is of both sides, of one, or of several axes. */
    @ParameterizedTest
    @CsvSource({"5, 7, 6, 1, 1, 0", "3, 9, 17, 0, 2, 1.5", "2, 5, 1, 2, 0, -1", "4, 1, 3, 1, 3, 0"})
    void padsOfWhatIsComputed(int pictures, int side, int channels, int low, int high, double fill) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, pictures, side, side + 2, channels);
        Node y = b.sin(b.mul(x, x));
        b.output("y", b.pad(y, new int[] {0, low, high, 0}, new int[] {0, high, low, 0}, fill));
        b.output("everywhere", b.pad(y, new int[] {low, low, high, high}, new int[] {high, 0, low, 1}, fill));
        b.output("apart", b.pad(y, new int[] {0, low, 0, 0}, new int[] {0, high, 0, 0}, new int[] {0, 1, 0, 0}, fill));
        agrees(b.build());
    }

    /** Three or five filters would leave most lanes empty: those of places in a row are taken instead, in one chain of products or in blocks, on one thread or on some. */
    @ParameterizedTest
    @CsvSource({"34, 20, 5, 3", "35, 44, 5, 5"})
    void lanesOfFewFiltersRunAlongRows(int side, int channels, int window, int filters) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 2, 7, side, channels);
        Node w = b.input("w", DType.F32, window, window, channels, filters);
        Node z = Convolutions.conv(b, x, w, 1, Padding.Rule.VALID);
        b.output("y", b.add(z, b.broadcast(b.input("b", DType.F32, filters), z.shape(), 3)));
        Graph g = b.build();
        String text = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).text();
        assertTrue(text.contains("lanes along rows"), text);
        agrees(g);
    }

    /** A few places in a row are too few for a tile, which then has those of several rows: in one chain of products or in blocks, with an epilogue, and in the gradients. */
    @ParameterizedTest
    @CsvSource({"9, 20, 5, 13, VALID, 15 x 16", "6, 30, 7, 10, SAME, 12 x 16", "7, 3, 3, 32, VALID, 10 x 32"})
    void tilesOfFewPlacesHaveSeveralRows(int side, int channels, int window, int filters, Padding.Rule padding, String tile) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 3, side, side, channels);
        Node w = b.input("w", DType.F32, window, window, channels, filters);
        Node bias = b.input("b", DType.F32, filters);
        Node z = Convolutions.conv(b, x, w, 1, padding);
        Node y = b.add(z, b.broadcast(bias, z.shape(), 3));
        b.output("y", y);
        Node loss = b.sumAll(b.mul(y, b.input("dy", DType.F32, y.shape().toArray())));
        List<Node> gradients = Gradient.of(b, loss, List.of(x, w));
        b.output("dx", gradients.get(0));
        b.output("dw", gradients.get(1));
        Graph g = b.build();
        String text = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).text();
        assertTrue(text.contains("tiles of " + tile), text);
        agrees(g);
    }

    /** Sixteen pictures are more than a cache holds: each is a part of its own, whose products are added first. */
    @Test
    void weightsByManyPlacesAreCutByPictures() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 16, 257, 60);
        Node w = b.input("w", DType.F32, 2, 60, 4);
        Node y = Convolutions.conv(b, x, w, 1, Padding.Rule.VALID);
        b.output("dw", Gradient.of(b, b.sumAll(b.mul(y, b.input("dy", DType.F32, y.shape().toArray()))), w));
        Graph g = b.build();
        Explanation e = Compiler.explain(g, Options.DEFAULT);
        assertEquals(List.of("contraction", "loops"), e.launches().stream().map(Explanation.Launch::kind).toList(), e.text());
        assertTrue(e.launches().getFirst().chunks() > 1, e.text());
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.chunkedAndWhole()));
    }

    /** Neither pooling nor its gradient stores windows; that of a maximum stores where each is, one index a window. */
    @ParameterizedTest
    @CsvSource({"false, 3, 2", "false, 2, 2", "true, 3, 2", "true, 2, 2", "true, 3, 1"})
    void poolingStoresNoWindows(boolean max, int size, int stride) {
        Graph g = pool(max, size, stride);
        int padded = 2 * 11 * 11 * 17;
        for (Options.Simd simd : List.of(Options.Simd.BITS_512, Options.Simd.SCALAR)) {
            long most = largest(g, Options.DEFAULT.withSimd(simd));
            assertTrue(most <= padded, "a buffer has " + most + " elements");
        }
        agrees(g);
    }

    /** An expensive operand of overlapping windows is computed once an element, not once a tap. */
    @Test
    void overlappingWindowsDoNotComputeAgain() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.exp(b.input("x", DType.F32, 4, 33, 16));
        b.output("y", Convolutions.averagePool(b, x, List.of(5), List.of(1), Padding.Rule.VALID));
        Graph g = b.build();
        assertEquals(1, Compilation.of(g, Options.DEFAULT).partition().fates().entrySet().stream()
                .filter(e -> e.getValue().kind() == Fate.Kind.STORED && e.getKey().shape().dims().equals(List.of(4, 33, 16))).count());
        agrees(g);
    }

    /** The transposed convolution of a convolution's data is again one contraction, and its gradient too. */
    @Test
    void secondOrderIsContractionsToo() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 1, 6, 7, 2);
        Node w = b.input("w", DType.F32, 3, 3, 2, 3);
        Node loss = b.sumAll(b.square(b.sin(Convolutions.conv(b, x, w, 1, Padding.Rule.SAME))));
        Node dw = Gradient.of(b, loss, w);
        b.output("ddx", Gradient.of(b, b.sumAll(b.square(dw)), x));
        Graph g = b.build();
        assertEquals(0, launches(g, "scatter"), Compiler.explain(g, Options.DEFAULT).text());
        agrees(g);
    }
}
