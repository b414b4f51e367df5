package bytegrad.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import org.junit.jupiter.api.Test;

class DemandTest {
    @Test
    void countsWhatIsComputedAndWhatMustMove() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 3, 5);
        Node w = b.input("w", DType.F32, 5, 7);
        b.output("y", b.tanh(b.matmul(x, w)));
        b.update(w, b.add(w, w));
        Demand d = Demand.of(b.build());
        assertEquals(2 * 3 * 5 * 7, d.contractions());
        assertEquals(16 * 3 * 7 + 5 * 7, d.elements());
        // x and y once, w twice.
        assertEquals(4 * (3 * 5 + 3 * 7 + 2 * 5 * 7), d.bytes());
    }
}
