package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ContractOverlapsTest {
    private static final Pass PASS = new ContractOverlaps();

    /** Another order of additions: the same numbers but for rounding. */
    private static void sameNumbers(Graph from, Graph to, long seed) {
        Verify.check(from, to);
        var inputs = RandomGraphs.inputs(from, seed);
        Value expected = Interpreter.run(from, inputs).output("y");
        Value actual = Interpreter.run(to, Golden.only(inputs, to)).output("y");
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.at(i), actual.at(i), 1e-11, "seed " + seed + ", element " + i);
        }
    }

    private static long sums(Graph g) {
        return g.nodes().stream().filter(n -> n.op() instanceof Op.OverlapAdd).count();
    }

    @Test
    void aContractionOverTapsAndChannels() {
        Graph from = GraphParser.parse(
                """
                graph
                dy: f64[5,2] = input "dy"
                w: f64[3,4,2] = input "w"
                %2: f64[5,3,4] = contract(dy, w) left_batch=[] right_batch=[] left_contract=[1] right_contract=[2]
                %3: f64[5,4,3] = transpose(%2) axes=[0,2,1]
                %4: f64[7,4] = overlap_add(%3) axes=[0] sizes=[3] strides=[1] dilations=[1]
                output "y" = %4
                """);
        Graph to = PASS.run(from);
        assertEquals(
                """
                graph
                dy: f64[5,2] = input "dy"
                w: f64[3,4,2] = input "w"
                %2: f64[9,2] = pad(dy) low=[2,0] high=[2,0] interior=[0,0] fill=0.0
                %3: f64[7,2,3] = window(%2) axes=[0] sizes=[3] strides=[1] dilations=[1]
                %4: f64[3,4,2] = flip(w) axes=[0]
                %5: f64[7,4] = contract(%3, %4) left_batch=[] right_batch=[] left_contract=[2,1] right_contract=[0,2]
                output "y" = %5
                """,
                GraphPrinter.print(new SimplifyViews().run(to)));
        sameNumbers(from, to, 1);
        assertSame(to, PASS.run(to));
    }

    /** A slice of the sum is all that is computed: what the padding of the forward pass would get is not. */
    @Test
    void aSliceBoundsThePlaces() {
        Graph from = GraphParser.parse(
                """
                graph
                dy: f64[5,2] = input "dy"
                w: f64[3,4,2] = input "w"
                %2: f64[5,3,4] = contract(dy, w) left_batch=[] right_batch=[] left_contract=[1] right_contract=[2]
                %3: f64[5,4,3] = transpose(%2) axes=[0,2,1]
                %4: f64[7,4] = overlap_add(%3) axes=[0] sizes=[3] strides=[1] dilations=[1]
                %5: f64[5,3] = slice(%4) starts=[1,1] limits=[6,4] strides=[1,1]
                output "y" = %5
                """);
        Graph to = PASS.run(from);
        assertEquals(Shape.of(5, 4), to.nodes().stream().filter(n -> n.op() instanceof Op.Contract).findFirst().orElseThrow().shape());
        sameNumbers(from, to, 1);
    }

    @Test
    void whatDoesNotOverlapIsLeft() {
        Golden.leaves(PASS,
                """
                dy: f64[3,2] = input "dy"
                w: f64[2,4,2] = input "w"
                %2: f64[3,2,4] = contract(dy, w) left_batch=[] right_batch=[] left_contract=[1] right_contract=[2]
                %3: f64[3,4,2] = transpose(%2) axes=[0,2,1]
                %4: f64[6,4] = overlap_add(%3) axes=[0] sizes=[2] strides=[2] dilations=[1]
                output "y" = %4
                """);
    }

    /** The weights differ from place to place: no window of anything. */
    @Test
    void whatIsNoConvolutionIsLeft() {
        Golden.leaves(PASS,
                """
                a: f64[5,2] = input "a"
                w: f64[5,3,2] = input "w"
                %2: f64[5,3] = contract(a, w) left_batch=[0] right_batch=[0] left_contract=[1] right_contract=[2]
                %3: f64[7] = overlap_add(%2) axes=[0] sizes=[3] strides=[1] dilations=[1]
                output "y" = %3
                """);
    }

    /** Sizes, strides, dilations, orders of the axes, axes of one element, slices: each against the sum of windows. */
    @Test
    void anyConvolution() {
        SplittableRandom random = new SplittableRandom(7);
        int contracted = 0;
        for (int seed = 0; seed < 400; seed++) {
            Graph from = draw(random);
            Graph to = PASS.run(from);
            sameNumbers(from, to, seed);
            // Before the pass and after it, others may have turned transposes into reshapes.
            Graph tidy = Pipeline.differentiable().run(from);
            sameNumbers(from, PASS.run(tidy), seed);
            boolean contracts = worthwhile(from);
            assertEquals(contracts ? 0 : 1, sums(to), GraphPrinter.print(from));
            contracted += contracts ? 1 : 0;
        }
        assertTrue(contracted > 100, contracted + " of 400 became contractions");
    }

    /** Without strides there is one contraction; with them several, which pay where the windows are more than what they are added to. */
    private static boolean worthwhile(Graph g) {
        Node sum = g.nodes().stream().filter(n -> n.op() instanceof Op.OverlapAdd).findFirst().orElseThrow();
        boolean oneResidue = sum.op() instanceof Op.OverlapAdd o && o.window().strides().stream().allMatch(s -> s == 1);
        return oneResidue || sum.input(0).shape().size() > sum.shape().size();
    }

    private static Graph draw(SplittableRandom random) {
        GraphBuilder b = new GraphBuilder();
        int[] sizes = new int[2];
        int[] strides = new int[2];
        int[] dilations = new int[2];
        int[] extents = new int[2];
        int[] places = new int[2];
        for (int k = 0; k < 2; k++) {
            sizes[k] = random.nextInt(1, 5);
            strides[k] = random.nextInt(1, 4);
            dilations[k] = random.nextInt(1, 4);
            extents[k] = (sizes[k] - 1) * dilations[k] + 1 + random.nextInt(7);
            places[k] = (extents[k] - (sizes[k] - 1) * dilations[k] - 1) / strides[k] + 1;
        }
        int n = random.nextInt(1, 3);
        int c = random.nextInt(1, 3);
        int f = random.nextInt(1, 4);
        Node dy = b.input("dy", DType.F64, n, places[0], places[1], f);
        Node w = b.input("w", DType.F64, sizes[0], sizes[1], c, f);
        boolean dataFirst = random.nextBoolean();
        Op.Contract op = new Op.Contract(List.of(), List.of(), List.of(3), List.of(3));
        // [n, i, j, k, l, c] or [k, l, c, n, i, j], then [n, i, j, c, k, l]
        Node d = dataFirst ? b.transpose(b.contract(op, dy, w), 0, 1, 2, 5, 3, 4) : b.transpose(b.contract(op, w, dy), 3, 4, 5, 2, 0, 1);
        Op.Window window = new Op.Window(List.of(1, 2), List.of(sizes[0], sizes[1]), List.of(strides[0], strides[1]), List.of(dilations[0], dilations[1]));
        Node y = b.overlapAdd(d, window, Shape.of(n, extents[0], extents[1], c));
        if (random.nextBoolean()) {
            int low = random.nextInt(extents[0]);
            y = b.slice(y, 1, low, random.nextInt(low, extents[0]) + 1);
        }
        b.output("y", y);
        return b.build();
    }
}
