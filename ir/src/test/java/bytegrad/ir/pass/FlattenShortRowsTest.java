package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.SumOrder;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlattenShortRowsTest {
    private static String after(String graph) {
        Graph g = GraphParser.parse(graph);
        Graph flat = new FlattenShortRows().run(g);
        Verify.check(g, flat);
        return GraphPrinter.print(flat);
    }

    /** The mean of squares of what a convolution of six filters makes: squares are computed along the long row, from what is read elsewhere, too. */
    @Test
    void whatIsReducedFollowsTheRow() {
        assertEquals(
                """
                graph
                x: f32[5,29,29,6] = input "x"
                %1: f32[] = constant 2.0
                %2: f32[25230] = reshape(x)
                %3: f32[25230] = broadcast(%1) axes=[]
                %4: f32[25230] = mul(%2, %3)
                %5: f32[] = reduce_sum(%4) axes=[0]
                output "y" = %5
                """,
                after(
                        """
                        graph
                        x: f32[5,29,29,6] = input "x"
                        %1: f32[] = constant 2.0
                        %2: f32[5,29,29,6] = broadcast(%1) axes=[]
                        %3: f32[5,29,29,6] = mul(x, %2)
                        %4: f32[] = reduce_sum(%3) axes=[0,1,2,3]
                        output "y" = %4
                        """));
    }

    /** Kept axes stay in front; what others read, or reads rows of another shape, is not computed twice. */
    @Test
    void whatIsReadElsewhereStays() {
        assertEquals(
                """
                graph
                x: f32[4,40,10] = input "x"
                b: f32[10] = input "b"
                %2: f32[4,40,10] = broadcast(b) axes=[2]
                %3: f32[4,40,10] = mul(x, %2)
                %4: f32[4,400] = reshape(%3)
                %5: f32[4] = reduce_max(%4) axes=[1]
                output "y" = %5
                """,
                after(
                        """
                        graph
                        x: f32[4,40,10] = input "x"
                        b: f32[10] = input "b"
                        %2: f32[4,40,10] = broadcast(b) axes=[2]
                        %3: f32[4,40,10] = mul(x, %2)
                        %4: f32[4] = reduce_max(%3) axes=[1,2]
                        output "y" = %4
                        """));
    }

    /** 588 million elements of windows, of an image of four million. */
    @Test
    void windowsAreNotStored() {
        GraphBuilder b = new GraphBuilder();
        Node windows = b.window(b.input("x", DType.F32, 2000, 2000), new int[] {0, 1}, new int[] {20, 15}, new int[] {1, 1}, new int[] {1, 1});
        b.output("y", b.sum(windows, 2, 3));
        b.output("z", b.sum(b.mul(windows, windows), 0, 1, 2, 3));
        Graph g = b.build();
        assertEquals(GraphPrinter.print(g), GraphPrinter.print(new FlattenShortRows().run(g)));
    }

    @Test
    void onlyShortRowsThatAreReducedWhole() {
        assertEquals(4, SumOrder.flattened(Shape.of(5, 29, 29, 6), List.of(0, 1, 2, 3)));
        assertEquals(2, SumOrder.flattened(Shape.of(9, 4, 100, 15), List.of(0, 2, 3)));
        // Rows of partials, rows that stay, too few elements, none at all.
        assertEquals(1, SumOrder.flattened(Shape.of(5, 29, 29, 16), List.of(0, 1, 2, 3)));
        assertEquals(1, SumOrder.flattened(Shape.of(5, 29, 29, 6), List.of(0, 1, 2)));
        assertEquals(1, SumOrder.flattened(Shape.of(1000, 15), List.of(1)));
        assertEquals(1, SumOrder.flattened(Shape.of(17, 15), List.of(0, 1)));
        assertEquals(1, SumOrder.flattened(Shape.of(0, 1000, 3), List.of(0, 1, 2)));
        assertEquals(1, SumOrder.flattened(Shape.of(), List.of()));
    }
}
