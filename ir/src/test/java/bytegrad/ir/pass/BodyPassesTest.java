package bytegrad.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import bytegrad.ir.Bodies;
import bytegrad.ir.Graph;
import bytegrad.ir.Op;
import bytegrad.ir.testing.Sample;
import bytegrad.ir.testing.Samples;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BodyPassesTest {
    private static final String SQUARE = """
            body @1
              k0: f64[3] = input "k0"
              %1: f64[3] = mul(k0, k0)
              output "y0" = %1
            end
            body @2
              k0: f64[3] = input "k0"
              dy0: f64[3] = input "dy0"
              %2: f64[3] = add(k0, dy0)
              output "dk0" = %2
            end
            x: f64[3] = input "x"
            """;

    @Test
    void aCustomBecomesItsBody() {
        Golden.rewrites(new InlineBodies(), SQUARE + "%1: f64[3] = custom(x) body=@1 vjp=@2 result=0\noutput \"y\" = %1\n",
                "x: f64[3] = input \"x\"\n%1: f64[3] = mul(x, x)\noutput \"y\" = %1\n");
    }

    @Test
    void aConditionThatIsKnownChooses() {
        String other = "body @2\n  k0: f64[3] = input \"k0\"\n  %1: f64[3] = neg(k0)\n  output \"y0\" = %1\nend\n";
        String bodies = SQUARE.substring(0, SQUARE.indexOf("body @2")) + other + "x: f64[3] = input \"x\"\n";
        for (boolean p : new boolean[] {true, false}) {
            Golden.rewrites(new InlineBodies(), bodies + "%1: bool[] = constant " + p + "\n%2: f64[3] = cond(%1, x) then=@1 otherwise=@2 result=0\noutput \"y\" = %2\n",
                    "x: f64[3] = input \"x\"\n%1: f64[3] = " + (p ? "mul(x, x)" : "neg(x)") + "\noutput \"y\" = %1\n");
        }
    }

    @Test
    void bodiesGoThroughThePassesToo() {
        Graph g = GraphParser.parse("""
                graph
                body @1
                  c0: f64[3] = input "c0"
                  %1: f64[3] = stop_gradient(c0)
                  %2: f64[3] = neg(%1)
                  %3: f64[3] = neg(%2)
                  output "y0" = %3
                  update "c0" = %2
                end
                x: f64[3] = input "x"
                %1: f64[3] = scan(x) body=@1 length=4 reverse=false carries=1 scanned=0 result=0
                %2: f64[4,3] = scan(x) body=@1 length=4 reverse=false carries=1 scanned=0 result=1
                output "a" = %1
                output "b" = %2
                """);
        Graph simple = Pipeline.standard().verifying().run(g);
        String text = GraphPrinter.print(simple);
        assertFalse(text.contains("stop_gradient"), text);
        List<Graph> bodies = simple.nodes().stream().filter(n -> n.op() instanceof Op.Nested).map(n -> Bodies.of((Op.Nested) n.op()).getFirst()).distinct().toList();
        assertEquals(1, bodies.size(), text);
        assertEquals(2, bodies.getFirst().nodes().size(), text);
        Golden.sameBits(g, simple);
    }

    @Test
    void samplesKeepTheirMeaning() {
        for (Sample s : Samples.all()) {
            if (s.graph().nodes().stream().anyMatch(n -> n.op() instanceof Op.Nested)) {
                Graph simple = Pipeline.standard().verifying().run(s.graph());
                assertFalse(simple.nodes().stream().anyMatch(n -> n.op() instanceof Op.Custom), s.name());
            }
        }
    }
}
