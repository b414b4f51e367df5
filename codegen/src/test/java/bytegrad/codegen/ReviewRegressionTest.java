package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Graphs that once went wrong, found by reading the code. */
class ReviewRegressionTest {
    private static Map<String, Value> inputs(Graph g) {
        Map<String, Value> in = new LinkedHashMap<>();
        for (Node n : g.inputs()) {
            double[] v = new double[n.shape().size()];
            for (int i = 0; i < v.length; i++) {
                v[i] = (i * 7 % 11 - 5) / 4.0;
            }
            in.put(g.nameOf(n), Value.of(TensorType.of(n.dtype(), n.shape().toArray()), v));
        }
        return in;
    }

    private static void check(GraphBuilder b) {
        Graph g = b.build();
        Map<String, Value> in = inputs(g);
        for (Options.Simd simd : List.of(Options.Simd.BITS_512, Options.Simd.SCALAR)) {
            for (boolean passes : new boolean[] {true, false}) {
                Compilation c = Compilation.of(g, Options.DEFAULT.withSimd(simd).withPasses(passes).withVerification(true));
                Map<String, Value> code = Three.bytecode(c, in);
                assertEquals(List.of(), Three.differences(Three.kernels(c, in), code, 0, 0));
                assertEquals(List.of(), Three.differences(Three.interpret(g, in), code, 2e-5, 1e-12));
            }
        }
    }

    /** The index of an empty reshape means nothing, and was hoisted out of its loop as a load behind the buffer. */
    @Test
    void anEmptySliceSeenThroughAReshape() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 4);
        Node r = b.reshape(b.slice(x, 0, 4, 4), Shape.of(0, 2));
        b.output("y", b.exp(r));
        b.output("s", b.sum(r, 0));
        check(b);
    }

    /** The stride of a slice of one element reached an index, and overflowed there. */
    @Test
    void aSliceOfOneElementWithAnEnormousStride() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.reshape(b.input("x", DType.F32, 16), Shape.of(4, 4));
        int far = Integer.MAX_VALUE;
        Node s = b.slice(x, new int[] {1, 2}, new int[] {4, 4}, new int[] {far, far});
        b.output("y", b.concat(0, s, s));
        b.output("p", b.matmul(s, b.slice(x, 0, 0, 1)));
        check(b);
    }

    /** Views were followed by recursion, here and where a merge asks what it costs to compute a result again. */
    @Test
    void aChainOfThousandsOfViews() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 6, 6);
        for (int k = 0; k < 20_000; k++) {
            x = b.flip(b.transpose(x, 1, 0), 0);
        }
        Node h = b.tanh(x);
        b.output("h", h);
        b.output("r", b.mul(b.broadcast(b.sum(h, 1), Shape.of(6, 6), 0), b.flip(h, 1)));
        Compilation.of(b.build(), Options.DEFAULT.withPasses(false));
    }

    /** Every part of a concat was written by one method, which became too long. */
    @Test
    void aConcatOfHundredsOfParts() {
        GraphBuilder b = new GraphBuilder();
        Node[] parts = new Node[230];
        for (int k = 0; k < parts.length; k++) {
            parts[k] = b.input("x" + k, DType.F32, 2, 3 + k % 17);
        }
        b.output("y", b.concat(1, parts));
        check(b);
    }

    @Test
    void moreMemoryThanASlabHolds() {
        GraphBuilder b = new GraphBuilder();
        for (int k = 0; k < 20; k++) {
            b.output("y" + k, b.exp(b.input("x" + k, DType.F32, Integer.MAX_VALUE)));
        }
        String message = assertThrows(ArenaLimitException.class, () -> Compilation.of(b.build(), Options.DEFAULT)).getMessage();
        assertTrue(message.contains("f32") && message.contains("memory budget"), message);
    }

    /** The count of elements overflowed to 0, so that the shape passed for an empty one. */
    @Test
    void aShapeOfManyMoreElementsThanALongCounts() {
        assertThrows(GraphException.class, () -> Shape.of(1 << 20, 1 << 20, 1 << 24));
    }

    @Test
    void twoToThe63IsNoI64() {
        assertThrows(GraphException.class, () -> Literal.of(DType.I64, 0x1p63));
    }

    @Test
    void shapesTooLargeAndFillsThatDoNotFitNameTheOp() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.I32, 1 << 16);
        Op.Contract outer = new Op.Contract(List.of(), List.of(), List.of(), List.of());
        assertTrue(String.valueOf(assertThrows(GraphException.class, () -> b.contract(outer, x, x)).getMessage()).startsWith("contract of i32[65536]"));
        assertTrue(String.valueOf(assertThrows(GraphException.class, () -> b.pad(x, new int[1], new int[1], 0.5)).getMessage()).startsWith("pad of i32[65536]"));
    }
}
