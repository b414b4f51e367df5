package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Attention;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Padding;
import bytegrad.ir.testing.RandomGraphs;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels that pass on more than the second cache has room for run slice by slice, where each slice needs nothing of another. */
class SlicesTest {
    /** A processor of so small a cache that small graphs are worth it. */
    private static final MachineProfile SMALL = new MachineProfile("small", 512, 240, 64 << 10, 40, 1000);

    private enum Case {
        ATTENTION(List.of("5 slices")) {
            @Override
            void write(GraphBuilder b) {
                b.output("y", attention(b, false, 5, 1, 71, 9));
            }
        },
        /** A batch of two is too few to share. */
        HEADS(List.of("2 x 3 slices")) {
            @Override
            void write(GraphBuilder b) {
                b.output("y", attention(b, true, 2, 3, 67, 20));
            }
        },
        /** Forward, and back. */
        GRADIENTS(List.of("3 x 3 slices", "3 x 3 slices")) {
            @Override
            void write(GraphBuilder b) {
                List<Node> of = Stream.of("q", "k", "v").map(name -> b.input(name, DType.F32, 3, 3, 70, 18)).toList();
                Node y = Attention.scaledDotProduct(b, of.get(0), of.get(1), of.get(2), Optional.empty());
                Node loss = Losses.mean(b, b.mul(y, y));
                List<Node> d = Gradient.of(b, loss, of);
                for (int i = 0; i < of.size(); i++) {
                    b.output("d" + i, d.get(i));
                }
                b.output("loss", loss);
            }
        },
        /** Pictures, of which the second convolution reads a frame of zeros around what the first has stored. */
        PICTURES(List.of("9 slices")) {
            @Override
            void write(GraphBuilder b) {
                Node x = b.input("x", DType.F32, 9, 20, 21, 3);
                Node y = Activations.relu(b, Convolutions.conv(b, x, b.input("w", DType.F32, 3, 3, 3, 20), 1, Padding.Rule.SAME));
                Node z = Convolutions.conv(b, y, b.input("u", DType.F32, 3, 3, 20, 17), 1, Padding.Rule.SAME);
                b.output("z", Convolutions.maxPool(b, z, List.of(2, 2), List.of(2, 2), Padding.Rule.VALID));
            }
        },
        /** What is passed on is an output, too, and so is in memory. */
        SEEN(List.of("6 slices")) {
            @Override
            void write(GraphBuilder b) {
                Node s = b.matmul(b.input("a", DType.F32, 6, 90, 33), b.input("c", DType.F32, 6, 33, 80));
                b.output("s", s);
                b.output("y", b.matmul(Activations.softmax(b, s, 2), b.input("d", DType.F32, 6, 80, 10)));
            }
        },
        /** So it is here, and read in another order, by a slice of the same chunk. */
        SEEN_REVERSED(List.of()) {
            @Override
            void write(GraphBuilder b) {
                Node s = b.matmul(b.input("a", DType.F32, 8, 70, 33), b.input("c", DType.F32, 8, 33, 71));
                b.output("s", s);
                b.output("y", b.matmul(b.flip(s, 0), b.input("d", DType.F32, 8, 71, 10)));
            }
        },
        SEEN_REVERSED_HEADS(List.of()) {
            @Override
            void write(GraphBuilder b) {
                Node s = b.matmul(b.input("a", DType.F32, 2, 3, 70, 33), b.input("c", DType.F32, 2, 3, 33, 71));
                b.output("s", s);
                b.output("y", b.sin(b.flip(s, 1)));
            }
        },
        DOUBLE(List.of("4 slices")) {
            @Override
            void write(GraphBuilder b) {
                Node s = b.matmul(b.input("a", DType.F64, 4, 60, 33), b.input("c", DType.F64, 4, 33, 61));
                b.output("y", b.matmul(b.tanh(s), b.input("d", DType.F64, 4, 61, 10)));
            }
        },
        /** Each slice reads one behind it: what that is read from comes before. */
        NEIGHBOURS(List.of("7 slices")) {
            @Override
            void write(GraphBuilder b) {
                Node s = b.matmul(b.input("a", DType.F32, 8, 70, 33), b.input("c", DType.F32, 8, 33, 71));
                Node behind = b.slice(s, new int[] {1, 0, 0}, new int[] {8, 70, 71}, new int[] {1, 1, 1});
                Node before = b.slice(s, new int[] {0, 0, 0}, new int[] {7, 70, 71}, new int[] {1, 1, 1});
                b.output("y", b.matmul(b.mul(behind, before), b.input("d", DType.F32, 7, 71, 10)));
            }
        },
        /** The last slice comes first. */
        REVERSED(List.of()) {
            @Override
            void write(GraphBuilder b) {
                Node s = b.matmul(b.input("a", DType.F32, 8, 70, 33), b.input("c", DType.F32, 8, 33, 71));
                b.output("y", b.matmul(b.flip(s, 0), b.input("d", DType.F32, 8, 71, 10)));
            }
        },
        /** Each slice needs the sum over all. */
        SUMMED(List.of()) {
            @Override
            void write(GraphBuilder b) {
                Node s = b.matmul(b.input("a", DType.F32, 8, 70, 33), b.input("c", DType.F32, 8, 33, 71));
                Node mean = b.broadcast(b.sum(s, 0), s.shape(), 1, 2);
                b.output("y", b.matmul(b.sub(s, mean), b.input("d", DType.F32, 8, 71, 10)));
            }
        },
        /** Weights would be read again for each of them. */
        WEIGHTS(List.of()) {
            @Override
            void write(GraphBuilder b) {
                Node x = b.input("x", DType.F32, 8, 40, 50);
                Node h = Activations.relu(b, b.contract(new bytegrad.ir.Op.Contract(List.of(), List.of(), List.of(2), List.of(0)), x, b.input("w", DType.F32, 50, 120)));
                b.output("y", b.contract(new bytegrad.ir.Op.Contract(List.of(), List.of(), List.of(2), List.of(0)), h, b.input("u", DType.F32, 120, 60)));
            }
        };

