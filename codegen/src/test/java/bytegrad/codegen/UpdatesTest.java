package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.Graph;
import bytegrad.ir.Op;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.InterpreterSession;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** States and their new values, over several steps: every reader of a step sees the old value, however it is written. */
final class UpdatesTest {
    private static final int STEPS = 4;

    /** Runs steps in all ways; returns how each state takes its new value when fused. */
    private static Map<String, String> check(String text) {
        Graph g = GraphParser.parse(text);
        Agreement.ways(Agreement.EXTREMES).forEach(way -> steps(g, way));
        return Compiler.explain(g, Options.DEFAULT.withSimd(Options.Simd.SCALAR)).updates().stream()
                .collect(Collectors.toMap(Explanation.StateUpdate::state, Explanation.StateUpdate::way));
    }

    private static void steps(Graph g, Options way) {
        Map<String, Value> in = RandomGraphs.inputs(g, 1);
        Set<String> states = g.updates().stream().map(Graph.Update::name).collect(Collectors.toSet());
        Map<String, Value> initial = new HashMap<>(in);
        initial.keySet().retainAll(states);
        InterpreterSession reference = new InterpreterSession(g, initial);
        CompiledFunction f = Compiler.compile(g, way);
        Session s = f.newSession();
        in.forEach((name, v) -> s.set(name, Three.tensor(v)));
        Map<String, Value> each = new HashMap<>(in);
        each.keySet().removeAll(states);
        for (int step = 1; step <= STEPS; step++) {
            Interpreter.Result r = reference.step(each);
            s.run();
            List<String> d = Three.differences(Three.results(r), Three.results(f, s), 1e-5, 1e-12);
            assertEquals(List.of(), d, Agreement.name(way) + " step " + step + " of\n" + bytegrad.ir.text.GraphPrinter.print(g));
        }
    }

    @Test
    void oneIsWrittenOverTheOtherIsCopiedWhereTheyDependOnEachOther() {
        Map<String, String> ways = check(
                """
                graph
                a: f32[33] = input "a"
                b: f32[33] = input "b"
                %2: f32[33] = sin(b)
                %3: f32[33] = cos(a)
                update "a" = %2
                update "b" = %3
                """);
        assertEquals(Set.of("in place", "copied"), Set.copyOf(ways.values()), ways.toString());
    }

    @Test
    void twoStatesSwap() {
        check(
                """
                graph
                a: f32[33] = input "a"
                b: f32[33] = input "b"
                update "a" = b
                update "b" = a
                """);
    }

    @Test
    void threeStatesRotate() {
        check(
                """
                graph
                a: f32[5] = input "a"
                b: f32[5] = input "b"
                c: f32[5] = input "c"
                output "sum" = c
                update "a" = b
                update "b" = c
                update "c" = a
                """);
    }

    @Test
    void aStateStaysAsItIs() {
        assertEquals(Map.of("a", "unchanged", "b", "in place"), check(
                """
                graph
                a: f32[7] = input "a"
                b: f32[7] = input "b"
                %2: f32[7] = add(b, a)
                output "y" = %2
                update "a" = a
                update "b" = %2
                """));
    }

    @Test
    void twoStatesTakeOneValue() {
        check(
                """
                graph
                a: f32[20] = input "a"
                b: f32[20] = input "b"
                %2: f32[20] = add(a, b)
                %3: f32[20] = tanh(%2)
                update "a" = %3
                update "b" = %3
                """);
    }

    @Test
    void aStateIsAnOutputToo() {
        check(
                """
                graph
                a: f32[20] = input "a"
                %1: f32[20] = sin(a)
                output "new" = %1
                output "old" = a
                update "a" = %1
                """);
    }

    @Test
    void theOldValueIsReadByAnotherOutput() {
        check(
                """
                graph
                a: f32[4,5] = input "a"
                %1: f32[4,5] = sin(a)
                %2: f32[5] = reduce_sum(a) axes=[0]
                %3: f32[5] = reduce_sum(%1) axes=[0]
                %4: f32[5] = mul(%2, %3)
                output "y" = %4
                update "a" = %1
                """);
    }

    @Test
    void aContractionReadsTheStateItUpdates() {
        assertEquals(Map.of("w", "copied"), check(
                """
                graph
                w: f32[9,9] = input "w"
                %1: f32[9,9] = contract(w, w) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                %2: f32[9,9] = tanh(%1)
                update "w" = %2
                """));
    }

    @Test
    void aContractionsEpilogueWritesTheStateItReads() {
        assertEquals(Map.of("w", "in place"), check(
                """
                graph
                x: f32[6,9] = input "x"
                w: f32[9,20] = input "w"
                dy: f32[6,20] = input "dy"
                %3: f32[9,20] = contract(x, dy) left_batch=[] right_batch=[] left_contract=[0] right_contract=[0]
                %4: f32[] = constant -0.1
                %5: f32[9,20] = broadcast(%4) axes=[]
                %6: f32[9,20] = fma(%3, %5, w)
                update "w" = %6
                """));
    }

    @Test
    void elementsMove() {
        check(
                """
                graph
                a: f32[6] = input "a"
                b: f32[3,4] = input "b"
                %2: f32[6] = flip(a) axes=[0]
                %3: f32[4,3] = transpose(b) axes=[1,0]
                %4: f32[3,4] = reshape(%3)
                update "a" = %2
                update "b" = %4
                """);
    }

    @Test
    void aBufferIsShifted() {
        check(
                """
                graph
                a: f32[20] = input "a"
                x: f32[1] = input "x"
                %2: f32[19] = slice(a) starts=[1] limits=[20] strides=[1]
                %3: f32[20] = concat(%2, x) axis=0
                %4: f32[] = reduce_sum(a) axes=[0]
                output "y" = %4
                update "a" = %3
                """);
    }

    @Test
    void rowsArePutWhereIndicesSay() {
        Graph g = GraphParser.parse(
                """
                graph
                table: f32[5,3] = input "table"
                i: i32[4] = input "i"
                d: f32[4,3] = input "d"
                %3: f32[4,3] = gather(table, i) axis=0 batch=0
                %4: f32[4,3] = mul(%3, d)
                zero: f32[] = constant 0.0
                zeros: f32[5,3] = broadcast(zero) axes=[]
                %7: f32[5,3] = scatter_add(zeros, %4, i) axis=0 batch=0
                %8: f32[5,3] = add(table, %7)
                update "table" = %8
                """);
        assertEquals("i", ((Op.Input) g.inputs().get(1).op()).name());
        Agreement.ways(Agreement.EXTREMES).forEach(way -> steps(g, way));
    }

    @Test
    void constantsAndCounters() {
        check(
                """
                graph
                n: i64[] = input "n"
                a: f32[3] = input "a"
                %2: i64[] = constant 1
                %3: i64[] = add(n, %2)
                %4: f32[3] = constant [1.0, 2.0, 3.0]
                output "count" = %3
                update "n" = %3
                update "a" = %4
                """);
    }
}
