package bytegrad.autodiff.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.Bfloat16;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What goes on around the optimiser. */
class DescentTest {
    private static double[] ones(int n) {
        double[] f = new double[n];
        Arrays.fill(f, 1);
        return f;
    }

    private static double[] p(Map<String, Value> after) {
        return after.get("p").doubles();
    }

    // ---- schedules

    @Test
    void theRateIsScheduledByTheStep() {
        Descent d = Descent.by(new Sgd(0.004)).schedule(new Schedule.Step(3, 0.5));
        List<Map<String, Value>> trace = Quartic.byGraph(d, ones(20));
        double[] p = Quartic.START.clone();
        for (int t = 0; t < 20; t++) {
            double rate = 0.004 * Math.pow(0.5, t / 3);
            for (int i = 0; i < p.length; i++) {
                p[i] -= rate * Quartic.gradient(p[i], i);
            }
            assertEquals(rate, trace.get(t).get("rate").at(0), 1e-18);
            assertArrayEquals(p, p(trace.get(t)), 1e-12);
            assertEquals(t + 1, trace.get(t).get("descent.step").longAt(0));
        }
    }

    // ---- accumulation

    /** k runs with factors whose mean is 1 at one point are one run: for every optimiser, and its scalars too. */
    @Test
    void theMeanOfSomeRunsIsOneStep() {
        double[] factors = new double[3 * 20];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = 0.5 * (1 + i % 3);
        }
        for (Optimizer o : List.of(new Sgd(0.003, 0.9, 0.5, false, 0.1), new Adagrad(0.1, 0.5, 0, 1e-10, 0), new Adam(0.05), new AdamW(0.05, 0.1),
                new RmsProp(0.01, 0.9, 1e-3, 0.5, true, 0), new Lion(0.01))) {
            Descent d = Descent.by(o).schedule(Schedule.warmUp(5)).average(0.9).clip(new Clip.GlobalNorm(20));
            List<Map<String, Value>> whole = Quartic.byGraph(d, ones(20));
            List<Map<String, Value>> parts = Quartic.byGraph(d.every(3), factors);
            for (int t = 0; t < 20; t++) {
                for (String name : whole.get(t).keySet()) {
                    double[] expected = whole.get(t).get(name).dtype().isFloat() ? whole.get(t).get(name).doubles() : new double[0];
                    Value actual = parts.get(3 * t + 2).get(name);
                    assertArrayEquals(expected, expected.length == 0 ? expected : actual.doubles(), 1e-11, o + " " + name + " after step " + (t + 1));
                }
                assertEquals(t + 1, parts.get(3 * t + 2).get("descent.step").longAt(0));
                assertEquals(0, parts.get(3 * t + 2).get("descent.run").longAt(0));
                assertArrayEquals(new double[4], parts.get(3 * t + 2).get("descent.gradient/p").doubles());
            }
        }
    }

    @Test
    void nothingElseChangesBeforeTheLastRun() {
        List<Map<String, Value>> trace = Quartic.byGraph(Descent.by(new Adam(0.05)).schedule(Schedule.warmUp(5)).average(0.9).every(4), ones(12));
        for (int r = 1; r < 12; r++) {
            Map<String, Value> before = trace.get(r - 1);
            Map<String, Value> after = trace.get(r);
            boolean step = r % 4 == 3;
            assertEquals(!step, Arrays.equals(p(before), p(after)), "run " + r);
            for (String name : List.of("adam.m/p", "adam.v/p", "adam.correction1", "adam.correction2", "average/p", "descent.step")) {
                assertEquals(!step, before.get(name).equals(after.get(name)), name + " in run " + r);
            }
        }
    }

    @Test
    void aNanBeforeTheLastRunReachesTheParameters() {
        List<Map<String, Value>> trace = Quartic.byGraph(Descent.by(new Sgd(0.01)).every(3), 1, Double.NaN, 1, 1);
        assertArrayEquals(Quartic.START, p(trace.get(1)));
        assertTrue(Double.isNaN(p(trace.get(2))[0]));
    }

    // ---- average

    @Test
    void theAverageStartsAtTheFirstWeights() {
        List<Map<String, Value>> trace = Quartic.byGraph(Descent.by(new Sgd(0.005)).average(0.8), ones(20));
        double[] average = p(trace.get(0));
        for (int t = 0; t < 20; t++) {
            double[] now = p(trace.get(t));
            for (int i = 0; t > 0 && i < now.length; i++) {
                average[i] = 0.8 * average[i] + 0.2 * now[i];
            }
            assertArrayEquals(average, trace.get(t).get("average/p").doubles(), 1e-14);
        }
    }

    // ---- groups

    @Test
    void groupsHaveRatesAndDecaysOfTheirOwn() {
        for (Optimizer o : List.of(new Sgd(0.1, 0, 0, false, 7), new Lion(0.1, 0, 0, 7))) {
            GraphBuilder b = new GraphBuilder();
            Node w = b.input("w", DType.F64, 1, 1);
            Node bias = b.input("bias", DType.F64, 1);
            Node g = b.input("g", DType.F64, 1);
            Descent.by(o).groups(p -> p.rank() > 1 ? new ParameterGroup(2, 0.5) : new ParameterGroup(1, 0))
                    .apply(b, List.of(w, bias), List.of(b.reshape(g, 1, 1), g));
            Map<String, Value> in = new HashMap<>(Map.of("w", Value.of(w.type(), 3), "bias", Value.of(bias.type(), 3), "g", Value.of(g.type(), 1)));
            in.put("lion.m/w", Value.zeros(w.type()));
            in.put("lion.m/bias", Value.zeros(bias.type()));
            Graph graph = b.build();
            in.keySet().removeIf(name -> graph.input(name).isEmpty());
            Map<String, Value> next = Interpreter.run(graph, in).updates();
            // Coupled 3 − 0.2·(1 + 0.5·3), decoupled 3·(1 − 0.2·0.5) − 0.2: both decay by ηλp here.
            assertEquals(2.5, next.get("w").at(0), 1e-15, o.toString());
            assertEquals(2.9, next.get("bias").at(0), 1e-15, o.toString());
        }
    }

    // ---- clipping

    private static double[] clipped(Clip clip, double... g) {
        GraphBuilder b = new GraphBuilder();
        int half = g.length / 2;
        List<Node> parts = List.of(b.input("x", DType.F64, half), b.input("y", DType.F64, g.length - half));
        List<Node> bounded = clip.apply(b, parts);
        b.output("all", b.concat(0, bounded.get(0), bounded.get(1)));
        Map<String, Value> in = Map.of("x", Quartic.vector(Arrays.copyOf(g, half)), "y", Quartic.vector(Arrays.copyOfRange(g, half, g.length)));
        return Interpreter.run(b.build(), in).outputs().get("all").doubles();
    }

    @Test
    void valuesAreClipped() {
        assertArrayEquals(new double[] {-2, 1, 0, 2, Double.NaN, 2},
                clipped(new Clip.Value(2), -3, 1, 0, 2, Double.NaN, Double.POSITIVE_INFINITY));
    }

    @Test
    void theGlobalNormIsClipped() {
        double f = 1 / (5 + 1e-6);
        assertArrayEquals(new double[] {3 * f, 0, -4 * f}, clipped(new Clip.GlobalNorm(1), 3, 0, -4), 1e-16);
        assertArrayEquals(new double[] {3, 0, -4}, clipped(new Clip.GlobalNorm(5.1), 3, 0, -4), 0);
        assertArrayEquals(new double[] {0, 0}, clipped(new Clip.GlobalNorm(1), 0, 0), 0);
    }

    @Test
    void clippingHidesNoNan() {
        assertArrayEquals(new double[] {Double.NaN, Double.NaN, Double.NaN}, clipped(new Clip.GlobalNorm(1), 1, Double.NaN, 2));
        assertArrayEquals(new double[] {0, Double.NaN, 0}, clipped(new Clip.GlobalNorm(1), 1, Double.NEGATIVE_INFINITY, 2));
    }

    @Test
    void theNormIsThatBeforeClipping() {
        Descent d = Descent.by(new Sgd(0.1)).clip(new Clip.Value(6)).clip(new Clip.GlobalNorm(1));
        Map<String, Value> after = Quartic.byGraph(d, 1).get(0);
        double[] g = IntStream.range(0, 4).mapToDouble(i -> Math.clamp(Quartic.gradient(Quartic.START[i], i), -6, 6)).toArray();
        double norm = Math.sqrt(Arrays.stream(g).map(x -> x * x).sum());
        assertEquals(norm, after.get("norm").at(0), 1e-13);
        for (int i = 0; i < 4; i++) {
            assertEquals(Quartic.START[i] - 0.1 * g[i] / (norm + 1e-6), p(after)[i], 1e-15);
        }
    }

    // ---- storage

    @Test
    void stateIsRoundedToBfloat16WhenStored() {
        Descent d = Descent.by(new Sgd(0.005, 0.9, false)).storage(DType.BF16);
        List<Map<String, Value>> trace = Quartic.byGraph(d, ones(20));
        double[] p = Quartic.START.clone();
        double[] v = new double[4];
        for (int t = 0; t < 20; t++) {
            for (int i = 0; i < 4; i++) {
                double next = 0.9 * v[i] + Quartic.gradient(p[i], i);
                p[i] -= 0.005 * next;
                v[i] = trace.get(t).get("momentum/p").at(i);
                assertEquals(next, v[i], Math.abs(next) * 0x1p-8, "stored near what it was");
                assertEquals(v[i], Bfloat16.toFloat(Bfloat16.ofDouble(v[i])), "and as a bf16");
            }
            assertArrayEquals(p, p(trace.get(t)), 1e-12, "the parameter moves by what was not rounded");
        }
    }

    @Test
    void parametersInBfloat16AreComputedInFloats() {
        GraphBuilder b = new GraphBuilder();
        Node p = b.input("p", DType.BF16, 1);
        List<Slot> slots = new Sgd(0.5, 0.9, false).apply(b, List.of(p), List.of(b.input("g", DType.BF16, 1)));
        assertEquals(new TensorType(DType.F32, Shape.of(1)), slots.get(0).input().type());
        Map<String, Value> next = Interpreter.run(b.build(), Map.of("p", Value.of(p.type(), 1), "g", Value.of(p.type(), 0.0078125),
                "momentum/p", Value.of(slots.get(0).input().type(), 1))).updates();
        assertEquals(0.9078125, next.get("momentum/p").at(0), 1e-7);
        assertEquals(0.546875, next.get("p").at(0));
    }

    // ---- errors

    @Test
    void badNumbersAreNamedWithTheirRange() {
        fails("Sgd: the dampening is 1.5 but must be from 0 to 1", () -> new Sgd(0.1, 0.9, 1.5, false, 0));
        fails("Sgd: the dampening is 0.5 but must be 0 for Nesterov's form", () -> new Sgd(0.1, 0.9, 0.5, true, 0));
        fails("Sgd: the dampening is 0.5 but must be 0 without momentum", () -> new Sgd(0.1, 0, 0.5, false, 0));
        fails("Sgd: the weight decay is -1.0 but must be finite and at least 0", () -> new Sgd(0.1, 0, 0, false, -1));
        fails("Adagrad: the learning rate is -0.1 but must be finite and at least 0", () -> new Adagrad(-0.1));
        fails("Adagrad: the decay of the rate is -1.0 but must be", () -> new Adagrad(0.1, -1, 0, 1e-10, 0));
        fails("Adagrad: the initial sum is -2.0 but must be", () -> new Adagrad(0.1, 0, -2, 1e-10, 0));
        fails("Adagrad: epsilon is 0.0 but must be finite and above 0", () -> new Adagrad(0.1, 0, 0, 0, 0));
        fails("RmsProp: alpha is 1.0 but must be at least 0 and below 1", () -> new RmsProp(0.1, 1, 1e-8, 0, false, 0));
        fails("RmsProp: the momentum is -0.5 but must be at least 0 and below 1", () -> new RmsProp(0.1, 0.9, 1e-8, -0.5, false, 0));
        fails("AdamW: beta1 is 1.0 but must be at least 0 and below 1", () -> new AdamW(0.1, 1, 0.9, 1e-8, false, 0));
        fails("AdamW: the weight decay is NaN but must be finite and at least 0", () -> new AdamW(0.1, Double.NaN));
        fails("Lion: beta2 is -1.0 but must be at least 0 and below 1", () -> new Lion(0.1, 0.9, -1, 0));
        fails("Clip.Value: the limit is 0.0 but must be finite and above 0", () -> new Clip.Value(0));
        fails("Clip.GlobalNorm: the limit is NaN but must be finite and above 0", () -> new Clip.GlobalNorm(Double.NaN));
        fails("ParameterGroup: the rate factor is -1.0 but must be finite and at least 0", () -> new ParameterGroup(-1, 0));
        fails("Descent: the number of runs for a step is 0 but must be at least 1", () -> Descent.by(new Sgd(1)).every(0));
        fails("Descent: the decay of the average is 1.0 but must be at least 0 and below 1", () -> Descent.by(new Sgd(1)).average(1));
        fails("Descent: state cannot be stored as i32; it must be f32, f64 or bf16", () -> Descent.by(new Sgd(1)).storage(DType.I32));
    }

    @Test
    void statesWithNamesThatAreTakenAreRefusedBeforeAnyNodeIsAdded() {
        GraphBuilder b = new GraphBuilder();
        Node p = b.input("p", DType.F32, 3);
        Node q = b.input("q", DType.F32, 3);
        Node g = b.exp(p);
        new Adam(0.1).apply(b, List.of(p), List.of(g));
        int before = b.nodes().size();
        fails("optimizer: state \"adam.correction1\" has the name of an input that is there; rename that one, or give this Descent a prefix of its own",
                () -> new AdamW(0.2).apply(b, List.of(q), List.of(g)));
        fails("optimizer: parameter \"q\" is given no group", () -> Descent.by(new Sgd(1)).groups(x -> null).apply(b, List.of(q), List.of(g)));
        assertEquals(before, b.nodes().size());
        List<Slot> slots = Descent.by(new AdamW(0.2)).prefix("second.").apply(b, List.of(q), List.of(g)).slots();
        assertEquals(List.of("second.adam.correction1", "second.adam.correction2", "second.adam.m/q", "second.adam.v/q"),
                slots.stream().map(s -> ((Op.Input) s.input().op()).name()).toList());
        assertEquals(10, b.build().updates().size());
    }

    private static void fails(String message, Runnable action) {
        GraphException e = assertThrows(GraphException.class, action::run);
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }
}
