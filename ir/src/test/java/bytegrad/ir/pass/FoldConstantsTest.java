package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FoldConstantsTest {
    private static final FoldConstants PASS = new FoldConstants();

    private static void folds(String before, String after) {
        Golden.rewrites(PASS, before, after);
    }

    @Test
    void scalars() {
        folds("a: f64[] = constant 2\nb: f64[] = constant 3\n%2: f64[] = mul(a, b)\n%3: f64[] = exp(%2)\noutput \"y\" = %3",
                "%0: f64[] = constant 403.4287934927351\noutput \"y\" = %0");
    }

    @Test
    void aUniformTensorOfAnySizeStaysAScalar() {
        folds("a: f64[1000,1000] = constant 2\n%1: f64[1000,1000] = neg(a)\noutput \"y\" = %1",
                "%0: f64[] = constant -2\n%1: f64[1000,1000] = broadcast(%0) axes=[]\noutput \"y\" = %1");
    }

    @Test
    void tensorsAndBroadcasts() {
        folds("""
                a: f64[2,3] = constant [1, 2, 3, 4, 5, 6]
                b: f64[3] = constant [10, 20, 30]
                %2: f64[2,3] = broadcast(b) axes=[1]
                %3: f64[2,3] = add(a, %2)
                output "y" = %3
                """, "%0: f64[2,3] = constant [11, 22, 33, 14, 25, 36]\noutput \"y\" = %0");
    }

    @Test
    void aBroadcastOfATensorStaysOne() {
        Golden.leaves(PASS, "b: f64[3] = constant [10, 20, 30]\n%1: f64[2,3] = broadcast(b) axes=[1]\noutput \"y\" = %1");
    }

    @Test
    void aLargeTensorStays() {
        GraphBuilder b = new GraphBuilder();
        double[] values = new double[2000];
        values[7] = 1;
        b.output("y", b.neg(b.constant(Literal.of(Shape.of(2000), values))));
        Graph g = b.build();
        assertEquals(g, PASS.run(g));
    }

    @Test
    void casts() {
        folds("a: f64[4] = constant [1.5, nan, 1e300, -inf]\n%1: i32[4] = cast(a)\noutput \"y\" = %1", "%0: i32[4] = constant [1, 0, 2147483647, -2147483648]\noutput \"y\" = %0");
        folds("a: i64[2] = constant [4294967297, 0]\n%1: i32[2] = cast(a)\n%2: bool[2] = cast(%1)\noutput \"y\" = %2",
                "%0: bool[2] = constant [true, false]\noutput \"y\" = %0");
        folds("a: i64[] = constant 16777217\n%1: f32[] = cast(a)\noutput \"y\" = %1", "%0: f32[] = constant 16777216\noutput \"y\" = %0");
    }

    @Test
    void views() {
        String a = "a: f64[2,3] = constant [1, 2, 3, 4, 5, 6]\n";
        folds(a + "%1: f64[3,2] = reshape(a)\noutput \"y\" = %1", "%0: f64[3,2] = constant [1, 2, 3, 4, 5, 6]\noutput \"y\" = %0");
        folds(a + "%1: f64[3,2] = transpose(a) axes=[1,0]\noutput \"y\" = %1", "%0: f64[3,2] = constant [1, 4, 2, 5, 3, 6]\noutput \"y\" = %0");
        folds(a + "%1: f64[1,2] = slice(a) starts=[1,0] limits=[2,3] strides=[1,2]\noutput \"y\" = %1", "%0: f64[1,2] = constant [4, 6]\noutput \"y\" = %0");
        folds(a + "%1: f64[3,3] = pad(a) low=[1,0] high=[0,0] interior=[0,0] fill=-0.0\noutput \"y\" = %1",
                "%0: f64[3,3] = constant [-0.0, -0.0, -0.0, 1, 2, 3, 4, 5, 6]\noutput \"y\" = %0");
        folds(a + "%1: f64[2,3] = flip(a) axes=[0,1]\noutput \"y\" = %1", "%0: f64[2,3] = constant [6, 5, 4, 3, 2, 1]\noutput \"y\" = %0");
    }

    @Test
    void gatherAndConcat() {
        folds("a: f64[2,3] = constant [1, 2, 3, 4, 5, 6]\ni: i32[2] = constant [2, 0]\n%2: f64[2,2] = gather(a, i) axis=1 batch=0\noutput \"y\" = %2",
                "%0: f64[2,2] = constant [3, 1, 6, 4]\noutput \"y\" = %0");
        folds("a: f64[2,1] = constant [1, 2]\nb: f64[2,2] = constant [3, 4, 5, 6]\n%2: f64[2,3] = concat(a, b) axis=1\noutput \"y\" = %2",
                "%0: f64[2,3] = constant [1, 3, 4, 2, 5, 6]\noutput \"y\" = %0");
        Golden.leaves(PASS, "a: f64[3] = constant [1, 2, 3]\ni: i32[2] = constant [3, 0]\n%2: f64[2] = gather(a, i) axis=0 batch=0\noutput \"y\" = %2");
    }

    @Test
    void iotaOfOne() {
        folds("a: i32[3,1] = iota axis=1\noutput \"y\" = a", "%0: i32[] = constant 0\na: i32[3,1] = broadcast(%0) axes=[]\noutput \"y\" = a");
        Golden.leaves(PASS, "a: i32[3] = iota axis=0\noutput \"y\" = a");
    }

    /** A sum's bits depend on its order, which is a chain over columns and sixteen to sixty-four chains along rows. */
    @Test
    void reductionsKeepTheirOrder() {
        for (int[] dims : new int[][] {{5}, {16}, {40}, {300}, {3, 20}, {20, 3}, {2, 5, 17}}) {
            double[] v = new double[Shape.of(dims).size()];
            for (int i = 0; i < v.length; i++) {
                v[i] = Math.sin(i * 12.9898) * Math.exp(i % 7);
            }
            for (Monoid m : List.of(Monoid.SUM, Monoid.PRODUCT, Monoid.MAX, Monoid.MIN)) {
                for (int axis = 0; axis < dims.length; axis++) {
                    GraphBuilder b = new GraphBuilder();
                    Node x = b.constant(Literal.of(Shape.of(dims), v));
                    b.output("one", b.reduce(m, x, axis));
                    b.output("all", b.reduceAll(m, x));
                    Graph g = b.build();
                    Graph folded = PASS.run(g);
                    folded.outputs().values().forEach(y -> assertInstanceOf(Op.Constant.class, y.op()));
                    Golden.sameBits(g, folded);
                }
            }
        }
    }

    /** f32 arithmetic is done in float; in double, rounded later, the last would be 1. */
    @Test
    void floatsRoundAtEachStep() {
        String before = """
                a: f32[] = constant 16777216
                b: f32[] = constant 1
                %2: f32[] = add(a, b)
                %3: f32[] = sub(%2, a)
                %4: f32[] = constant 0.1
                %5: f32[] = constant 3
                %6: f32[] = fma(%4, %5, %3)
                output "y" = %6
                """;
        Graph folded = PASS.run(GraphParser.parse("graph\n" + before));
        assertEquals("graph\n%0: f32[] = constant 0.3\noutput \"y\" = %0\n", GraphPrinter.print(folded));
    }

    /** Every function on awkward numbers, in each dtype, against the interpreter. */
    @Test
    void everyFunctionIsTheInterpreters() {
        double[] reals = {0, -0.0, 1, -1, 0.5, -2.5, 3, 1e-3, 100, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
        for (ScalarFn fn : ScalarFn.values()) {
            for (DType d : DType.values()) {
                if (!fn.accepts(d) || !ConstantMath.folds(fn)) {
                    continue;
                }
                for (double x : reals) {
                    for (double y : reals) {
                        boolean whole = Double.isFinite(x + y) && (d == DType.BOOL || d.holds((long) Math.rint(x)) && d.holds((long) Math.rint(y)));
                        if (d.isFloat() || whole) {
                            function(fn, d, x, y);
                        }
                    }
                }
            }
        }
    }

    private static void function(ScalarFn fn, DType d, double x, double y) {
        GraphBuilder b = new GraphBuilder();
        Node c0 = b.constant(d, d.isFloat() ? x : Math.rint(x));
        Node c1 = b.constant(d, d.isFloat() ? y : Math.rint(y));
        Node c = fn == ScalarFn.SELECT ? b.constant(DType.BOOL, x > 0 ? 1 : 0) : c0;
        b.output("y", fn.arity() == 1 ? b.map(fn, c0) : fn.arity() == 2 ? b.map(fn, c0, c1) : b.map(fn, c, c1, c0));
        Graph g = b.build();
        Graph folded = PASS.run(g);
        assertEquals(1, folded.nodes().size());
        assertEquals(Interpreter.run(g, Map.of()).output("y").rounded(), Interpreter.run(folded, Map.of()).output("y"), fn + " of " + d + " " + x + ", " + y);
    }
}
