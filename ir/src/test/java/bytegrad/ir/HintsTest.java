package bytegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.pass.Pipeline;
import bytegrad.ir.text.Dot;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.ir.text.GraphSyntaxException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hints in the builder, through passes, and as text. */
final class HintsTest {
    private final GraphBuilder b = new GraphBuilder();
    private final Node x = b.input("x", DType.F32, 3, 5);

    private static void refused(String says, Executable call) {
        String message = assertThrows(GraphException.class, call).getMessage();
        assertTrue(message.contains(says) && message.contains("HintsTest.java:"), message);
    }

    /** Hints by label. */
    private static Map<String, String> hints(Graph g) {
        Map<String, String> hints = new TreeMap<>();
        g.hints().forEach((n, h) -> hints.put(g.nameOf(n), h.text()));
        return hints;
    }

    @Test
    void aSubgraphIsWhatItsFunctionAdds() {
        Node before = b.label(b.exp(x), "before");
        Node h = b.recompute(() -> {
            Node z = b.label(b.sin(b.exp(x)), "z");
            Node side = b.label(b.cos(z), "side");
            b.output("side", b.label(b.neg(side), "minus"));
            return b.label(b.add(b.label(b.tanh(z), "a"), x), "h");
        });
        b.output("y", b.mul(h, before));
        assertEquals(Map.of("z", "recompute@1", "a", "recompute@1", "side", "recompute@1", "h", "result@1", "minus", "result@1"), hints(b.build()));
    }

    @Test
    void whatIsNamedOrLastsOrWasSaidToBeKeptIsNoInside() {
        List<Node> made = b.recomputeAll(() -> {
            Node p = b.label(b.sin(x), "p");
            Node q = b.checkpoint(b.label(b.cos(p), "q"));
            Node r = b.label(b.tanh(q), "r");
            return List.of(p, b.label(b.exp(b.label(b.neg(r), "s")), "t"));
        });
        b.output("t", made.get(1));
        b.output("r", b.tanh(b.cos(made.getFirst())));
        assertEquals(Map.of("p", "result@1", "q", "checkpoint@1", "r", "result@1", "s", "recompute@1", "t", "result@1"), hints(b.build()));
    }

    @Test
    void whatTwoSubgraphsMakeIsKept() {
        Node first = b.recompute(() -> b.mul(b.label(b.exp(b.label(b.sin(x), "both")), "one"), x));
        Node second = b.recompute(() -> b.mul(b.label(b.cos(b.sin(x)), "two"), first));
        b.output("y", second);
        Map<String, String> hints = hints(b.build());
        assertEquals(List.of("result@1", "recompute@1", "recompute@2"), List.of(hints.get("both"), hints.get("one"), hints.get("two")));
    }

    @Test
    void aListsResultsAreWhatNoOtherNodeOfItReads() {
        Node z = b.label(b.sin(x), "z");
        Node a = b.label(b.tanh(z), "a");
        Node h = b.label(b.add(a, x), "h");
        b.recompute(List.of(h, z, a));
        b.output("y", b.exp(h));
        assertEquals(Map.of("z", "recompute@1", "a", "recompute@1", "h", "result@1"), hints(b.build()));
    }

    @Test
    void refusesWhatCannotBeHonoured() {
        Node z = b.sin(x);
        Node a = b.tanh(z);
        Node h = b.exp(a);
        Node c = b.constant(DType.F32, 2);
        Node other = new GraphBuilder().input("x", DType.F32, 3, 5);
        refused("checkpoint of input \"x\" f32[3,5]: it is not computed", () -> b.checkpoint(x));
        refused("checkpoint of constant", () -> b.checkpoint(c));
        refused("checkpoint: operand %0 f32[3,5] belongs to another graph", () -> b.checkpoint(other));
        refused("recompute of input \"x\"", () -> b.recompute(List.of(x, z, a)));
        refused("recompute: operand %0 f32[3,5] belongs to another graph", () -> b.recompute(List.of(z, other)));
        refused("nothing is inside of the subgraph", () -> b.recompute(List.of(z)));
        refused("it has no nodes of its own", () -> b.recompute(List.of()));
        refused("it has no nodes of its own", () -> b.recompute(() -> b.sin(x)));
        refused("nothing is inside of the subgraph", () -> b.recompute(() -> b.cos(x)));
        refused("tanh %2 f32[3,5] is not of the subgraph, but reads a node inside of it, and is needed by mul",
                () -> b.recompute(List.of(z, b.cos(z), b.mul(b.cos(z), a))));
        b.recompute(List.of(z, a, h));
        refused("it belongs to subgraph 1 already", () -> b.recompute(List.of(a, b.neg(a))));
        refused("it is inside of subgraph 1, of which nothing is to be kept", () -> b.checkpoint(a));
        b.checkpoint(h);
        Node kept = b.checkpoint(b.sqrt(x));
        refused("it is a checkpoint, which is kept", () -> b.recompute(List.of(kept, b.neg(kept))));
        refused("within the function of another recompute", () -> b.recompute(() -> b.recompute(() -> b.sin(b.cos(x)))));
        refused("nodes inside of a loop's or a condition's body take no hints", () -> Loops.scan(b, 3, false, List.of(x), List.of(), (s, carries, slices) ->
                new Loops.Step(List.of(s.checkpoint(s.sin(carries.getFirst()))), List.of())));
        refused("its body has the hint checkpoint on sin", () -> Loops.custom(b, List.of(x), (s, in) -> List.of(s.checkpoint(s.sin(in.getFirst()))),
                (s, in, ys, dys) -> dys));
        b.output("y", h);
        assertEquals(List.of("checkpoint@1", "recompute@1", "recompute@1"), hints(b.build()).values().stream().sorted().toList());
    }

