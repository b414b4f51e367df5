package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.InterpreterSession;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.Bfloat16;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Sessions of graphs with u8, i8, i16 and bf16. */
final class StorageTypesTest {
    private static Session session(GraphBuilder b) {
        return Compiler.compile(b.build(), Options.DEFAULT).newSession();
    }

    /** Every bf16 as f32, and every one of those rounded again. */
    @Test
    void all65536ComeBack() {
        GraphBuilder b = new GraphBuilder();
        Node h = b.input("h", DType.BF16, 1 << 16);
        b.output("wide", b.cast(h, DType.F32));
        b.output("back", b.cast(b.input("x", DType.F32, 1 << 16), DType.BF16));
        Session s = session(b);
        short[] bits = new short[1 << 16];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (short) i;
        }
        s.set("h", bits).set("x", Bfloat16.toFloats(bits)).run();
        assertEquals(Tensor.of(Bfloat16.toFloats(bits), 1 << 16), s.get("wide"));
        assertEquals(Tensor.ofBfloat16(bits, 1 << 16), s.get("back"));
        assertEquals(Tensor.ofBfloat16(Bfloat16.toFloats(bits), 1 << 16), s.get("back"));
    }

    /** A training step on parameters and data in storage types: what is written over, what is copied, over several steps. */
    private static Graph step() {
        GraphBuilder b = new GraphBuilder();
        Node pixels = b.input("pixels", DType.U8, 7, 17);
        Node x = b.mul(b.cast(pixels, DType.BF16), 1.0 / 256);
        Node w = b.input("w", DType.BF16, 17, 5);
        Node bias = b.input("bias", DType.BF16, 5);
        Node loss = Losses.softmaxCrossEntropy(b, Layers.dense(b, x, w, bias), b.cast(b.input("labels", DType.U8, 7), DType.I32));
        List<Node> g = Gradient.of(b, loss, List.of(w, bias));
        b.update(w, b.sub(w, b.mul(g.get(0), 0.125)));
        b.update(bias, b.sub(bias, b.mul(g.get(1), 0.125)));
        // A counter that wraps, and data that turn.
        Node count = b.input("count", DType.U8);
        b.update(count, b.cast(b.add(b.cast(count, DType.I32), b.constant(DType.I32, 100)), DType.U8));
        b.update(pixels, b.flip(pixels, 0, 1));
        Node sound = b.input("sound", DType.I16, 9);
        Node echo = b.input("echo", DType.I16, 9);
        b.update(sound, echo);
        b.update(echo, sound);
        b.output("loss", loss);
        return b.build();
    }

    @Test
    void statesInEveryWay() {
        Graph g = step();
        Set<String> states = g.updates().stream().map(Graph.Update::name).collect(Collectors.toSet());
        Map<String, Value> in = new HashMap<>(RandomGraphs.inputs(g, 1));
        in.put("labels", Value.ofLongs(bytegrad.ir.TensorType.of(DType.U8, 7), 0, 1, 2, 3, 4, 0, 1));
        Map<String, Value> initial = new HashMap<>(in);
        initial.keySet().retainAll(states);
        Map<String, Value> each = new HashMap<>(in);
        each.keySet().removeAll(states);
        List<List<Map<String, Value>>> all = new ArrayList<>();
        for (Options way : Agreement.ways(Agreement.WIDTHS)) {
            InterpreterSession reference = new InterpreterSession(g, initial);
            Session s = Compiler.compile(g, way).newSession();
            in.forEach((name, v) -> s.set(name, Three.tensor(v)));
            List<Map<String, Value>> steps = new ArrayList<>();
            for (int step = 0; step < 4; step++) {
                Interpreter.Result r = reference.step(each);
                s.run();
                steps.add(Three.results(s.function(), s));
                assertEquals(List.of(), Three.differences(Three.results(r), steps.getLast(), 0x1p-6, 0), Agreement.name(way) + " step " + step);
            }
            all.add(steps);
        }
        // Rounded alike whether stored or inlined.
        all.forEach(steps -> assertEquals(all.getFirst(), steps));
        assertEquals(in.get("pixels"), all.getFirst().get(3).get("state pixels"));
    }

    @Test
    void elementsGoInAndOut() {
        GraphBuilder b = new GraphBuilder();
        for (DType t : List.of(DType.U8, DType.I8, DType.I16, DType.BF16)) {
            b.output("y_" + t.text(), b.flip(b.input(t.text(), t, 3), 0));
        }
        b.output("mean", b.div(b.sumAll(b.input("scalars", DType.BF16, 4)), b.constant(DType.BF16, 4)));
        Session s = session(b);
        s.set("u8", new byte[] {1, -1, 3});
        s.bytes("i8").put(new byte[] {1, -1, -128});
        s.shorts("i16").put(new short[] {1, -32768, 3});
        s.set("bf16", Tensor.ofBfloat16(new float[] {1, 3.14159f, -2}, 3));
        s.set("scalars", Bfloat16.ofFloats(1, 2, 3, 4));
        s.run();
        assertEquals(Tensor.ofUnsigned(new byte[] {3, -1, 1}, 3), s.get("y_u8"));
        assertArrayEquals(new int[] {3, 255, 1}, s.get("y_u8").widened().ints());
        assertEquals("u8[3] {3, 255, 1}", s.get("y_u8").toString());
        assertEquals(Tensor.of(new byte[] {-128, -1, 1}, 3), s.get("y_i8"));
        assertEquals(Tensor.of(new short[] {3, -32768, 1}, 3), s.get("y_i16"));
        assertEquals("bf16[3] {-2.0, 3.140625, 1.0}", s.get("y_bf16").toString());
        assertArrayEquals(new float[] {-2, 3.140625f, 1}, s.get("y_bf16").widened().floats());
        assertEquals(2.5, s.scalar("mean"));
        short[] into = new short[3];
        s.read("y_bf16", into);
        assertEquals(3.140625f, Bfloat16.toFloat(into[1]));
        assertEquals("u8", assertThrows(InputException.class, () -> s.set("u8", Tensor.of(new byte[3], 3))).tensor());
        assertThrows(InputException.class, () -> s.set("i16", new byte[3]));
        assertThrows(InputException.class, () -> s.shorts("u8"));
        assertThrows(InputException.class, () -> s.set("bf16", new float[3]));
    }

    /** A line of 64 bytes holds 64 of u8, 32 of bf16. */
    @Test
    void slabsAreAsSmallAsTheirElements() {
        GraphBuilder b = new GraphBuilder();
        for (DType t : List.of(DType.U8, DType.I8, DType.I16, DType.BF16)) {
            b.output("y_" + t.text(), b.flip(b.input(t.text(), t, 64_000), 0));
        }
        Explanation e = Compiler.explain(b.build(), Options.DEFAULT);
        assertTrue(e.memory().arenaBytes() < 2 * 64_000 * 6 + 4096, e.memory().toString());
    }

    @Test
    void gradientsOfSamples() {
        for (String name : List.of("dense bf16 and relu", "softmax bf16[4,17]", "matmul bf16[17, 33, 19]")) {
            var sample = bytegrad.ir.testing.Samples.named(name);
            Graph g = Gradients.of(sample.graph(), sample.arguments().stream().map(a -> a.name()).toList());
            Map<String, Value> in = sample.inputs(1);
            Optional<String> failure = Agreement.failure(g, List.of(new Agreement.Trial(in, false)), Agreement.everyWidthAndOtherwiseExtremes());
            assertEquals(Optional.empty(), failure, name);
        }
    }
}
