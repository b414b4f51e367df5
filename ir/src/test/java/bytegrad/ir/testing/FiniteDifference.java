package bytegrad.ir.testing;

import bytegrad.ir.Graph;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Directional derivatives by central differences of the reference interpreter, with two steps of Richardson
 * extrapolation: the error is of order h⁶, about 1e-12 for well-scaled functions. The interpreter does not round f32, so
 * graphs of f32 do as well as those of f64, unless they cast to f32.
 */
public final class FiniteDifference {
    /** The largest step; samples keep every kink farther away than it moves them. */
    private static final double STEP = 0x1p-8;

    private FiniteDifference() {}

    /**
     * d/dt f(x + t·v) at t = 0.
     *
     * @param derivative one element per element of the output
     * @param error a bound to expect of each, from the last extrapolation and the rounding of f
     */
    public record Estimate(Value derivative, Value error) {
        /** Σ cotangent·derivative: what ⟨v, gradient of Σ cotangent·f⟩ must equal. */
        public double dot(Value cotangent) {
            return FiniteDifference.dot(derivative, cotangent);
        }

        /** A bound to expect on the error of {@link #dot}. */
        public double errorOfDot(Value cotangent) {
            double sum = 0;
            for (int i = 0; i < error.size(); i++) {
                sum += Math.abs(error.at(i) * cotangent.at(i));
            }
            return sum;
        }
    }

    /**
     * The derivative of one output along a direction.
     *
     * @param at a value for every input
     * @param direction for some float inputs the vector v, of the input's type; the others stay put
     */
    public static Estimate along(Graph graph, String output, Map<String, Value> at, Map<String, Value> direction) {
        TensorType type = graph.output(output).type();
        int n = type.size();
        double[][] d = new double[3][];
        double[] size = new double[n];
        for (int k = 0; k < 3; k++) {
            double h = STEP / (1 << k);
            Value up = Interpreter.run(graph, moved(at, direction, h)).output(output);
            Value down = Interpreter.run(graph, moved(at, direction, -h)).output(output);
            d[k] = new double[n];
            for (int i = 0; i < n; i++) {
                // What does not move has derivative 0, be it NaN or infinite.
                d[k][i] = Double.compare(up.at(i), down.at(i)) == 0 ? 0 : (up.at(i) - down.at(i)) / (2 * h);
                size[i] = Math.max(size[i], Math.max(Math.abs(up.at(i)), Math.abs(down.at(i))));
            }
        }
        double[] best = new double[n];
        double[] error = new double[n];
        for (int i = 0; i < n; i++) {
            double coarse = (4 * d[1][i] - d[0][i]) / 3;
            double fine = (4 * d[2][i] - d[1][i]) / 3;
            best[i] = (16 * fine - coarse) / 15;
            boolean still = d[0][i] == 0 && d[1][i] == 0 && d[2][i] == 0;
            error[i] = still ? 0 : Math.abs(best[i] - fine) + size[i] * 0x1p-50 / STEP;
        }
        return new Estimate(Value.of(type, best), Value.of(type, error));
    }

    private static Map<String, Value> moved(Map<String, Value> at, Map<String, Value> direction, double t) {
        Map<String, Value> in = new LinkedHashMap<>(at);
        direction.forEach((name, v) -> in.computeIfPresent(name, (k, x) -> {
            double[] y = x.doubles();
            for (int i = 0; i < y.length; i++) {
                y[i] += t * v.at(i);
            }
            return Value.of(x.type(), y);
        }));
        return in;
    }

    /** A random direction for the named inputs: entries from −1 to 1. */
    public static Map<String, Value> direction(Map<String, Value> at, Collection<String> names, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Value> v = new LinkedHashMap<>();
        at.forEach((name, x) -> {
            if (names.contains(name)) {
                v.put(name, new Fill.Uniform(-1, 1).draw(x.type(), random));
            }
        });
        return v;
    }

    /** A random cotangent of a type: entries from −1 to 1. */
    public static Value cotangent(TensorType type, long seed) {
        return new Fill.Uniform(-1, 1).draw(type, new SplittableRandom(seed));
    }

    /** Σ a·b over the elements. */
    public static double dot(Value a, Value b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.at(i) * b.at(i);
        }
        return sum;
    }
}