    @Test
    void aFunctionThatFailsLeavesNoHint() {
        assertThrows(IllegalStateException.class, () -> b.recompute(() -> {
            b.output("y", b.sin(b.cos(x)));
            throw new IllegalStateException("no");
        }));
        Node h = b.recompute(() -> b.tanh(b.exp(x)));
        b.output("h", h);
        assertEquals(List.of("recompute@1", "result@1"), b.build().hints().values().stream().map(Hint::text).sorted().toList());
    }

    @Test
    void inliningGivesSubgraphsNumbersOfTheirOwn() {
        Node h = b.recompute(() -> b.tanh(b.checkpoint(b.exp(b.sin(x)))));
        b.output("h", h);
        Graph g = b.build();
        GraphBuilder c = new GraphBuilder();
        Node once = c.inline(g, Map.of("x", c.input("x", DType.F32, 3, 5))).outputs().get("h");
        Node twice = c.inline(g, Map.of("x", once)).outputs().get("h");
        c.output("y", c.neg(twice));
        List<String> texts = c.build().hints().values().stream().map(Hint::text).sorted().toList();
        assertEquals(List.of("checkpoint@1", "checkpoint@2", "recompute@1", "recompute@2", "result@1", "result@2"), texts);
        assertThrows(GraphException.class, () -> Loops.scan(c, 3, false, List.of(once), List.of(), (s, carries, slices) ->
                new Loops.Step(List.of(s.inline(g, Map.of("x", carries.getFirst())).outputs().get("h")), List.of())));
    }

    @Test
    void passesHandHintsOn() {
        // x·1 is x, which is of no subgraph; what the negations cancel to is the inside's own.
        Node h = b.recompute(() -> {
            Node z = b.label(b.sin(b.mul(x, b.constant(DType.F32, 1))), "z");
            Node a = b.label(b.tanh(b.neg(b.neg(z))), "a");
            return b.label(b.mul(a, b.constant(DType.F32, 1)), "h");
        });
        Node k = b.checkpoint(b.label(b.reshape(b.reshape(b.exp(h), 15), 5, 3), "k"));
        b.output("y", b.mul(k, b.reshape(h, 5, 3)));
        b.output("da", b.mul(b.neg(b.tanh(b.sin(x))), h));
        Graph g = Pipeline.standard().verifying().run(b.build());
        Map<String, String> hints = hints(g);
        // h is a, which is kept as h is.
        assertEquals(Map.of("z", "recompute@1", "a", "result@1", "k", "checkpoint"), hints);
        assertSame(g, g.withoutHints() == g ? null : g);
        assertTrue(g.withoutHints().hints().isEmpty());
        assertNotEquals(g, g.withoutHints());
    }

    @Test
    void textIsReadBack() {
        Node h = b.recompute(() -> b.tanh(b.checkpoint(b.exp(b.label(b.sin(x), "two words")))));
        b.output("h", b.checkpoint(b.neg(h)));
        Graph g = b.build();
        String text = GraphPrinter.print(g);
        Graph back = GraphParser.parse(text);
        assertEquals(text, GraphPrinter.print(back));
        assertEquals(hints(g), hints(back));
        assertTrue(text.contains("= sin(x) hint=recompute@1 label=\"two words\"\n"), text);
        assertTrue(text.contains("hint=checkpoint@1\n") && text.contains("hint=result@1\n") && text.contains("hint=checkpoint\n"), text);
        assertTrue(Dot.print(g).contains("recompute@1"), Dot.print(g));
        assertNotEquals(text, GraphPrinter.print(g.withoutHints()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            hint=                   | expected a hint (checkpoint, recompute@1 or result@1
            hint=keep               | expected a hint (checkpoint, recompute@1 or result@1
            hint=recompute          | expected "@"
            hint=recompute@         | expected the number of a subgraph
            hint=recompute@x        | expected the number of a subgraph
            hint=recompute@0        | count from 1
            hint=checkpoint@0       | count from 1
            hint=result@-1          | -1 is no number of a subgraph
            hint=result@1073741825  | 1073741825 is no number of a subgraph
            hint=result@99999999999 | expected the number of a subgraph
            hint=result@1 hint=checkpoint | expected the end of the line
            hunt=result@1           | expected "hint="
            """)
    void refusesHostileText(String hint, String says) {
        String text = "graph\nx: f32[2] = input \"x\"\n%1: f32[2] = sin(x) " + hint + "\noutput \"y\" = %1\n";
        String message = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse(text)).getMessage();
        assertTrue(message.contains(says) && message.contains(":3:"), message);
    }

    @Test
    void refusesHintsOnWhatTakesNone() {
        String input = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse("graph\nx: f32[2] = input \"x\" hint=checkpoint\noutput \"y\" = x\n")).getMessage();
        assertTrue(input.contains("hint checkpoint of input \"x\" f32[2]: it is not computed"), input);
        String twice = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse("""
                graph
                x: f32[2] = input "x"
                a: f32[2] = sin(x) hint=recompute@1
                c: f32[2] = sin(x) hint=checkpoint
                output "y" = c
                """)).getMessage();
        assertTrue(twice.contains("it has the hint recompute@1 already"), twice);
        String body = assertThrows(GraphSyntaxException.class, () -> GraphParser.parse("""
                graph
                body @1
                  c0: f32[2] = input "c0"
                  %1: f32[2] = sin(c0) hint=checkpoint
                  update "c0" = %1
                end
                """)).getMessage();
        assertTrue(body.contains("a node inside of body @1 takes no hint"), body);
    }
}
