package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.autodiff.Gradient;
import bytegrad.codegen.kernel.KernelPrinter;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Attention;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.Session;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is reduced along rows, and used again behind the reduction. */
class RowsTest {
    private static final List<Options.Simd> WIDTHS = List.of(Options.Simd.BITS_128, Options.Simd.BITS_256, Options.Simd.BITS_512, Options.Simd.SCALAR);

    private static float[] run(GraphBuilder b, Options.Simd simd, float[] x) {
        Session s = Compiler.compile(b.build(), Options.DEFAULT.withSimd(simd).withVerification(true)).newSession(1);
        s.set("x", x);
        s.run();
        return s.get("y").floats();
    }

    /** Rows of a few of the numbers each, so that not every row has a NaN. */
    private static float[] rowsOf(float[] numbers, int rows, int length, SplittableRandom random) {
        float[] x = new float[rows * length];
        for (int r = 0; r < rows; r++) {
            int first = random.nextInt(numbers.length);
            int count = 1 + random.nextInt(3);
            for (int k = 0; k < length; k++) {
                x[r * length + k] = numbers[(first + random.nextInt(count)) % numbers.length];
            }
        }
        return x;
    }

    /** NaN of either sign wins, and +0 is more than −0: the bits of {@link Math#max(float, float)}, whatever the lanes. */
    @Test
    void extremesOfUnusualNumbers() {
        float[] unusual = {0f, -0f, Float.NaN, Float.intBitsToFloat(0xffc00000), Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE,
            Float.MAX_VALUE, -Float.MAX_VALUE, 1f, -1f};
        SplittableRandom random = new SplittableRandom(1);
        for (int length : List.of(16, 23, 79)) {
            int rows = 200;
            float[] x = rowsOf(unusual, rows, length, random);
            for (Monoid monoid : List.of(Monoid.MAX, Monoid.MIN)) {
                GraphBuilder b = new GraphBuilder();
                b.output("y", b.reduce(monoid, b.input("x", DType.F32, rows, length), 1));
                for (Options.Simd simd : WIDTHS) {
                    float[] y = run(b, simd, x);
                    for (int r = 0; r < rows; r++) {
                        float expected = x[r * length];
                        for (int k = 1; k < length; k++) {
                            float v = x[r * length + k];
                            expected = monoid == Monoid.MAX ? Math.max(expected, v) : Math.min(expected, v);
                        }
                        assertEquals(Float.floatToIntBits(expected), Float.floatToIntBits(y[r]), monoid + " of row " + r + " of " + length + ", " + simd);
                    }
                }
            }
        }
    }

