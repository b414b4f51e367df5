package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.Graph;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplitLongReductionsTest {
    private static String after(String type, String reduction) {
        Graph g = GraphParser.parse("graph\nx: " + type + " = input \"x\"\n%1: " + reduction + "\noutput \"y\" = %1\n");
        Graph split = new SplitLongReductions().run(g);
        Verify.check(g, split);
        return GraphPrinter.print(split);
    }

    @Test
    void aWholeSumBecomesASumOfParts() {
        assertEquals(
                """
                graph
                x: f32[1048576] = input "x"
                %1: f32[16,65536] = reshape(x)
                %2: f32[16] = reduce_sum(%1) axes=[1]
                %3: f32[] = reduce_sum(%2) axes=[0]
                output "y" = %3
                """,
                after("f32[1048576]", "f32[] = reduce_sum(x) axes=[0]"));
    }

    @Test
    void whatIsLeftOverJoinsLast() {
        assertEquals(
                """
                graph
                x: f64[200001,3] = input "x"
                %1: f64[200000,3] = slice(x) starts=[0,0] limits=[200000,3] strides=[1,1]
                %2: f64[8,25000,3] = reshape(%1)
                %3: f64[8,3] = reduce_max(%2) axes=[1]
                %4: f64[3] = reduce_max(%3) axes=[0]
                %5: f64[1,3] = slice(x) starts=[200000,0] limits=[200001,3] strides=[1,1]
                %6: f64[3] = reduce_max(%5) axes=[0]
                %7: f64[3] = max(%4, %6)
                output "y" = %7
                """,
                after("f64[200001,3]", "f64[3] = reduce_max(x) axes=[0]"));
    }

    @Test
    void theLongestAxisIsCut() {
        assertEquals(
                """
                graph
                x: i32[4,2,131072] = input "x"
                %1: i32[4,2,16,8192] = reshape(x)
                %2: i32[2,16] = reduce_sum(%1) axes=[0,3]
                %3: i32[2] = reduce_sum(%2) axes=[1]
                output "y" = %3
                """,
                after("i32[4,2,131072]", "i32[2] = reduce_sum(x) axes=[0,2]"));
    }

    /** The mean of squares of what a convolution makes: its channels, the longest axis, would be left in rows too short for partial sums. */
    @Test
    void rowsStayWhole() {
        assertEquals(
                """
                graph
                x: f32[28,13,13,56] = input "x"
                %1: f32[4,7,13,13,56] = reshape(x)
                %2: f32[4] = reduce_sum(%1) axes=[1,2,3,4]
                %3: f32[] = reduce_sum(%2) axes=[0]
                output "y" = %3
                """,
                after("f32[28,13,13,56]", "f32[] = reduce_sum(x) axes=[0,1,2,3]"));
    }

    @Test
    void shortOnesAndThoseOfManyResultsStay() {
        assertEquals(1, SumOrder.parts(Shape.of(100_000), List.of(0)));
        assertEquals(2, SumOrder.parts(Shape.of(1 << 17), List.of(0)));
        assertEquals(64, SumOrder.parts(Shape.of(1 << 30), List.of(0)));
        // Sixteen rows are enough for threads; columns are a vector each.
        assertEquals(1, SumOrder.parts(Shape.of(16, 1 << 20), List.of(1)));
        assertEquals(64, SumOrder.parts(Shape.of(15, 1 << 20), List.of(1)));
        assertEquals(64, SumOrder.parts(Shape.of(1 << 20, 16), List.of(0)));
        assertEquals(1, SumOrder.parts(Shape.of(1 << 20, 256), List.of(0)));
        // No axis long enough to be cut, and none at all.
        assertEquals(1, SumOrder.parts(Shape.of(3, 3, 3, 100_000), List.of(0, 1, 2)));
        assertEquals(1, SumOrder.parts(Shape.of(1 << 20), List.of()));
        assertEquals(1, SumOrder.parts(Shape.of(0, 1 << 20), List.of(0)));
    }
}
