package bytegrad.autodiff.optim;

import bytegrad.autodiff.Gradient;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The problem Σ s (p − target)⁴, whose gradient is 4 s (p − target)³; s is a factor of each run. */
final class Quartic {
    static final double[] START = {1, -2, 0.5, 3};
    private static final double[] TARGET = {0, 1, 0.25, 3};

    private Quartic() {}

    static double gradient(double p, int i) {
        return 4 * Math.pow(p - TARGET[i], 3);
    }

    /** The values of all states and outputs after each run; the outputs are "rate" and, where there is one, "norm". */
    static List<Map<String, Value>> byGraph(Descent descent, double... factors) {
        GraphBuilder b = new GraphBuilder();
        Node p = b.input("p", DType.F64, START.length);
        Node target = b.input("target", DType.F64, START.length);
        Node loss = b.mul(b.sumAll(b.square(b.square(b.sub(p, target)))), b.input("s", DType.F64));
        Descent.Applied applied = descent.apply(b, List.of(p), List.of(Gradient.of(b, loss, p)));
        b.output("rate", applied.rate());
        applied.norm().ifPresent(n -> b.output("norm", n));
        Graph step = b.build();

        Map<String, Value> in = new HashMap<>();
        in.put("p", vector(START));
        in.put("target", vector(TARGET));
        applied.slots().forEach(s -> in.put(((Op.Input) s.input().op()).name(), Value.full(s.input().type(), s.initial())));
        List<Map<String, Value>> trace = new ArrayList<>();
        for (double s : factors) {
            in.put("s", Value.scalar(DType.F64, s));
            Interpreter.Result r = Interpreter.run(step, in);
            in.putAll(r.updates());
            Map<String, Value> after = new HashMap<>(r.updates());
            after.putAll(r.outputs());
            trace.add(after);
        }
        return trace;
    }

    static Value vector(double... x) {
        return Value.of(new TensorType(DType.F64, Shape.of(x.length)), x);
    }
}
