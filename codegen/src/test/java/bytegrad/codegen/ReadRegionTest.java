package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Contractions of whose sums a select takes some: the others need not be made, and no bit changes. */
final class ReadRegionTest {
    /**
     * Where column − row compares so with a number, the sum is taken, or else the other operand. With several vectors of columns, of which all, some or none are read, and with a last one that
     * ends inside a vector.
     *
     * @param skips whether there are tiles at 512 bits that nobody reads
     */
    @ParameterizedTest
    @CsvSource({
        "54, 54, le, 0, false, true", "61, 70, lt, 0, false, true", "30, 33, le, 3, false, true", "13, 47, le, -5, false, true", "40, 21, lt, -60, false, true", "40, 21, lt, 60, false, false",
        "54, 54, gt, 0, true, true", "70, 37, ge, -7, true, true", "54, 54, gt, 0, false, false", "54, 54, ge, 0, false, false", "54, 54, le, 0, true, false", "5, 100, le, 30, false, true",
        "100, 5, le, 0, false, false"
    })
    void sumsThatNobodyReads(int rows, int columns, String compares, int with, boolean otherwise, boolean skips) {
        GraphBuilder b = new GraphBuilder();
        Node q = b.input("q", DType.F32, 2, rows, 7);
        Node k = b.input("k", DType.F32, 2, columns, 7);
        Node p = b.input("p", DType.F32, 2, rows, columns);
        Node r = b.input("r", DType.F32, 2, rows);
        Node sums = b.contract(new Op.Contract(List.of(0), List.of(0), List.of(2), List.of(2)), q, k);
        TensorType type = TensorType.of(DType.I32, rows, columns);
        Node column = b.iota(type, 1);
        Node row = b.add(b.iota(type, 0), b.constant(DType.I32, with));
        Node where = switch (compares) {
            case "le" -> b.le(column, row);
            case "lt" -> b.lt(column, row);
            case "ge" -> b.ge(column, row);
            default -> b.gt(column, row);
        };
        Node all = b.broadcast(where, sums.shape(), 1, 2);
        Node made = b.mul(b.add(b.mul(sums, 0.5), b.broadcast(r, sums.shape(), 0, 1)), p);
        Node other = b.full(sums.type(), -3);
        b.output("y", b.mul(otherwise ? b.select(all, other, made) : b.select(all, made, other), 2));
        Graph g = b.build();
        Explanation e = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512));
        assertEquals(skips, e.launches().stream().anyMatch(l -> l.kernel().contains("unread") || l.kernel().contains("x1of")), e.text());
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
    }
}
