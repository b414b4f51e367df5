package bytegrad.ir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.SumOrder;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class SamplesTest {
    /** The dtypes of the (first) operand that each kind takes; of its result, where it has none. A new kind needs a line. */
    private static Set<DType> accepted(Class<?> kind) {
        Set<DType> numbers = Set.of(DType.F32, DType.F64, DType.I32, DType.I64);
        Set<DType> all = Set.of(DType.values());
        Set<DType> counting = all.stream().filter(t -> t != DType.BOOL).collect(Collectors.toSet());
        Map<Class<?>, Set<DType>> table = Map.ofEntries(Map.entry(Op.Input.class, all), Map.entry(Op.Constant.class, all), Map.entry(Op.Iota.class, counting),
                Map.entry(Op.Map.class, all), Map.entry(Op.Cast.class, all), Map.entry(Op.Reduce.class, numbers), Map.entry(Op.ArgReduce.class, numbers),
                Map.entry(Op.Contract.class, numbers), Map.entry(Op.Gather.class, all), Map.entry(Op.Scatter.class, all),
                Map.entry(Op.Cumulate.class, Set.of(DType.F32, DType.F64, DType.I32, DType.I64, DType.BOOL)), Map.entry(Op.ArgSort.class, all),
                Map.entry(Op.Concat.class, all), Map.entry(Op.Reshape.class, all), Map.entry(Op.Transpose.class, all), Map.entry(Op.Broadcast.class, all),
                Map.entry(Op.Slice.class, all), Map.entry(Op.Pad.class, all), Map.entry(Op.Flip.class, all),
                Map.entry(Op.Random.class, Set.of(DType.I64)), Map.entry(Op.Window.class, all), Map.entry(Op.OverlapAdd.class, numbers),
                Map.entry(Op.Scan.class, numbers), Map.entry(Op.Cond.class, Set.of(DType.BOOL)), Map.entry(Op.While.class, Set.of(DType.F64, DType.I32)),
                Map.entry(Op.Custom.class, Set.of(DType.F32, DType.F64)));
        Set<DType> s = table.get(kind);
        assertTrue(s != null, "give the dtypes that " + kind.getSimpleName() + " accepts in this test, and a sample for each");
        return s;
    }

    private static List<Class<?>> leaves(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        List<Class<?>> out = new ArrayList<>();
        for (Class<?> c : type.getPermittedSubclasses()) {
            out.addAll(leaves(c));
        }
        return out;
    }

    private static List<Node> nodes() {
        return Samples.all().stream().flatMap(s -> s.graph().nodes().stream()).toList();
    }

    @Test
    void everyKindHasASampleForEachDtypeItAccepts() {
        Set<String> missing = new TreeSet<>();
        for (Class<?> kind : leaves(Op.class)) {
            for (DType t : accepted(kind)) {
                if (nodes().stream().noneMatch(n -> kind.isInstance(n.op()) && (n.inputs().isEmpty() ? n : n.input(0)).dtype() == t)) {
                    missing.add(kind.getSimpleName() + " " + t.text());
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyScalarFunctionHasASampleForEachDtypeItAccepts() {
        Set<String> missing = new TreeSet<>();
        for (ScalarFn fn : ScalarFn.values()) {
            for (DType t : DType.values()) {
                if (fn.accepts(t) && nodes().stream().noneMatch(n -> n.op().equals(new Op.Map(fn)) && n.inputs().getLast().dtype() == t)) {
                    missing.add(fn.text() + " " + t.text());
                }
            }
        }
        assertEquals(Set.of(), missing);
    }

    @Test
    void everyParameterOfReductionsAndCastsHasASample() {
        Set<String> seen = new HashSet<>();
        Set<Integer> widths = new TreeSet<>();
        for (Node n : nodes()) {
            switch (n.op()) {
                case Op.Reduce r -> {
                    seen.add(r.monoid() + " " + n.dtype());
                    widths.add(SumOrder.of(n.input(0).shape(), r.axes()).width());
                }
                case Op.ArgReduce a -> seen.add(a.extremum() + " arg " + n.input(0).dtype());
                case Op.Cast c -> seen.add(n.input(0).dtype() + " to " + c.dtype());
                case Op.Input o -> {}
                case Op.Constant o -> {}
                case Op.Iota o -> {}
                case Op.Map o -> {}
                case Op.Contract o -> {}
                case Op.Gather o -> {}
                case Op.Scatter s -> seen.add("scatter " + s.combine() + " " + n.dtype());
                case Op.Cumulate c -> seen.add("cumulate " + c.monoid() + " " + n.dtype());
                case Op.ArgSort o -> {}
                case Op.Random o -> {}
                case Op.OverlapAdd o -> {}
                case Op.Nested o -> {}
                case Op.Concat o -> {}
                case Op.View o -> {}
            }
        }
        // 4 monoids at 4 dtypes, 2 at 3 and one at 2, reduced and cumulated; 2 extremes at 4; casts among 9; 5 ways to scatter at 4, one of them at 9.
        assertEquals(2 * (16 + 6 + 2) + 8 + 81 + 20 + 5, seen.size(), seen.toString());
        assertEquals(Set.of(1, 16, 32, 64), widths);
    }

    @Test
    void everyDifferentiableOpHasASmoothSample() {
        Set<String> covered = new HashSet<>();
        for (Sample s : Samples.differentiable()) {
            s.graph().nodes().forEach(n -> covered.add(n.op().getClass().getSimpleName() + (n.op() instanceof Op.Map m ? m.fn().text() : "")));
        }
        for (Class<?> kind : leaves(Op.class)) {
            // A while has no gradient.
            if (kind != Op.Map.class && kind != Op.While.class) {
                assertTrue(covered.contains(kind.getSimpleName()), kind.getSimpleName());
            }
        }
        for (ScalarFn fn : ScalarFn.values()) {
            if (fn.accepts(DType.F64) && fn.result(DType.F64) == DType.F64) {
                assertTrue(covered.contains("Map" + fn.text()), fn.text());
            }
        }
    }

    @Test
    void namesAreUniqueAndArgumentsAreTheInputs() {
        Set<String> names = new HashSet<>();
        for (Sample s : Samples.all()) {
            assertTrue(names.add(s.name()), s.name());
            Set<String> declared = s.graph().inputs().stream().map(s.graph()::nameOf).collect(Collectors.toCollection(LinkedHashSet::new));
            assertEquals(declared, s.arguments().stream().map(Sample.Argument::name).collect(Collectors.toSet()), s.name());
            assertEquals(Set.of("y"), s.graph().outputs().keySet(), s.name());
        }
        assertEquals(Samples.named("dense f32"), Samples.all().stream().filter(s -> s.name().equals("dense f32")).findFirst().orElseThrow());
    }

    @Test
    void allRunOnOrdinaryAndSpecialInputs() {
        for (Sample s : Samples.all()) {
            Map<String, Value> in = s.inputs(Samples.SEED);
            assertEquals(in, s.inputs(Samples.SEED), s.name());
            in.forEach((name, v) -> assertEquals(v.rounded(), v, s.name()));
            Value y = Interpreter.run(s.graph(), in).output("y");
            assertEquals(s.graph().output("y").type(), y.type(), s.name());
            Interpreter.run(s.graph(), s.specialInputs(Samples.SEED));
        }
    }

    @Test
    void ordinaryInputsGiveNumbersWhereDifferentiable() {
        for (Sample s : Samples.differentiable()) {
            boolean awkward = s.graph().nodes().stream().anyMatch(n -> n.op() instanceof Op.Pad || n.op() instanceof Op.Constant || n.op() instanceof Op.Reduce
                    || n.op() instanceof Op.Cumulate);
            Value y = Interpreter.run(s.graph(), s.inputs(Samples.SEED)).output("y");
            assertTrue(awkward || Arrays.stream(y.doubles()).allMatch(v -> Math.abs(v) < 1e6), s.name() + ": " + y);
        }
    }

    @Test
    void seedsDiffer() {
        Sample s = Samples.named("layer norm f64");
        assertNotEquals(s.inputs(1), s.inputs(2));
        assertNotEquals(s.inputs(1), s.specialInputs(1));
    }
}
