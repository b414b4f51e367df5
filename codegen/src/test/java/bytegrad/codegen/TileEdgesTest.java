package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of rows that are left behind whole tiles: a lower tile, or one that begins so much earlier, which HotSpot need not compile. */
final class TileEdgesTest {
    /** y[m, n] = relu(Σk x[m, k]·w[k, n] + b[n]), of some batches. */
    private static Graph layer(int batch, int rows, int products, int columns) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, batch, rows, products);
        Node w = b.input("w", DType.F32, batch, products, columns);
        Node z = b.contract(new Op.Contract(List.of(0), List.of(0), List.of(2), List.of(1)), x, w);
        b.output("y", Activations.relu(b, b.add(z, b.broadcast(b.input("b", DType.F32, columns), z.shape(), 2))));
        return b.build();
    }

    private static String tiles(Graph g) {
        return Compilation.of(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).kernels().stream().flatMap(k -> k.kernel().methods().stream())
                .map(m -> m.name()).filter(n -> n.startsWith("tile") || n.startsWith("sum")).collect(Collectors.toCollection(TreeSet::new)).toString();
    }

    /** 64 rows are 13 tiles of 5, of one that is computed twice; of 13, three would be: too many. In blocks of products, sums of all rows wait in scratch, each once. */
    @ParameterizedTest
    @CsvSource({"1, 64, 33, 64, '[tile5x64]'", "3, 64, 33, 64, '[tile5x64]'", "1, 64, 33, 70, '[tile6x22, tile6x48]'", "1, 13, 33, 64, '[tile3x64, tile5x64]'", "1, 64, 1100, 64, '[sum4x4, sum6x4]'"})
    void rows(int batch, int rows, int products, int columns, String tiles) {
        Graph g = layer(batch, rows, products, columns);
        assertEquals(tiles, tiles(g), Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).text());
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
    }

    /** A row that is written over what it is computed from must be computed once. */
    @Test
    void inPlace() {
        GraphBuilder b = new GraphBuilder();
        Node state = b.input("state", DType.F32, 64, 64);
        Node z = b.contract(new Op.Contract(List.of(), List.of(), List.of(1), List.of(0)), b.input("x", DType.F32, 64, 33), b.input("w", DType.F32, 33, 64));
        b.update(state, b.add(state, z));
        Graph g = b.build();
        assertEquals("[tile4x64, tile6x64]", tiles(g));
        assertEquals("in place", Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).updates().getFirst().way());
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
    }
}
