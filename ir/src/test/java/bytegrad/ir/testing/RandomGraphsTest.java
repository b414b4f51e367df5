package bytegrad.ir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

final class RandomGraphsTest {
    private static final int MANY = 300;

    @Test
    void theyRunAndTheirFloatsStayModerate() {
        for (long seed = 0; seed < MANY; seed++) {
            Graph g = RandomGraphs.graph(seed);
            assertTrue(g.nodes().size() < 200, "seed " + seed + " has " + g.nodes().size() + " nodes");
            var r = Interpreter.run(g, RandomGraphs.inputs(g, seed));
            for (Node n : g.nodes()) {
                if (n.dtype().isFloat()) {
                    for (double v : r.value(n).doubles()) {
                        assertTrue(Math.abs(v) < 1e25, "seed " + seed + ": " + n + " is " + v);
                    }
                }
            }
        }
    }

    @Test
    void theSameForTheSameSeed() {
        Graph a = RandomGraphs.graph(7);
        Graph b = RandomGraphs.graph(7);
        assertEquals(a.nodes().stream().map(n -> n + " " + n.op() + n.inputs()).toList(), b.nodes().stream().map(n -> n + " " + n.op() + n.inputs()).toList());
        assertEquals(RandomGraphs.inputs(a, 3), RandomGraphs.inputs(b, 3));
    }

    @Test
    void togetherTheyHoldEveryKindAndFunction() {
        Set<Object> seen = new HashSet<>();
        int several = 0;
        int updated = 0;
        for (long seed = 0; seed < MANY; seed++) {
            Graph g = RandomGraphs.graph(seed);
            g.nodes().forEach(n -> seen.add(n.op() instanceof Op.Map m ? m.fn() : n.op().getClass()));
            several += g.outputs().size() > 1 ? 1 : 0;
            updated += g.updates().isEmpty() ? 0 : 1;
        }
        // All functions and all kinds but Map itself.
        assertEquals(ScalarFn.values().length + 20, seen.size(), seen.toString());
        assertTrue(several > MANY / 3 && updated > MANY / 10, several + " with several outputs, " + updated + " with updates");
    }

    @Test
    void smoothOnesAreSmooth() {
        for (long seed = 0; seed < 100; seed++) {
            Graph g = RandomGraphs.smooth(seed, DType.F64);
            var at = RandomGraphs.inputs(g, seed);
            var floats = g.inputs().stream().filter(n -> n.dtype().isFloat()).map(g::nameOf).toList();
            var v = FiniteDifference.direction(at, floats, seed);
            for (String output : g.outputs().keySet()) {
                var e = FiniteDifference.along(g, output, at, v);
                for (int i = 0; i < e.error().size(); i++) {
                    double scale = Math.max(1, Math.abs(e.derivative().at(i)));
                    assertTrue(e.error().at(i) < 1e-3 * scale, "seed " + seed + " " + output + ": " + e.derivative().at(i) + " ± " + e.error().at(i));
                }
            }
        }
    }

    /** Fails like a compiler that gets a product with a repeated row sum wrong. */
    private static boolean planted(Graph g) {
        return g.nodes().stream().anyMatch(n -> n.op().equals(new Op.Map(ScalarFn.DIV))
                && n.input(1).op() instanceof Op.Broadcast
                && n.input(1).input(0).op() instanceof Op.Reduce);
    }

    @Test
    void shrinksAPlantedFailureToAHandfulOfNodes() {
        int shrunk = 0;
        for (long seed = 0; seed < 100; seed++) {
            Graph g = RandomGraphs.graph(seed);
            if (planted(g) && g.nodes().size() > 20) {
                Graph small = Shrink.smallest(g, RandomGraphsTest::planted);
                assertTrue(planted(small));
                // The quotient, its numerator, the broadcast, the reduction and what it reduces.
                assertTrue(small.nodes().size() <= 5, "seed " + seed + ": " + small.nodes());
                shrunk++;
            }
        }
        assertTrue(shrunk >= 5, shrunk + " graphs had the planted failure");
    }

    @Test
    void shrinksByValueWithInputsDrawnAnew() {
        Predicate<Graph> fails = g -> {
            var r = Interpreter.run(g, RandomGraphs.inputs(g, 1));
            return g.nodes().stream().anyMatch(n -> n.op() instanceof Op.Reduce && n.dtype().isFloat() && r.value(n).size() > 0 && r.value(n).at(0) > 3);
        };
        Graph g = seeking(fails);
        Graph small = Shrink.smallest(g, fails);
        assertTrue(fails.test(small));
        assertTrue(small.nodes().size() <= 4, small.nodes().toString());
    }

    private static Graph seeking(Predicate<Graph> fails) {
        for (long seed = 0; ; seed++) {
            Graph g = RandomGraphs.graph(seed);
            if (g.nodes().size() > 30 && fails.test(g)) {
                return g;
            }
        }
    }

    @Test
    void whatDoesNotFailIsLeftAlone() {
        Graph g = RandomGraphs.graph(3);
        assertSame(g, Shrink.smallest(g, h -> false));
        assertSame(g, Shrink.smallest(g, h -> {
            throw new IllegalStateException();
        }));
    }

    @Test
    void indicesStayInRangeWhateverTheGraph() {
        Graph g = Samples.named("gather f32[5,3] axis 0 by [7] i32").graph();
        for (long seed = 0; seed < 50; seed++) {
            Value i = RandomGraphs.inputs(g, seed).get("i");
            assertTrue(i != null && i.doubles().length == 7);
            Interpreter.run(g, RandomGraphs.inputs(g, seed));
        }
    }
}
