package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.KernelPrinter;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.testing.RandomGraphs;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Contractions of scalar classes: the same bits as those on vectors, whole and in chunks, and code that HotSpot makes vectors of. */
final class SweepsTest {
    private static final Options SCALAR = new Options(Options.Simd.SCALAR, true, true, true, Optional.empty());
    private static final List<Options> WAYS = List.of(SCALAR, SCALAR.withChunkNanos(0), SCALAR.withSimd(Options.Simd.BITS_512));

    /** Sixteen products, four at once. */
    private static final int LOOPS = 4;

    private static void agree(Graph g) {
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), WAYS));
    }

    private static Node contract(GraphBuilder b, DType dtype, int m, int n, int k, String form) {
        boolean left = form.charAt(0) == 't';
        boolean right = form.charAt(1) == 't';
        Node x = b.input("x", dtype, left ? new int[] {k, m} : new int[] {m, k});
        Node w = b.input("w", dtype, right ? new int[] {n, k} : new int[] {k, n});
        return b.contract(new Op.Contract(List.of(), List.of(), List.of(left ? 0 : 1), List.of(right ? 1 : 0)), x, w);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 7, 16, 17, 20, 33})
    void anyNumberOfProducts(int k) {
        for (String form : List.of("nn", "nt", "tn", "tt")) {
            GraphBuilder b = new GraphBuilder();
            b.output("y", contract(b, DType.F32, 5, 37, k, form));
            agree(b.build());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 70, 40", "2, 16, 9", "3, 17, 5", "19, 64, 3", "4, 256, 18", "3, 257, 18", "2, 300, 18", "2, 769, 7", "300, 33, 5", "257, 16, 2"})
    void anyRowsAndColumns(int m, int n, int k) {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.I32)) {
            GraphBuilder b = new GraphBuilder();
            b.output("y", contract(b, dtype, m, n, k, "nn"));
            agree(b.build());
        }
    }

    /** More than 1,024 products are added in blocks. */
    @ParameterizedTest
    @CsvSource({"1024, nn", "1025, nn", "1025, tt", "1300, tn", "2309, nt"})
    void longSums(int k, String form) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", contract(b, DType.F32, 3, 35, k, form));
        agree(b.build());
    }

    /** The last block or chunk has fewer rows than the others, and calls the same methods. */
    @ParameterizedTest
    @ValueSource(ints = {35, 300})
    void longSumsOfManyRows(int m) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", contract(b, DType.F32, m, 17, 1100, "nn"));
        agree(b.build());
    }

    /** Convolutions contract several axes, of which the inner ones go into one portion. */
    @ParameterizedTest
    @CsvSource({"3, 3, 2", "2, 3, 20", "5, 1, 4", "1, 40, 1", "30, 7, 6", "6, 17, 13", "4, 0, 3"})
    void severalContractedAxes(int a, int c, int d) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 4, a, c, d);
        Node w = b.input("w", DType.F32, a, c, d, 24);
        b.output("y", b.contract(new Op.Contract(List.of(), List.of(), List.of(1, 2, 3), List.of(0, 1, 2)), x, w));
        agree(b.build());
    }

    @Test
    void batchesAndSeveralFreeAxes() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 3, 5, 2, 18);
        Node w = b.input("w", DType.F32, 18, 3, 2, 40);
        b.output("y", b.contract(new Op.Contract(List.of(0), List.of(1), List.of(3), List.of(0)), x, w));
        agree(b.build());
    }

    /** What follows runs over rows of scratch; a mask does not, nor do short rows. */
    @ParameterizedTest
    @ValueSource(ints = {20, 64, 300})
    void epilogues(int n) {
        int m = 21;
        GraphBuilder b = new GraphBuilder();
        Node y = contract(b, DType.F32, m, n, 19, "nn");
        Node bias = b.broadcast(b.input("bias", DType.F32, n), y.shape(), 1);
        b.output("relu", Activations.relu(b, b.add(y, bias)));
        b.output("scaled", b.mul(y, b.broadcast(b.input("row", DType.F32, m), y.shape(), 0)));
        agree(b.build());

        b = new GraphBuilder();
        y = contract(b, DType.F32, m, n, 19, "nn");
        Node zero = b.broadcast(b.constant(Literal.of(DType.F32, 0)), y.shape());
        b.output("masked", b.apply(new Op.Map(ScalarFn.SELECT), List.of(b.apply(new Op.Map(ScalarFn.GT), List.of(b.input("a", DType.F32, m, n), zero)), y, zero)));
        agree(b.build());

        b = new GraphBuilder();
        y = contract(b, DType.F32, m, n, 19, "nn");
        Node v = b.input("v", DType.F32, m, n);
        b.update(v, b.sub(v, b.mul(y, 0.1)));
        agree(b.build());
    }

    private static List<String> lines(Graph g) {
        return Compilation.of(g, SCALAR).kernels().stream().flatMap(k -> KernelPrinter.print(k.kernel()).lines()).map(String::strip).toList();
    }

    /** Nothing in a loop of four multiply-adds but constant distances. */
    @Test
    void loopsTouchPlacesConstantDistancesApart() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", contract(b, DType.F32, 6, 64, 32, "nn"));
        List<String> loops = lines(b.build()).stream().filter(l -> l.contains("= fma(")).toList();
        assertEquals(LOOPS, loops.size());
        loops.forEach(l -> assertTrue(l.matches("b0\\[\\w+] = fma\\(v\\d+, b0\\[\\w+ \\+ \\d+], fma\\(.*"), l));
    }

    /** In place: a row of the state is copied to scratch before it is written. */
    @Test
    void updatesStayInPlace() {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("state", DType.F32, 6, 64);
        b.update(w, b.sub(w, b.mul(contract(b, DType.F32, 6, 64, 32, "nn"), 0.1)));
        Graph g = b.build();
        assertEquals("in place", Compiler.explain(g, SCALAR).updates().getFirst().way());
    }

    /** A few columns, or one product each, are better off without. */
    @Test
    void narrowContractionsStayAsTheyAre() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", contract(b, DType.F32, 6, 10, 32, "nn"));
        GraphBuilder outer = new GraphBuilder();
        outer.output("y", contract(outer, DType.F32, 6, 64, 1, "nn"));
        assertFalse(Stream.concat(lines(b.build()).stream(), lines(outer.build()).stream()).anyMatch(l -> l.startsWith("copy ")));
    }
}
