package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.codegen.fuse.Fate;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Padding;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Windows of a contraction's result that do not overlap are reduced where its tiles are, and it is never in memory. */
class PoolingTest {
    private enum Case {
        /** 23 x 23 places, of which the last row and column are in no window. */
        MAXIMUM(true) {
            @Override
            Node write(GraphBuilder b) {
                Node y = conv(b, DType.F32, 25, 25, 3, 20);
                return max(b, Activations.relu(b, b.add(y, b.broadcastTo(b.input("bias", DType.F32, 20), y.shape()))), 2, 2, 2);
            }
        },
        MEAN(true) {
            @Override
            Node write(GraphBuilder b) {
                return b.mul(Convolutions.averagePool(b, Activations.gelu(b, conv(b, DType.F32, 14, 18, 2, 33)), List.of(3, 2), List.of(3, 2), Padding.Rule.VALID),
                        b.broadcast(b.input("gate", DType.F32, 33), Shape.of(2, 4, 8, 33), 3));
            }
        },
        /** Products in several blocks. */
        LONG(true) {
            @Override
            Node write(GraphBuilder b) {
                return max(b, conv(b, DType.F32, 6, 7, 130, 70), 2, 2, 2);
            }
        },
        /** What lies between windows is not computed; each reads what is added to it. */
        GAPS(true) {
            @Override
            Node write(GraphBuilder b) {
                Node y = conv(b, DType.F32, 13, 12, 3, 48);
                return Activations.relu(b, max(b, b.add(y, b.input("residual", DType.F32, y.shape().toArray())), 2, 3, 3));
            }
        },
        DOUBLE(true) {
            @Override
            Node write(GraphBuilder b) {
                return max(b, conv(b, DType.F64, 10, 10, 3, 19), 2, 4, 4);
            }
        },
        /** One window a picture. */
        ALL(true) {
            @Override
            Node write(GraphBuilder b) {
                return max(b, conv(b, DType.F32, 5, 6, 3, 17), 3, 4, 4);
            }
        },
        BATCH(true) {
            @Override
            Node write(GraphBuilder b) {
                Node y = b.contract(new Op.Contract(List.of(0), List.of(0), List.of(2), List.of(1)), b.input("x", DType.I32, 3, 60, 7), b.input("w", DType.I32, 3, 7, 80));
                Node windows = b.window(y, new int[] {1}, new int[] {4}, new int[] {4}, new int[] {1});
                return b.reduce(Monoid.SUM, b.transpose(windows, 0, 1, 3, 2), 2);
            }
        },
        OVERLAPPING(false) {
            @Override
            Node write(GraphBuilder b) {
                return max(b, conv(b, DType.F32, 10, 11, 3, 20), 3, 2, 2);
            }
        },
        /** Vectors along rows are better than that. */
        FEW_COLUMNS(false) {
            @Override
            Node write(GraphBuilder b) {
                return max(b, conv(b, DType.F32, 18, 18, 4, 5), 2, 2, 2);
            }
        },
        LARGE(false) {
            @Override
            Node write(GraphBuilder b) {
                return max(b, conv(b, DType.F32, 12, 12, 3, 20), 5, 5, 5);
            }
        },
        READ_ELSEWHERE(false) {
            @Override
            Node write(GraphBuilder b) {
                Node y = conv(b, DType.F32, 10, 10, 3, 20);
                b.output("all", y);
                return max(b, y, 2, 2, 2);
            }
        },
        /** Panels in groups. */
        WIDE(true) {
            @Override
            Node write(GraphBuilder b) {
                return max(b, conv(b, DType.F32, 14, 14, 4, 260), 2, 2, 2);
            }
        },
        /** The sum is of something else, and of more. */
        FOREIGN(false) {
            @Override
            Node write(GraphBuilder b) {
                Node y = b.matmul(b.input("x", DType.F32, 64, 9), b.input("w", DType.F32, 9, 64));
                Node every = b.slice(y, new int[] {0, 0}, new int[] {64, 64}, new int[] {2, 1});
                return b.add(every, b.sum(b.input("z", DType.F32, 32, 100, 64), 1));
            }
        },
        /** The sum is over more than windows. */
        MORE(false) {
            @Override
            Node write(GraphBuilder b) {
                Node y = b.reshape(b.matmul(b.input("x", DType.F32, 64, 9), b.input("w", DType.F32, 9, 64)), Shape.of(32, 2, 1, 64));
                return b.sum(b.mul(b.broadcastTo(y, Shape.of(32, 2, 50, 64)), b.input("z", DType.F32, 32, 2, 50, 64)), 1, 2);
            }
        },
        /** Nothing is in the windows. */
        EMPTY(false) {
            @Override
            Node write(GraphBuilder b) {
                return b.neg(b.reshape(b.sum(b.matmul(b.input("x", DType.F32, 0, 9), b.input("w", DType.F32, 9, 20)), 0), Shape.of(1, 20)));
            }
        };