        final List<String> joined;

        Case(List<String> joined) {
            this.joined = joined;
        }

        abstract void write(GraphBuilder b);

        static Node attention(GraphBuilder b, boolean causal, int batch, int heads, int length, int width) {
            Node q = b.input("q", DType.F32, batch, heads, length, width);
            Node k = b.input("k", DType.F32, batch, heads, length, width);
            Node v = b.input("v", DType.F32, batch, heads, length, width);
            return Attention.scaledDotProduct(b, q, k, v, causal ? Optional.of(Attention.causal(b, length, length)) : Optional.empty());
        }

        Graph graph() {
            GraphBuilder b = new GraphBuilder();
            write(b);
            return b.build();
        }
    }

    private static List<String> joined(Explanation e) {
        return e.launches().stream().filter(l -> l.kind().equals("slices")).map(l -> l.schedule().split(":")[0]).toList();
    }

    @ParameterizedTest
    @EnumSource
    void kernelsAreJoinedWithTheSameBits(Case c) {
        Graph g = c.graph();
        Options wide = Options.DEFAULT.withSimd(Options.Simd.BITS_512);
        Explanation e = Compiler.explain(g, wide.withMachineProfile(SMALL).withVerification(true));
        assertEquals(c.joined, joined(e), e.text());
        assertEquals(List.of(), joined(Compiler.explain(g, wide)));
        List<Options> ways = Stream.of(wide, wide.withMachineProfile(SMALL), wide.withSimd(Options.Simd.BITS_256).withMachineProfile(SMALL),
                wide.withSimd(Options.Simd.SCALAR).withMachineProfile(SMALL)).map(o -> o.withVerification(true)).toList();
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), ways));
    }

    /** Scores and their exponentials are never in memory as a whole. */
    @Test
    void whatIsPassedOnTakesTheSpaceOfAFewSlices() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", Case.attention(b, false, 8, 8, 128, 16));
        Graph g = b.build();
        MachineProfile small = new MachineProfile("small", 512, 240, 256 << 10, 40, 1000);
        Explanation e = Compiler.explain(g, Options.DEFAULT.withMachineProfile(small));
        assertEquals(List.of("8 x 8 slices"), joined(e));
        long operands = 4L * 64 * 128 * 16 * 4;
        long scores = 64L * 128 * 128 * 4;
        assertTrue(e.memory().arenaBytes() < operands + scores / 2, e.text());
        assertTrue(Compiler.explain(g, Options.DEFAULT.withMachineProfile(small).withFusion(false)).memory().arenaBytes() > operands + scores);
        assertTrue(e.text().contains("a slice at a time"), e.text());
    }

    /** A budget that only joined kernels keep is kept by them. */
    @Test
    void aBudgetIsKeptByJoinedKernels() {
        GraphBuilder b = new GraphBuilder();
        b.output("y", Case.attention(b, false, 8, 8, 128, 16));
        Graph g = b.build();
        Options small = Options.DEFAULT.withMachineProfile(new MachineProfile("small", 512, 240, 256 << 10, 40, 1000));
        long needed = Compiler.explain(g, small).memory().arenaBytes();
        assertEquals(List.of("8 x 8 slices"), joined(Compiler.explain(g, small.withMemoryBudget(needed))));
        assertEquals(List.of(), joined(Compiler.explain(g, small.withChunkNanos(Long.MAX_VALUE))));
    }

    /** What an output and a slice need together is more than what single kernels need: those keep the budget. */
    @Test
    void aBudgetIsKeptByKernelsApart() {
        GraphBuilder b = new GraphBuilder();
        Node s = b.matmul(b.input("a", DType.F32, 8, 70, 33), b.input("c", DType.F32, 8, 33, 71));
        Node t = b.tanh(b.matmul(s, b.input("d", DType.F32, 8, 71, 70)));
        b.output("y", b.matmul(b.matmul(t, s), b.input("e", DType.F32, 8, 71, 10)));
        Graph g = b.build();
        Options small = Options.DEFAULT.withMachineProfile(SMALL);
        long apart = Compiler.explain(g, small.withChunkNanos(Long.MAX_VALUE)).memory().arenaBytes();
        assertTrue(Compiler.explain(g, small.withMemoryBudget(apart)).memory().arenaBytes() <= apart);
    }
}