    /** The powers of a softmax are computed in the loop that sums them, once for a vector and once for what is left of a row. */
    @Test
    void powersAreComputedOnce() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", Activations.softmax(b, b.input("x", DType.F32, 40, 50), 1));
        String kernel = KernelPrinter.print(Compilation.of(b.build(), Options.DEFAULT.withSimd(Options.Simd.BITS_512)).plan().kernels().getFirst().kernel());
        assertEquals(2, kernel.split("shl\\(", -1).length - 1, kernel);
    }

    /** What a row's sum is made of may be written over the state that the rest of the row is still made of. */
    @ParameterizedTest
    @CsvSource({"64, 64", "40, 50", "7, 33", "3, 16", "1, 300", "3, 4096"})
    void powersThatTakeTheirArgumentsPlace(int rows, int length) {
        for (boolean inPlace : List.of(true, false)) {
            GraphBuilder b = new GraphBuilder();
            Node x = b.input("x", DType.F32, rows, length);
            Node powers = b.exp(x);
            Node sums = b.broadcast(b.reduce(Monoid.SUM, powers, 1), x.shape(), 0);
            if (inPlace) {
                b.update(x, powers);
                Node w = b.input("w", DType.F32, rows, length);
                b.update(w, b.add(w, sums));
            } else {
                b.output("y", powers);
            }
            b.output("z", b.mul(x, sums));
            Graph g = b.build();
            assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
        }
    }

    /** A row's maximum or mean is that of all rows before another reduction of any: with and without chunks, masks and results at several places. */
    @ParameterizedTest
    @CsvSource({"3, 7, 5", "2, 40, 33", "5, 79, 79", "1, 300, 300", "700, 2, 17", "90, 100, 16"})
    void rowsAhead(int batch, int rows, int length) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, batch, rows, length);
        Node softmax = Activations.softmax(b, x, 2);
        b.output("softmax", softmax);
        b.output("max", b.reduce(Monoid.MAX, x, 2));
        Node mean = b.mul(b.reduce(Monoid.SUM, x, 2), b.broadcast(b.constant(DType.F32, 1.0 / length), Shape.of(batch, rows)));
        Node centred = b.sub(x, b.broadcast(mean, x.shape(), 0, 1));
        b.output("variance", b.reduce(Monoid.SUM, b.mul(centred, centred), 2));
        b.output("centred", centred);
        Graph g = b.build();
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
    }

    /** Powers that are a result, of which little more than the row's sum is wanted: stored by the loop that sums them, whose end is that of all rows. */
    @ParameterizedTest
    @CsvSource({"3, 7, 5", "2, 40, 33", "5, 79, 79", "1, 300, 300", "700, 2, 17", "90, 100, 16", "1, 1, 4096", "4, 1, 3000", "2, 1500, 20"})
    void endsOfRows(int batch, int rows, int length) {
        for (boolean shifted : List.of(true, false)) {
            GraphBuilder b = new GraphBuilder();
            Node x = b.input("x", DType.F32, batch, rows, length);
            Node powers = b.exp(shifted ? b.sub(x, b.broadcast(b.reduce(Monoid.MAX, x, 2), x.shape(), 0, 1)) : x);
            Node sums = b.reduce(Monoid.SUM, powers, 2);
            b.output("powers", powers);
            b.output("inverse", b.div(b.broadcast(b.constant(DType.F32, 1), sums.shape()), sums));
            b.output("log", b.log(sums));
            Graph g = b.build();
            assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
        }
    }

    /** An attention's powers are stored where they are computed, and kept nowhere else. */
    @Test
    void powersThatAreAResultAreStoredOnce() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 40, 50);
        Node powers = b.exp(x);
        b.output("powers", powers);
        b.output("sums", b.reduce(Monoid.SUM, powers, 1));
        String kernel = KernelPrinter.print(Compilation.of(b.build(), Options.DEFAULT.withSimd(Options.Simd.BITS_512)).plan().kernels().getFirst().kernel());
        assertEquals(1, kernel.split("f32\\[640\\] scratch", -1).length - 1, "a vector of partials for each row: " + kernel);
        assertEquals(0, kernel.split("f32\\[64\\] scratch", -1).length - 1, "no space for a row: " + kernel);
    }

    /** Powers that are a result and are weighted before they are summed: what the weighted ones are read for again is not computed again. */
    @Test
    void powersThatAreReadAgainAreComputedOnce() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 40, 96);
        Node powers = b.exp(x);
        Node weighted = b.mul(powers, b.input("w", DType.F32, 40, 96));
        Node sums = b.reduce(Monoid.SUM, weighted, 1);
        b.output("powers", powers);
        b.output("shares", b.div(weighted, b.broadcast(sums, x.shape(), 0)));
        b.output("most", b.reduce(Monoid.MAX, weighted, 1));
        Graph g = b.build();
        String kernel = KernelPrinter.print(Compilation.of(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).plan().kernels().getFirst().kernel());
        assertEquals(1, kernel.split("shl\\(bits_i32", -1).length - 1, "one shift into the exponent: " + kernel);
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()));
    }

    /** Nothing that is masked is a number of its own, and rows may have nothing else. */
    @Test
    void powersOfUnusualNumbers() {
        float[] unusual = {0f, -0f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, -104f, -104.1f, -87.5f, 89f, 1e9f, -1e9f};
        int length = 23;
        int rows = 300;
        SplittableRandom random = new SplittableRandom(1);
        float[] x = rowsOf(unusual, rows, length, random);
        for (boolean shifted : List.of(true, false)) {
            GraphBuilder b = new GraphBuilder();
            Node in = b.input("x", DType.F32, rows, length);
            Node y = shifted ? b.exp(b.sub(in, b.broadcast(b.reduce(Monoid.MAX, in, 1), in.shape(), 0))) : b.exp(in);
            b.output("y", y);
            float[] expected = run(b, Options.Simd.SCALAR, x);
            for (int r = 0; r < rows; r++) {
                float max = Float.NEGATIVE_INFINITY;
                for (int k = 0; k < length; k++) {
                    max = Math.max(max, x[r * length + k]);
                }
                for (int k = 0; k < length; k++) {
                    float exact = (float) Math.exp(shifted ? x[r * length + k] - max : x[r * length + k]);
                    assertEquals(exact, expected[r * length + k], Float.isFinite(exact) ? Math.max(1e-6f * exact, Float.MIN_VALUE) : 1f, "" + x[r * length + k]);
                }
            }
            for (Options.Simd simd : WIDTHS) {
                float[] got = run(b, simd, x);
                for (int k = 0; k < got.length; k++) {
                    assertEquals(Float.floatToIntBits(expected[k]), Float.floatToIntBits(got[k]), simd + " of " + x[k]);
                }
            }
        }
    }

    /** Scores, their powers with the sums, and the weighted values, normalised where they are stored. */
    @Test
    void attentionIsThreeKernels() {
        GraphBuilder b = new GraphBuilder();
        List<Node> qkv = List.of(b.input("q", DType.F32, 2, 3, 40, 20), b.input("k", DType.F32, 2, 3, 40, 20), b.input("v", DType.F32, 2, 3, 40, 20));
        b.output("y", Attention.scaledDotProduct(b, qkv.get(0), qkv.get(1), qkv.get(2), Optional.of(Attention.causal(b, 40, 40))));
        assertEquals(3, Compilation.of(b.build(), Options.DEFAULT.withSimd(Options.Simd.BITS_512)).plan().kernels().size());
    }

    /** What is made of rows' sums alone, behind a softmax and in its gradient, is stored by kernels of rows, not divided again in each tile; and no bit changes. */
    @ParameterizedTest
    @CsvSource({"37, 20, false", "54, 85, true", "5, 3, true"})
    void tilesDivideNothing(int length, int width, boolean causal) {
        GraphBuilder b = new GraphBuilder();
        List<Node> qkv = Stream.of("q", "k", "v").map(name -> b.input(name, DType.F32, 2, 3, length, width)).toList();
        Optional<Node> mask = causal ? Optional.of(Attention.causal(b, length, length)) : Optional.empty();
        Node y = Attention.scaledDotProduct(b, qkv.get(0), qkv.get(1), qkv.get(2), mask);
        b.output("y", y);
        List<Node> d = Gradient.of(b, Losses.mean(b, b.mul(y, y)), qkv);
        IntStream.range(0, 3).forEach(i -> b.output("d" + i, d.get(i)));
        Graph g = b.build();
        Explanation e = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512));
        List<String> contractions = e.launches().stream().filter(l -> l.kind().equals("contraction")).map(Explanation.Launch::kernel).toList();
        assertEquals(6, contractions.size(), e.text());
        assertEquals(List.of(), contractions.stream().filter(k -> k.contains("div(")).toList());
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
    }
}
