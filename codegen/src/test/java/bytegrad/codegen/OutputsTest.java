package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Outputs that are another shape of something else. */
class OutputsTest {
    /** Both are one place in memory, which one kernel stores. */
    @Test
    void aReshapeOfWhatIsComputedIsThatInMemory() {
        GraphBuilder b = new GraphBuilder();
        Node z = b.contract(new Op.Contract(List.of(), List.of(), List.of(1), List.of(0)), b.input("x", DType.F32, 6, 4), b.input("w", DType.F32, 4, 10));
        b.output("y", b.reshape(z, Shape.of(3, 2, 10)));
        b.output("flat", b.reshape(z, Shape.of(60)));
        b.output("z", z);
        Graph g = b.build();
        assertEquals(1, Compiler.explain(g).launchCount());
        assertEquals(List.of(List.of(3, 2, 10), List.of(60), List.of(6, 10)), Compiler.compile(g).signature().outputs().stream().map(s -> s.shape()).toList());
        agrees(g);
    }

    /** An input's memory is the caller's, and what is only looked at otherwise is written anew. */
    @Test
    void othersAreCopied() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 6, 4);
        b.output("y", b.reshape(x, Shape.of(24)));
        b.output("turned", b.reshape(b.transpose(b.add(x, x), 1, 0), Shape.of(2, 12)));
        Graph g = b.build();
        assertEquals(List.of(List.of(24), List.of(2, 12)), Compiler.compile(g).signature().outputs().stream().map(s -> s.shape()).toList());
        agrees(g);
    }

    /** A state's new value, too. */
    @Test
    void ofANewValue() {
        GraphBuilder b = new GraphBuilder();
        Node s = b.input("s", DType.F32, 4, 5);
        Node next = b.add(s, b.mul(s, b.input("x", DType.F32, 4, 5)));
        b.update(s, next);
        b.output("y", b.reshape(next, Shape.of(20)));
        agrees(b.build());
    }

    private static void agrees(Graph g) {
        assertEquals(Optional.empty(), Agreement.failure(g, RandomGraphs.inputs(g, 1), Agreement.all()), GraphPrinter.print(g));
    }
}
