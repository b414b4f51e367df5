package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.Graph;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitLongContractionsTest {
    private static final Pass PASS = new SplitLongContractions();

    private static String after(String text) {
        Graph g = GraphParser.parse("graph\n" + text);
        Graph split = PASS.run(g);
        Verify.check(g, split);
        return GraphPrinter.print(split);
    }

    private static String matrices(int k, int m, int n) {
        return "x: f32[%d,%d] = input \"x\"\ny: f32[%d,%d] = input \"y\"\n".formatted(k, m, k, n)
                + "%%2: f32[%d,%d] = contract(x, y) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]\noutput \"z\" = %%2\n".formatted(m, n);
    }

    /** The gradient of a convolution's weights by 32 pictures, two of which are a part. */
    @Test
    void aConvolutionsWeightsByPictures() {
        assertEquals(
                """
                graph
                x: f32[32,26,26,32] = input "x"
                dy: f32[32,24,24,64] = input "dy"
                %2: f32[32,24,24,32,3,3] = window(x) axes=[1,2] sizes=[3,3] strides=[1,1] dilations=[1,1]
                %3: f32[16,2,24,24,32,3,3] = reshape(%2)
                %4: f32[16,2,24,24,64] = reshape(dy)
                %5: f32[16,32,3,3,64] = contract(%3, %4) left_batch=[0] right_batch=[0] left_contract=[1,2,3] right_contract=[1,2,3]
                %6: f32[32,3,3,64] = reduce_sum(%5) axes=[0]
                output "dw" = %6
                """,
                after("""
                x: f32[32,26,26,32] = input "x"
                dy: f32[32,24,24,64] = input "dy"
                %2: f32[32,24,24,32,3,3] = window(x) axes=[1,2] sizes=[3,3] strides=[1,1] dilations=[1,1]
                %3: f32[32,3,3,64] = contract(%2, dy) left_batch=[] right_batch=[] left_contract=[0,1,2] right_contract=[0,1,2]
                output "dw" = %3
                """));
    }

    /** Axes come in any order, some of them are a batch, and an outer one of few elements stays whole. */
    @Test
    void theOutermostThatHasDivisorsIsCut() {
        assertEquals(
                """
                graph
                x: f32[2,37,600,7] = input "x"
                y: f32[600,9,37,2] = input "y"
                %2: f32[2,37,15,40,7] = reshape(x)
                %3: f32[15,40,9,37,2] = reshape(y)
                %4: f32[15,2,7,9] = contract(%2, %3) left_batch=[2,0] right_batch=[0,4] left_contract=[1,3] right_contract=[3,1]
                %5: f32[2,7,9] = reduce_sum(%4) axes=[0]
                output "z" = %5
                """,
                after("""
                x: f32[2,37,600,7] = input "x"
                y: f32[600,9,37,2] = input "y"
                %2: f32[2,7,9] = contract(x, y) left_batch=[0] right_batch=[3] left_contract=[1,2] right_contract=[2,0]
                output "z" = %2
                """));
    }

    private static String windows(int taps, int m, int n) {
        return "x: f32[%d,%d] = input \"x\"\ny: f32[4096,%d] = input \"y\"\n".formatted(4095 + taps, m, n)
                + "%%2: f32[4096,%d,%d] = window(x) axes=[0] sizes=[%d] strides=[1] dilations=[1]\n".formatted(m, taps, taps)
                + "%%3: f32[%d,%d,%d] = contract(%%2, y) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]\n".formatted(m, taps, n)
                + "output \"z\" = %3\n";
    }

    @Test
    void thePartsTogetherAreNoMoreThanAShareOfWhatIsRead() {
        assertTrue(after(matrices(8192, 16, 200)).contains("[16,16,200] = contract"));
        assertTrue(after(matrices(15 * 2048, 16, 16)).contains("[16,16,16] = contract"));
        assertTrue(after(matrices(15 * 333, 30, 40)).contains("[15,30,40] = contract"));
        // 4096·314 elements are read, a quarter of them is 6 parts of 48,000 results, and 4 divide.
        assertTrue(after(windows(3, 64, 250)).contains("[4,64,3,250] = contract"));
        // Here it would be 2 parts.
        Golden.leaves(PASS, windows(25, 16, 120));
    }

    @Test
    void shortOnesAndThoseOfManyResultsOrFewElementsStay() {
        Golden.leaves(PASS, matrices(4095, 128, 128));
        Golden.leaves(PASS, matrices(1 << 14, 512, 256));
        // 4096·63 elements stay in a cache.
        Golden.leaves(PASS, matrices(4096, 31, 32));
        // A prime.
        Golden.leaves(PASS, matrices(65_537, 8, 8));
        // Repeated elements are read once.
        Golden.leaves(PASS,
                """
                x: f32[8192] = input "x"
                y: f32[8192] = input "y"
                %2: f32[8192,100] = broadcast(x) axes=[0]
                %3: f32[8192,100] = broadcast(y) axes=[0]
                %4: f32[100,100] = contract(%2, %3) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]
                output "z" = %4
                """);
        // Of 64 batches each reads little.
        Golden.leaves(PASS,
                """
                x: f32[64,4096,8] = input "x"
                y: f32[64,4096,8] = input "y"
                %2: f32[64,8,8] = contract(x, y) left_batch=[0] right_batch=[0] left_contract=[1] right_contract=[1]
                output "z" = %2
                """);
    }

    @Test
    void theSameNumbers() {
        for (String text : List.of(matrices(8192, 16, 17), """
                x: f64[8,1030,33] = input "x"
                dy: f64[8,1024,1] = input "dy"
                %2: f64[8,1024,33,4] = window(x) axes=[1] sizes=[4] strides=[1] dilations=[2]
                %3: f64[33,4,1] = contract(%2, dy) left_batch=[] right_batch=[] left_contract=[1,0] right_contract=[1,0]
                output "z" = %3
                """)) {
            Graph from = GraphParser.parse("graph\n" + text);
            Graph to = PASS.run(from);
            Verify.check(from, to);
            assertEquals(from.nodes().size() + 3, to.nodes().size());
            var inputs = RandomGraphs.inputs(from, 3);
            Value expected = Interpreter.run(from, inputs).output("z");
            Value actual = Interpreter.run(to, inputs).output("z");
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.at(i), actual.at(i), 1e-9, "element " + i);
            }
        }
    }
}