        final boolean fused;

        Case(boolean fused) {
            this.fused = fused;
        }

        abstract Node write(GraphBuilder b);

        static Node conv(GraphBuilder b, DType dtype, int height, int width, int channels, int filters) {
            return Convolutions.conv(b, b.input("x", dtype, 2, height, width, channels), b.input("w", dtype, 3, 3, channels, filters), 1, Padding.Rule.VALID);
        }

        static Node max(GraphBuilder b, Node x, int size, int down, int along) {
            return Convolutions.maxPool(b, x, List.of(size, Math.min(size, along)), List.of(down, along), Padding.Rule.VALID);
        }

        Graph graph() {
            GraphBuilder b = new GraphBuilder();
            b.output("y", write(b));
            return b.build();
        }
    }

    @ParameterizedTest
    @EnumSource
    void windowsAreReducedInTiles(Case c) {
        Graph g = c.graph();
        for (Options.Simd simd : Agreement.EXTREMES) {
            Compilation compiled = Compilation.of(g, Options.DEFAULT.withSimd(simd));
            boolean inlined = compiled.partition().fates().entrySet().stream().anyMatch(e -> e.getKey().op() instanceof Op.Contract && e.getValue().kind() == Fate.Kind.INLINED);
            assertEquals(c.fused, inlined, simd.toString());
        }
        boolean said = Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512)).launches().stream().anyMatch(l -> l.schedule().contains("reduced in windows of"));
        assertEquals(c.fused, said);
        List<Options> ways = Stream.concat(Agreement.everyWidthAndOtherwiseExtremes().stream(),
                Agreement.EXTREMES.stream().map(w -> new Options(w, true, true, true, Optional.empty()).withKept("w"))).toList();
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), ways));
    }

    /** What is clamped after the reduction has the same bits, whatever is reduced. */
    @Test
    void aMaximumOfWhatIsClampedIsTheSame() {
        float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, -1, -0.0f, 0, Float.MIN_VALUE, Float.POSITIVE_INFINITY};
        float[] pairs = new float[odd.length * odd.length * 2];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = odd[i % 2 == 0 ? i / 2 % odd.length : i / 2 / odd.length];
        }
        for (float clamp : odd) {
            for (Monoid m : List.of(Monoid.MAX, Monoid.MIN)) {
                GraphBuilder b = new GraphBuilder();
                Node x = b.input("x", DType.F32, pairs.length / 2, 2);
                Node number = b.broadcastTo(b.constant(DType.F32, clamp), x.shape());
                Node clamped = m == Monoid.MAX ? b.max(x, number) : b.min(x, number);
                b.output("y", b.reduce(m, clamped, 1));
                Graph g = b.build();
                for (Options.Simd simd : Agreement.EXTREMES) {
                    Tensor[] y = new Tensor[2];
                    for (int passes = 0; passes < 2; passes++) {
                        Session s = Compiler.compile(g, Options.DEFAULT.withSimd(simd).withPasses(passes == 1)).newSession(1);
                        s.set("x", Tensor.of(pairs, pairs.length / 2, 2)).run();
                        y[passes] = s.get("y");
                    }
                    assertEquals(y[0], y[1], m + " " + clamp + " " + simd);
                }
            }
        }
    }
}
