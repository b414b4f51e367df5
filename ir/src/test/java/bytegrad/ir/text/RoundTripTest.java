package bytegrad.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.testing.Samples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoundTripTest {
    @Test
    void everyKindComesBack() {
        assertRoundTrip(EveryKind.graph());
    }

    /** A new kind of op that {@link EveryKind} forgets fails here; one that the parser forgets fails above. */
    @Test
    void everyKindIsTried() {
        Set<Class<?>> kinds = new HashSet<>();
        EveryKind.graph().nodes().forEach(n -> kinds.add(n.op().getClass()));
        assertEquals(Set.copyOf(leaves(Op.class).toList()), kinds);
    }

    @Test
    void samplesComeBack() {
        Samples.all().forEach(s -> assertRoundTrip(s.graph()));
    }

    @Test
    void randomGraphsComeBack() {
        for (long seed = Samples.SEED; seed < Samples.SEED + 300; seed++) {
            assertRoundTrip(RandomGraphs.graph(seed));
        }
    }

    private static Stream<Class<?>> leaves(Class<?> type) {
        return type.isSealed() ? Stream.of(type.getPermittedSubclasses()).flatMap(RoundTripTest::leaves) : Stream.of(type);
    }

    @Test
    void labelsComeBack() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.label(b.input("x", DType.F32, 3), "x");
        Node y = b.label(b.input("y", DType.F32, 3), "rows");
        Node z = b.input("z", DType.F32, 3);
        Node output = b.input("output", DType.F32, 3);
        Node sum = b.label(b.add(x, y), "same");
        Node difference = b.label(b.sub(x, y), "same");
        Node clash = b.label(b.mul(x, y), "z");
        Node free = b.label(b.div(clash, z), "with spaces");
        Node reserved = b.label(b.max(free, output), "output");
        Node path = b.label(b.min(reserved, z), "block.1/layer_2");
        Node empty = b.label(b.neg(path), "");
        b.output("sum", sum);
        b.output("difference", difference);
        b.output("empty", empty);
        Graph g = b.build();
        assertRoundTrip(g);
        assertEquals("""
                graph
                %0: f32[3] = input "x" label="x"
                rows: f32[3] = input "y"
                z: f32[3] = input "z"
                %3: f32[3] = input "output"
                same: f32[3] = add(%0, rows)
                %5: f32[3] = sub(%0, rows) label="same"
                %6: f32[3] = mul(%0, rows) label="z"
                %7: f32[3] = div(%6, z) label="with spaces"
                %8: f32[3] = max(%7, %3) label="output"
                block.1/layer_2: f32[3] = min(%8, z)
                %10: f32[3] = neg(block.1/layer_2) label=""
                output "sum" = same
                output "difference" = %5
                output "empty" = %10
                """, GraphPrinter.print(g));
    }

    @Test
    void anInputNamedLikeAnEarlierLabelStaysUnlabelled() {
        GraphBuilder b = new GraphBuilder();
        Node t = b.label(b.constant(DType.F32, 1), "x");
        b.output("y", b.add(t, b.input("x", DType.F32)));
        Graph g = b.build();
        assertRoundTrip(g);
        assertEquals(1, g.labels().size());
    }

    @Test
    void aTensorOfManyElementsComesBack() {
        float[] values = new float[100_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(i * 42_949);
        }
        GraphBuilder b = new GraphBuilder();
        b.output("c", b.constant(Literal.of(Shape.of(100, 1000), values)));
        assertRoundTrip(b.build());
    }

    @Test
    void spacesBlankLinesAndCommentsAreFree() {
        Graph g = GraphParser.parse("""

                # a model
                graph   # its start\r
                \tx:f32[ 2 , 3 ]=input"x"# the data

                y  :  f32 [ 3 ,2 ]  =  transpose ( x )  axes = [ 1 , 0 ]
                output"y"=y
                """);
        assertEquals("graph\nx: f32[2,3] = input \"x\"\ny: f32[3,2] = transpose(x) axes=[1,0]\noutput \"y\" = y\n", GraphPrinter.print(g));
    }

    @Test
    void whatNothingNeedsIsLeftOut() {
        Graph g = GraphParser.parse("graph\nx: f32[] = input \"x\"\ny: f32[] = neg(x)\nz: f32[] = exp(x)\noutput \"z\" = z");
        assertEquals(2, g.nodes().size());
    }

    @Test
    void twoNamesForOneNodeAreOneNode() {
        Graph g = GraphParser.parse("graph\nx: f32[] = input \"x\"\n%1: f32[] = neg(x)\n%2: f32[] = neg(x)\n%3: f32[] = add(%1, %2)\noutput \"z\" = %3");
        assertEquals(3, g.nodes().size());
    }

    @Test
    void aFileIsRead(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("m.graph");
        // Lone surrogates and the like are escaped, so that UTF-8 carries every name.
        Files.writeString(file, GraphPrinter.print(EveryKind.graph()));
        assertSame(EveryKind.graph(), GraphParser.parse(file));
    }

    @Test
    void aLongChainNeedsNoStack() {
        StringBuilder text = new StringBuilder("graph\n%0: f32[1024] = input \"x\"\n");
        int n = 20_000;
        for (int i = 1; i <= n; i++) {
            text.append("%").append(i).append(": f32[1024] = ").append(i % 2 == 0 ? "tanh" : "exp").append("(%").append(i - 1).append(")\n");
        }
        text.append("output \"y\" = %").append(n).append('\n');
        Graph g = GraphParser.parse(text.toString());
        assertEquals(text.toString().replace("%0", "x"), GraphPrinter.print(g));
    }

    static void assertRoundTrip(Graph g) {
        String text = GraphPrinter.print(g);
        Graph back = GraphParser.parse(text);
        assertSame(g, back);
        assertEquals(text, GraphPrinter.print(back));
    }

    /** Equal in structure: ops, types, operands, outputs and updates in order, labels. */
    static void assertSame(Graph a, Graph b) {
        assertEquals(a.nodes().size(), b.nodes().size());
        for (Node n : a.nodes()) {
            Node m = b.nodes().get(n.id());
            if (n.op() instanceof Op.Nested x && m.op() instanceof Op.Nested y) {
                assertEquals(Bodies.with(x, Bodies.of(y)), y);
                for (int k = 0; k < Bodies.of(x).size(); k++) {
                    assertSame(Bodies.of(x).get(k), Bodies.of(y).get(k));
                }
            } else {
                assertEquals(n.op(), m.op());
            }
            assertEquals(n.type(), m.type());
            assertEquals(ids(n.inputs()), ids(m.inputs()));
            assertEquals(a.labels().get(n), b.labels().get(m));
        }
        assertEquals(List.copyOf(a.outputs().keySet()), List.copyOf(b.outputs().keySet()));
        assertEquals(ids(a.outputs().values()), ids(b.outputs().values()));
        assertEquals(ids(a.updates().stream().map(Graph.Update::state).toList()), ids(b.updates().stream().map(Graph.Update::state).toList()));
        assertEquals(ids(a.updates().stream().map(Graph.Update::value).toList()), ids(b.updates().stream().map(Graph.Update::value).toList()));
    }

    private static List<Integer> ids(Collection<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }
}
