package bytegrad.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import org.junit.jupiter.api.Test;

class DotTest {
    @Test
    void aGraphIsDrawn() {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("w \"1\"\\", DType.F32, 3);
        Node y = b.label(b.sub(w, b.constant(DType.F32, 0.5)), "next");
        b.output("y", y);
        b.update(w, y);
        assertEquals("""
                digraph bytegrad {
                  node [shape=box, fontname="monospace"];
                  n0 [label="w \\"1\\"\\\\\\ninput\\nf32[3]", style=filled, fillcolor=lightgrey];
                  n1 [label="%1\\nconstant 0.5\\nf32[]", style=filled, fillcolor=lightgrey];
                  n2 [label="%2\\nbroadcast\\nf32[3]"];
                  n1 -> n2;
                  n3 [label="next\\nsub\\nf32[3]"];
                  n0 -> n3 [headlabel="0", fontsize=8];
                  n2 -> n3 [headlabel="1", fontsize=8];
                  out0 [label="output y", style=rounded];
                  n3 -> out0;
                  n3 -> n0 [label="update", style=dashed, constraint=false];
                }
                """, Dot.print(b.build()));
    }

    @Test
    void everyKindIsDrawn() {
        String dot = Dot.print(EveryKind.graph());
        assertTrue(dot.contains("scatter_add"));
        assertFalse(dot.contains("\u2028"));
    }
}
