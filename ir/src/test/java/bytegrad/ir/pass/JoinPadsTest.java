package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import org.junit.jupiter.api.Test;

final class JoinPadsTest {
    private static final String PIECES = """
            x: f64[2,3] = input "x"
            z: f64[2,1] = input "z"
            %2: f64[2,8] = pad(z) low=[0,7] high=[0,0] interior=[0,0] fill=0.0
            %3: f64[2,8] = pad(x) low=[0,1] high=[0,4] interior=[0,0] fill=0.0
            """;
    private static final String JOINED = """
            x: f64[2,3] = input "x"
            z: f64[2,1] = input "z"
            %2: f64[] = constant 0.0
            %3: f64[2,1] = broadcast(%2) axes=[]
            %4: f64[2,3] = broadcast(%2) axes=[]
            %5: f64[2,3] = add(x, %4)
            %6: f64[2,1] = add(z, %3)
            %7: f64[2,8] = concat(%3, %5, %4, %6) axis=1
            """;

    private static void joins(String before, String after) {
        Golden.rewrites(new JoinPads(), before, after);
    }

    @Test
    void piecesApartBecomeAConcatWithZerosInTheGaps() {
        joins(PIECES + "%4: f64[2,8] = add(%2, %3)\noutput \"y\" = %4", JOINED + "output \"y\" = %7");
    }

    @Test
    void otherTermsKeepTheirPlace() {
        String more = "u: f64[2,8] = input \"u\"\nv: f64[2,8] = input \"v\"\n";
        joins(PIECES + more + "%6: f64[2,8] = add(u, %2)\n%7: f64[2,8] = add(%6, %3)\n%8: f64[2,8] = add(%7, v)\noutput \"y\" = %8",
                JOINED.replace("%2: f64[] =", more + "%2: f64[] =") + "%10: f64[2,8] = add(u, %7)\n%11: f64[2,8] = add(%10, v)\noutput \"y\" = %11");
        // (u + p) + v is not (u + v) + p once it is rounded.
        Golden.leaves(new JoinPads(), PIECES + more + "%6: f64[2,8] = add(u, %2)\n%7: f64[2,8] = add(%6, v)\n%8: f64[2,8] = add(%7, %3)\noutput \"y\" = %8");
    }

    @Test
    void piecesThatOverlapOrFillOrGrowAlongTwoAxesStay() {
        String x = "x: f64[2,3] = input \"x\"\nz: f64[2,3] = input \"z\"\n%2: f64[2,8] = pad(x) low=[0,1] high=[0,4] interior=[0,0] fill=0.0\n";
        Golden.leaves(new JoinPads(), x + "%3: f64[2,8] = pad(z) low=[0,3] high=[0,2] interior=[0,0] fill=0.0\n%4: f64[2,8] = add(%2, %3)\noutput \"y\" = %4");
        Golden.leaves(new JoinPads(), x + "%3: f64[2,8] = pad(z) low=[0,5] high=[0,0] interior=[0,0] fill=1.0\n%4: f64[2,8] = add(%2, %3)\noutput \"y\" = %4");
        Golden.leaves(new JoinPads(), x.replace("z: f64[2,3]", "z: f64[1,3]")
                + "%3: f64[2,8] = pad(z) low=[0,5] high=[1,0] interior=[0,0] fill=0.0\n%4: f64[2,8] = add(%2, %3)\noutput \"y\" = %4");
    }

    /** The gradient of T slices: no tensor of the whole size for each of them. */
    @Test
    void manyPiecesAreOneConcat() {
        GraphBuilder b = new GraphBuilder();
        int pieces = 3000;
        Node sum = b.pad(b.input("x0", DType.F32, 2, 1), new int[2], new int[] {0, pieces - 1}, 0);
        for (int t = 1; t < pieces; t++) {
            sum = b.add(sum, b.pad(b.input("x" + t, DType.F32, 2, 1), new int[] {0, t}, new int[] {0, pieces - 1 - t}, 0));
        }
        b.output("y", sum);
        Graph g = new JoinPads().run(b.build());
        assertEquals(1, g.nodes().stream().filter(n -> n.type().size() > 2).count());
        assertTrue(g.output("y").op() instanceof Op.Concat);
    }
}
