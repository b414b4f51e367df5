package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Adam;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.NumberException;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs that look for NaNs and infinities: which node is named, what is let through, and that nothing else changes. */
final class NumberChecksTest {
    /** A step whose logarithm is fused with all around it where nobody looks. */
    private static final Graph STEP = GraphParser.parse(
            """
            graph
            x: f32[3,7] = input "x"
            w: f32[7] = input "w"
            %0: f32[3,7] = broadcast(w) axes=[1]
            scaled: f32[3,7] = mul(x, %0)
            logs: f32[3,7] = log(scaled)
            %3: f32[3,7] = exp(logs)
            %4: f32[7] = reduce_sum(%3) axes=[0]
            %5: f32[7] = sub(w, %4)
            %6: f32[] = reduce_sum(logs) axes=[0,1]
            output "loss" = %6
            update "w" = %5
            """);

    private static float[] ones(int n) {
        float[] v = new float[n];
        Arrays.fill(v, 1);
        return v;
    }

    @ParameterizedTest
    @EnumSource(names = {"SCALAR", "BITS_256"})
    void theFirstNodeIsNamedAndStatesStay(Options.Simd simd) {
        Session s = Compiler.compileChecked(STEP, Options.DEFAULT.withSimd(simd)).newSession();
        float[] x = ones(21);
        s.set("x", x).set("w", ones(7)).run();
        assertEquals(0, s.scalar("loss"));
        float[] w = s.state("w").floats();
        assertEquals(-2, w[0]);
        s.set("w", ones(7));
        x[16] = -1;
        s.set("x", x);
        NumberException e = assertThrows(NumberException.class, s::run);
        assertEquals("logs", e.node());
        assertEquals(List.of(2, 2), e.index());
        assertTrue(Double.isNaN(e.value()));
        assertTrue(e.getMessage().startsWith("NaN in logs[2,2], f32[3,7] = log(scaled), 1 NaN of 21; its operands: scaled f32[3,7] finite (launched at Graph.kernels:"), e.getMessage());
        assertTrue(e.listing().orElseThrow().getMethodName().equals("steps"), e.listing().toString());
        assertArrayEquals(ones(7), s.state("w").floats());
        x[16] = 0;
        e = assertThrows(NumberException.class, s.set("x", x)::run);
        assertEquals("minus infinity in logs[2,2]", e.getMessage().substring(0, 27));
        // The session goes on.
        x[16] = 1;
        s.set("x", x).run();
    }

    @Test
    void whatWasSetIsLookedAt() {
        Session s = Compiler.compileChecked(STEP, Options.DEFAULT).newSession();
        float[] w = ones(7);
        w[3] = Float.NaN;
        NumberException e = assertThrows(NumberException.class, s.set("x", ones(21)).set("w", w)::run);
        assertEquals("NaN in w[3], f32[7], 1 NaN of 7: so it was set", e.getMessage());
        assertTrue(e.listing().isEmpty());
    }

    private static Session session(String graph, float... x) {
        return Compiler.compileChecked(GraphParser.parse(graph), Options.DEFAULT).newSession().set("x", x);
    }

    /** A mask of minus infinity, a pad of it, and a NaN that is selected on purpose. */
    @Test
    void constantsExplainWhatIsMadeOfThem() {
        session("""
                graph
                x: f32[4] = input "x"
                %1: f32[] = constant -inf
                %2: f32[4] = broadcast(%1) axes=[]
                %3: f32[] = constant 0.0
                %4: f32[4] = broadcast(%3) axes=[]
                %5: bool[4] = gt(x, %4)
                masked: f32[4] = select(%5, x, %2)
                %7: f32[4] = exp(masked)
                padded: f32[6] = pad(masked) low=[1] high=[1] interior=[0] fill=-inf
                %8: f32[] = reduce_max(padded) axes=[0]
                output "y" = %7
                output "most" = %8
                """, 1, -1, 2, -2).run();
        String nan = """
                graph
                x: f32[4] = input "x"
                %1: f32[] = constant nan
                %2: f32[4] = broadcast(%1) axes=[]
                %3: f32[] = constant 0.0
                %4: f32[4] = broadcast(%3) axes=[]
                %5: bool[4] = gt(x, %4)
                chosen: f32[4] = select(%5, x, %2)
                %7: f32[4] = add(chosen, chosen)
                output "y" = %7
                """;
        Session s = session(nan, 1, -1, 2, -2);
        s.run();
        assertTrue(Float.isNaN(s.get("y").floats()[1]));
    }

    /** An infinity less itself: the NaN is new though its operands are not finite. */
    @Test
    void aNanOfInfinitiesIsNew() {
        NumberException e = assertThrows(NumberException.class, session("""
                graph
                x: f32[2] = input "x"
                diff: f32[2] = sub(x, x)
                output "y" = diff
                """, 1, Float.POSITIVE_INFINITY)::run);
        assertEquals("diff", e.node());
        assertTrue(e.getMessage().contains("x f32[2] 1 infinite of 2"), e.getMessage());
    }

    @Test
    void aLoopIsLookedAtAsAWhole() {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 3, 2);
        Node last = Loops.scan(b, 3, false, List.of(b.input("h", DType.F32, 2)), List.of(x), (s, h, xs) -> {
            Node next = s.log(s.add(h.getFirst(), xs.getFirst()));
            return new Loops.Step(List.of(next), List.of());
        }).getFirst();
        b.output("y", b.label(last, "rolled"));
        Session s = Compiler.compileChecked(b.build(), Options.DEFAULT).newSession();
        s.set("h", new float[] {1, 1}).set("x", new float[] {1, 1, 1, 1, 1, 1}).run();
        NumberException e = assertThrows(NumberException.class, s.set("x", new float[] {1, 1, 1, -9, 1, 1})::run);
        assertEquals("rolled", e.node());
        assertEquals(List.of(1), e.index());
    }

    /** An optimiser keeps squares, of which it takes roots. */
    private static Tensor positive(Tensor t) {
        for (int k = 0; t.type() == ElementType.F32 && k < t.size(); k++) {
            t.floats()[k] = Math.abs(t.floats()[k]);
        }
        return t;
    }

    /** With every node on its own, and no pass, the bits are the same. */
    @Test
    void noBitChanges() {
        Graph g = FactsTest.perceptron(new Adam(1e-3), 9, 33, 10);
        Map<String, Value> in = RandomGraphs.inputs(g, 3);
        Session plain = Compiler.compile(g).newSession();
        Session checked = Compiler.compileChecked(g, Options.DEFAULT).newSession();
        for (Session s : List.of(plain, checked)) {
            in.forEach((name, v) -> s.set(name, positive(Three.tensor(v))));
            for (int k = 0; k < 3; k++) {
                s.run();
            }
        }
        plain.function().signature().states().forEach(s -> assertEquals(plain.state(s.name()), checked.state(s.name())));
        plain.function().signature().outputs().forEach(o -> assertEquals(plain.get(o.name()), checked.get(o.name())));
    }
}
