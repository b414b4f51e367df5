package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PlaceWindowsTest {
    private static final Pass PASS = new PlaceWindows();

    /** A pooling's gradient: two of five rows and columns are a window, the last of each belongs to none. */
    @Test
    void windowsNextToEachOther() {
        Golden.rewrites(PASS,
                """
                x: f64[1,2,2,3,2,2] = input "x"
                %1: f64[1,5,5,3] = overlap_add(x) axes=[1,2] sizes=[2,2] strides=[2,2] dilations=[1,1]
                output "y" = %1
                """,
                """
                x: f64[1,2,2,3,2,2] = input "x"
                %1: f64[] = constant 0.0
                %2: f64[1,2,2,3,2,2] = broadcast(%1) axes=[]
                %3: f64[1,2,2,3,2,2] = add(x, %2)
                %4: f64[1,2,2,2,2,3] = transpose(%3) axes=[0,1,4,2,5,3]
                %5: f64[1,4,4,3] = reshape(%4)
                %6: f64[1,5,5,3] = pad(%5) low=[0,0,0,0] high=[0,1,1,0] interior=[0,0,0,0] fill=0.0
                output "y" = %6
                """);
    }

    /** Taps 2 apart in windows 5 apart, of which the last has no gap behind it. */
    @Test
    void gapsAreZeros() {
        Golden.rewrites(PASS,
                """
                x: f64[3,2] = input "x"
                %1: f64[13] = overlap_add(x) axes=[0] sizes=[2] strides=[5] dilations=[2]
                output "y" = %1
                """,
                """
                x: f64[3,2] = input "x"
                %1: f64[] = constant 0.0
                %2: f64[3,2] = broadcast(%1) axes=[]
                %3: f64[3,2] = add(x, %2)
                %4: f64[3,5] = pad(%3) low=[0,0] high=[0,2] interior=[0,1] fill=0.0
                %5: f64[15] = reshape(%4)
                %6: f64[13] = slice(%5) starts=[0] limits=[13] strides=[1]
                output "y" = %6
                """);
    }

    @Test
    void windowsThatOverlapStay() {
        Golden.leaves(PASS,
                """
                x: f64[3,4,2,3] = input "x"
                %1: f64[6,9] = overlap_add(x) axes=[0,1] sizes=[2,3] strides=[2,2] dilations=[1,1]
                output "y" = %1
                """);
    }

    @Test
    void anyWindowsKeepEveryBit() {
        SplittableRandom random = new SplittableRandom(11);
        int placed = 0;
        for (int draw = 0; draw < 300; draw++) {
            int[] size = new int[2];
            int[] stride = new int[2];
            int[] dilation = new int[2];
            int[] count = new int[2];
            int[] extent = new int[2];
            boolean apart = true;
            for (int k = 0; k < 2; k++) {
                size[k] = random.nextInt(1, 4);
                dilation[k] = random.nextInt(1, 3);
                stride[k] = random.nextInt(1, 6);
                int span = (size[k] - 1) * dilation[k] + 1;
                extent[k] = span + random.nextInt(9);
                count[k] = (extent[k] - span) / stride[k] + 1;
                apart &= span <= stride[k] || count[k] == 1;
            }
            GraphBuilder b = new GraphBuilder();
            Op.Window w = new Op.Window(List.of(0, 2), List.of(size[0], size[1]), List.of(stride[0], stride[1]), List.of(dilation[0], dilation[1]));
            Node x = b.input("x", DType.F64, count[0], 2, count[1], size[0], size[1]);
            b.output("y", b.overlapAdd(x, w, Shape.of(extent[0], 2, extent[1])));
            Graph from = b.build();
            Graph to = PASS.run(from);
            Verify.check(from, to);
            Golden.sameBits(from, to);
            assertEquals(apart, to.nodes().stream().noneMatch(n -> n.op() instanceof Op.OverlapAdd), GraphPrinter.print(from));
            placed += apart ? 1 : 0;
        }
        assertTrue(placed > 50, placed + " of 300 were placed");
    }
}
