package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Padding;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Contractions of few columns, whose vectors run along rows: sums are turned in registers, of one line of rows or of several. */
class TurnedTest {
    /** y[g, r, c] = relu(Σk l[k, g, r]·w[k, c] + b[c]): rows are neighbours in memory. */
    private static Graph rows(DType dtype, int products, int lines, int rows, int columns) {
        GraphBuilder b = new GraphBuilder();
        Node l = b.input("l", dtype, products, lines, rows);
        Node w = b.input("w", dtype, products, columns);
        Node z = b.contract(new Op.Contract(List.of(), List.of(), List.of(0), List.of(0)), l, w);
        Shape shape = z.shape();
        Node zero = b.broadcast(b.constant(dtype, 0), shape);
        b.output("y", b.max(b.add(z, b.broadcast(b.input("b", dtype, columns), shape, 2)), zero));
        return b.build();
    }

    private static String text(Graph g) {
        return Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).text();
    }

    private static void agrees(Graph g) {
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.everyWidthAndOtherwiseExtremes()), GraphPrinter.print(g));
    }

    /** As many columns as there are, around those that fill vectors; rows that end a line inside a vector, and at its end; lines for so many multiply-adds that it pays. */
    @Test
    void everyNumberOfColumns() {
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            for (int columns = 1; columns <= 17; columns++) {
                // With more columns, of such short lines, it does not.
                boolean few = columns > 1 && columns <= (dtype == DType.F32 ? 6 : 4);
                int lines = few ? Math.ceilDiv(1 << 17, 33 * (13 + columns) * columns) : 3;
                agrees(rows(dtype, 33, lines, 13 + columns, columns));
            }
        }
    }

    /** Two more methods, which HotSpot takes 0.1 s to compile, are for contractions that take microseconds. */
    @Test
    void notOfFewMultiplyAdds() {
        assertFalse(text(rows(DType.F32, 128, 1, 64, 10)).contains("lanes along rows"));
        assertTrue(text(rows(DType.F32, 128, 1, 128, 10)).contains("lanes along rows"));
    }

    /** In one chain of products and in blocks, of one line of rows and of several, and of more rows than a tile has. */
    @ParameterizedTest
    @CsvSource({"40, 1, 401, 9, 32 x 16", "1100, 1, 61, 9, 32 x 16", "300, 7, 31, 3, 217 x 16", "1100, 7, 31, 3, 217 x 16", "1100, 5, 15, 5, 45 x 16", "90, 2, 48, 18, 16 x 32", "1100, 2, 48, 19, 16 x 32"})
    void tiles(int products, int lines, int rows, int columns, String tile) {
        Graph g = rows(DType.F32, products, lines, rows, columns);
        assertTrue(text(g).contains("tiles of " + tile) && text(g).contains("lanes along rows"), text(g));
        agrees(g);
    }

    /** A copy with a few channels as rows of its own, forward and in the gradients; and the loss, whose rows are short. */
    @ParameterizedTest
    @CsvSource({"29, 3, 3, 6, SAME", "23, 3, 5, 5, SAME", "41, 2, 3, 3, VALID", "24, 5, 3, 5, SAME", "19, 4, 5, 7, SAME"})
    void narrowConvolutions(int side, int channels, int window, int filters, Padding.Rule padding) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 2, side, side, channels);
        Node w = b.input("w", DType.F32, window, window, channels, filters);
        Node y = Convolutions.conv(b, x, w, 1, padding);
        Node loss = Losses.mean(b, b.mul(y, y));
        b.output("loss", loss);
        List<Node> d = Gradient.of(b, loss, List.of(x, w));
        b.output("dx", d.get(0));
        b.output("dw", d.get(1));
        Graph g = b.build();
        assertTrue(text(g).contains("lanes along rows"), text(g));
        agrees(g);
    }

    /** The copy of what a pad makes of an input has the pad's border, which is then in no memory: of zeros or other numbers, on all sides or some; not where lines are short. */
    @ParameterizedTest
    @CsvSource({"5, 29, 23, 4, 1, 1, 0, true", "4, 21, 19, 5, 1, 1, 0, true", "5, 30, 9, 6, 2, 1, -1.5, true", "9, 15, 13, 4, 1, 1, 0, true", "5, 33, 18, 3, 1, 0, 2, true",
        "6, 16, 13, 4, 0, 2, 0, false", "9, 14, 13, 4, 1, 1, 0, false"})
    void borders(int pictures, int side, int channels, int filters, int low, int high, double fill, boolean copied) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, pictures, side, side + 1, channels);
        Node padded = b.pad(x, new int[] {0, low, high, 0}, new int[] {0, high, low, 0}, fill);
        Node z = Convolutions.conv(b, padded, b.input("w", DType.F32, 3, 3, channels, filters), 1, Padding.Rule.VALID);
        b.output("y", b.max(z, b.broadcast(b.constant(DType.F32, 0), z.shape())));
        Graph g = b.build();
        assertEquals(copied, text(g).contains("with a pad's border"), text(g));
        agrees(g);
    }

    /** A pad that a contraction reads, but not or not only as the operand of which it makes a copy, is in memory: behind the sum, as itself or as a view, of an input or of a view of one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void noBorderOfWhatIsReadBehindTheSum(int form) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 64, 128);
        Node u = b.input("u", DType.F32, 300, 128);
        Node line = b.input("line", DType.F32, 300);
        Node pictures = b.input("pictures", DType.F32, 5, 29, 29, 16);
        Node around = b.pad(pictures, new int[] {0, 1, 1, 0}, new int[] {0, 1, 1, 0}, 0);
        Node filters = b.input("filters", DType.F32, 3, 3, 16, 4);
        Node product = b.matmul(x, b.input("w", DType.F32, 128, 128));
        b.output("y", switch (form) {
            case 0 -> b.add(product, b.pad(b.slice(x, 1, 0, 64), new int[] {0, 64}, new int[] {0, 0}, 0));
            case 1 -> b.add(product, b.pad(b.slice(x, 0, 0, 63), new int[] {1, 0}, new int[] {0, 0}, 0));
            case 2 -> b.add(product, b.slice(b.pad(u, new int[] {3, 0}, new int[] {0, 0}, 0), new int[] {0, 0}, new int[] {128, 128}, new int[] {2, 1}));
            case 3 -> b.add(product, b.slice(b.window(b.pad(line, new int[] {3}, new int[] {0}, 0), new int[] {0}, new int[] {128}, new int[] {1}, new int[] {1}), 0, 0, 64));
            case 4 -> b.add(product, b.reshape(b.slice(b.pad(b.reshape(u, 38_400), new int[] {3}, new int[] {0}, 0), 0, 0, 8192), 64, 128));
            case 5 -> b.add(Convolutions.conv(b, around, filters, 1, Padding.Rule.VALID), b.slice(around, new int[] {0, 0, 0, 0}, new int[] {5, 29, 29, 4}, new int[] {1, 1, 1, 1}));
            default -> b.add(Convolutions.conv(b, pictures, b.input("f", DType.F32, 3, 3, 16, 32), 2, Padding.Rule.SAME),
                    b.pad(b.slice(pictures, new int[] {0, 0, 0, 0}, new int[] {5, 29, 29, 16}, new int[] {1, 2, 2, 1}), new int[] {0, 0, 0, 8}, new int[] {0, 0, 0, 8}, 0));
        });
        agrees(b.build());
    }

    /** Nor of lines that are long: each vector of a line is a call, and methods have a limit. */
    @Test
    void noBorderOfLongLines() {
        GraphBuilder b = new GraphBuilder();
        Node z = Convolutions.conv(b, b.input("x", DType.F32, 5, 2, 3000, 5), b.input("w", DType.F32, 1, 3, 5, 3), 1, Padding.Rule.SAME);
        b.output("y", z);
        Graph g = b.build();
        assertFalse(text(g).contains("with a pad's border"), text(g));
        agrees(g);
    }

    /** What is read elsewhere, too, is padded in memory. */
    @Test
    void noBorderOfWhatIsReadTwice() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 5, 29, 29, 23);
        Node padded = b.pad(x, new int[] {0, 1, 1, 0}, new int[] {0, 1, 1, 0}, 0);
        b.output("y", Convolutions.conv(b, padded, b.input("w", DType.F32, 3, 3, 23, 4), 1, Padding.Rule.VALID));
        b.output("p", padded);
        Graph g = b.build();
        assertFalse(text(g).contains("with a pad's border"), text(g));
        agrees(g);
    }

    /** Columns that end early in a vector are turned behind those that fill vectors: of one line of rows or several, in one chain of products or in blocks. */
    @ParameterizedTest
    @CsvSource({"F32, 300, 3, 33, 33", "F32, 300, 3, 33, 34", "F32, 1100, 2, 47, 22", "F32, 1100, 2, 31, 37", "F32, 200, 1, 61, 36", "F64, 300, 5, 15, 25", "F64, 1100, 1, 30, 26"})
    void lastColumns(DType dtype, int products, int lines, int rows, int columns) {
        Graph g = rows(dtype, products, lines, rows, columns);
        assertTrue(text(g).contains("the last columns in tiles of "), text(g));
        agrees(g);
    }

    /** Where much of the last vector is filled, or little is added up, all are as they were. */
    @ParameterizedTest
    @CsvSource({"300, 41", "186, 40", "300, 32", "9, 33"})
    void noLastColumns(int products, int columns) {
        Graph g = rows(DType.F32, products, 3, 33, columns);
        assertTrue(!text(g).contains("the last columns"), text(g));
    }

    /** Of several pictures, each is copied when it is met, in the chunk that reads it. */
    @ParameterizedTest
    @CsvSource({"5, 5, true", "1, 5, false", "6, 33, true"})
    void copiesPictureByPicture(int pictures, int filters, boolean inParts) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, pictures, 9, 35, 20);
        Node w = b.input("w", DType.F32, 3, 3, 20, filters);
        Node z = Convolutions.conv(b, x, w, 1, Padding.Rule.VALID);
        b.output("y", b.add(z, b.broadcast(b.input("b", DType.F32, filters), z.shape(), 3)));
        Graph g = b.build();
        assertEquals(inParts, text(g).contains("lanes along rows of copies in " + pictures + " parts"), text(g));
        agrees(g);
    }

    /** Of narrow rows, a copy pays for itself where a place is read several times; of columns that fill most of a vector it does not. */
    @ParameterizedTest
    @CsvSource({"9, 57, 9, SAME, 27 x 16", "15, 27, 9, VALID, 26 x 16", "18, 18, 14, VALID, ''"})
    void copiesOfSeveralReadings(int side, int channels, int filters, Padding.Rule padding, String tile) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 5, side, side, channels);
        b.output("y", Convolutions.conv(b, x, b.input("w", DType.F32, 3, 3, channels, filters), 1, padding));
        Graph g = b.build();
        assertEquals(!tile.isEmpty(), text(g).contains("tiles of " + tile + ", lanes along rows of copies"), text(g));
        agrees(g);
    }

    /** Of every so many pictures, no copy goes beyond the last one that is read. */
    @ParameterizedTest
    @CsvSource({"2, 4, 4", "2, 4, 5", "2, 5, 5", "3, 5, 5"})
    void picturesApart(int step, int channels, int filters) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 4 * step + 1, 20, 20, channels);
        Node some = b.slice(x, new int[4], x.shape().dims().stream().mapToInt(d -> d).toArray(), new int[] {step, 1, 1, 1});
        b.output("y", Convolutions.conv(b, some, b.input("w", DType.F32, 3, 3, channels, filters), 1, Padding.Rule.VALID));
        agrees(b.build());
    }

    /** Where lines end inside a vector, and the next begins before it ends, vectors run through what is between them: in one chain of products and in blocks, and where lines are left over. */
    @ParameterizedTest
    @CsvSource({"24, 19, 3, 5, 120 x 16", "23, 3, 5, 5, 138 x 16", "35, 44, 5, 7, 175 x 16", "22, 44, 5, 20, 44 x 16"})
    void linesRunThrough(int places, int channels, int window, int filters, String tile) {
        GraphBuilder b = new GraphBuilder();
        int side = places + window - 1;
        Node x = b.input("x", DType.F32, 1, side, side, channels);
        Node w = b.input("w", DType.F32, window, window, channels, filters);
        b.output("y", Convolutions.conv(b, x, w, 1, Padding.Rule.VALID));
        Graph g = b.build();
        assertTrue(text(g).contains("tiles of " + tile) && text(g).contains("lanes along rows"), text(g));
        agrees(g);
    }

    /** Of sequences, a tile has places of one alone where each has enough of them: a copy of all would not stay in a cache. */
    @ParameterizedTest
    @CsvSource({"402, true", "12, false"})
    void sequencesApart(int length, boolean inParts) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 60, length, 20);
        Node w = b.input("w", DType.F32, 3, 20, 4);
        b.output("y", Convolutions.conv(b, x, w, 1, Padding.Rule.VALID));
        Graph g = b.build();
        assertEquals(inParts, text(g).contains("parts"), text(g));
        agrees(g);
    }

    /** A bias and an activation are made of sums before these are turned into the result, in which rows are one behind the other: so many that squares come out even, and with few left over. */
    @ParameterizedTest
    @CsvSource({"F32, 2, 128, 16", "F32, 2, 120, 33", "F32, 3, 40, 65", "F32, 4, 40, 50", "F32, 5, 40, 49", "F32, 6, 30, 57", "F32, 7, 30, 34", "F64, 3, 60, 25", "F64, 4, 60, 33"})
    void storedAsTheyAreTurned(DType dtype, int columns, int lines, int rows) {
        Graph g = rows(dtype, 40, lines, rows, columns);
        assertFalse(hasSumsAsRows(g), text(g));
        agrees(g);
    }

    /** Whether sums are in scratch as rows, to be stored by a method of its own. */
    private static boolean hasSumsAsRows(Graph g) {
        assertTrue(text(g).contains("lanes along rows"), text(g));
        return Compilation.of(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).kernels().stream()
                .flatMap(k -> k.kernel().methods().stream()).anyMatch(m -> m.name().startsWith("store"));
    }

    /** What else is made of sums: of two results where that is short, of the column's number, and of what differs from row to row, which waits until they are turned. */
    @ParameterizedTest
    @CsvSource({"BOTH, false", "COLUMN, false", "ROW, true", "LINE, true", "ELEMENT, true", "NUMBER, true", "LOGICAL, true"})
    void otherEpilogues(Also also, boolean asRows) {
        GraphBuilder b = new GraphBuilder();
        Node l = b.input("l", DType.F32, 33, 30, 47);
        Node w = b.input("w", DType.F32, 33, 5);
        Node z = b.contract(new Op.Contract(List.of(), List.of(), List.of(0), List.of(0)), l, w);
        Shape shape = z.shape();
        Node zero = b.broadcast(b.constant(DType.F32, 0), shape);
        switch (also) {
            case BOTH -> {
                b.output("z", z);
                b.output("y", b.max(z, zero));
            }
            case COLUMN -> b.output("y", b.mul(z, b.iota(z.type(), 2)));
            case ROW -> b.output("y", b.add(z, b.broadcast(b.input("r", DType.F32, 47), shape, 1)));
            case LINE -> b.output("y", b.add(z, b.broadcast(b.input("r", DType.F32, 30), shape, 0)));
            case ELEMENT -> b.output("y", b.add(z, b.input("r", DType.F32, 30, 47, 5)));
            case NUMBER -> b.output("y", b.mul(z, b.iota(z.type(), 1)));
            case LOGICAL -> b.output("y", b.gt(z, zero));
        }
        Graph g = b.build();
        assertEquals(asRows, hasSumsAsRows(g), text(g));
        agrees(g);
    }

    private enum Also { BOTH, COLUMN, ROW, LINE, ELEMENT, NUMBER, LOGICAL }
}
