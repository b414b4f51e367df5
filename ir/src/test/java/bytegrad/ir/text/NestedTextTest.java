package bytegrad.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.Graph;
import bytegrad.ir.Op;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class NestedTextTest {
    private static final String STEP = """
            graph
            body @1
              c0: f32[2] = input "c0"
              next: f32[2] = neg(c0)
              output "y0" = c0
              update "c0" = next
            end
            c: f32[2] = input "c"
            """;
    private static final String SCAN = "scan(c) body=@1 length=3 reverse=false carries=1 scanned=0 result=";

    private static void refused(String message, String text) {
        assertEquals("<text>:" + message, assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(text)).getMessage());
    }

    @Test
    void aBodyIsPrintedOnceForAllResultsOfItsOp() {
        String text = STEP + "%1: f32[2] = " + SCAN + "0\n%2: f32[3,2] = " + SCAN + "1\noutput \"a\" = %1\noutput \"b\" = %2\n";
        Graph g = GraphParser.parse(text);
        assertEquals(text, GraphPrinter.print(g));
        assertSame(((Op.Scan) g.nodes().get(1).op()).body(), ((Op.Scan) g.nodes().get(2).op()).body());
    }

    @Test
    void mistakesAreNamed() {
        refused("9:26: there is no body @2 above", STEP + "y: f32[2] = " + SCAN.replace("@1", "@2") + "0\n");
        refused("9:13: scan of f32[2]: there is no result 3; it has 3", STEP + "y: f32[2] = " + SCAN + "3\n");
        refused("9:1: a body must stand before all nodes, and not inside of another", STEP + "body @2\n");
        refused("3:1: a body must stand before all nodes, and not inside of another", "graph\nbody @1\nbody @2\n");
        refused("3:1: expected an output or update line but found \"end\"", "graph\nbody @1\nend\n");
        refused("8:6: body @1 is defined above", STEP.substring(0, STEP.indexOf("c: f32")) + "body @1\n");
        refused("2:1: expected a node, output or update but found \"end\"", "graph\nend\n");
        refused("3:1: expected a node, output or update but found the end of the text", "graph\nbody @1\n");
        refused("2:6: expected \"@\" but found \"1\"", "graph\nbody 1\n");
        refused("9:13: scan of f32[2]: x0 is f32[2], and of 3 steps each needs a slice of it: its first axis must have 3 elements",
                STEP + "y: f32[2] = " + SCAN.replace("carries=1 scanned=0", "carries=0 scanned=1") + "0\n");
    }

    @Test
    void fewLinesCannotBeEndlessWork() {
        StringBuilder text = new StringBuilder("graph\nbody @0\nk0: f32[] = input \"k0\"\ny: f32[] = neg(k0)\noutput \"y0\" = y\nend\n");
        for (int k = 1; k < 60; k++) {
            text.append("body @").append(k).append("\nk0: f32[] = input \"k0\"\n%0: bool[] = constant true\n");
            String op = " = cond(%0, k0) then=@" + (k - 1) + " otherwise=@" + (k - 1) + " result=0\n";
            text.append("a: f32[]").append(op).append("output \"y0\" = a\nend\n");
        }
        String deep = text.toString();
        String message = String.valueOf(assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(deep))).getMessage());
        assertTrue(message.contains("with its bodies in place, the graph would have more than"), message);
    }

    @Test
    void bodiesMayNotBeTooDeep() {
        StringBuilder text = new StringBuilder("graph\nbody @0\nk0: f32[] = input \"k0\"\noutput \"y0\" = k0\nend\n");
        text.append("body @1000\ndy0: f32[] = input \"dy0\"\noutput \"dk0\" = dy0\nend\n");
        for (int k = 1; k < 70; k++) {
            text.append("body @").append(k).append("\nk0: f32[] = input \"k0\"\na: f32[] = custom(k0) body=@").append(k - 1)
                    .append(" vjp=@1000 result=0\noutput \"y0\" = a\nend\n");
        }
        String message = String.valueOf(assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(text.toString())).getMessage());
        assertTrue(message.contains("bodies are nested more than 64 levels deep"), message);
    }
}
