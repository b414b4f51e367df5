package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A well-typed graph with one output, {@code y}, and how to draw its inputs. Every test that holds for all ops runs over
 * all of {@link Samples}.
 *
 * @param name unique among the samples
 * @param arguments one for each input of the graph
 */
public record Sample(String name, Graph graph, List<Argument> arguments) {
    /**
     * An input.
     *
     * @param differentiable y is smooth in it near every value drawn, so a finite difference must agree with its gradient
     */
    public record Argument(String name, TensorType type, Fill fill, boolean differentiable) {}

    private static final List<Double> SPECIAL_REALS = List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0,
            (double) Float.MAX_VALUE, -(double) Float.MAX_VALUE, (double) Float.MIN_NORMAL, (double) Float.MIN_VALUE, -(double) Float.MIN_VALUE, 1.0, -1.0,
            88.75, -104.0, 2147483648.0, -2147483648.0, 0.5, -1.5, 1e10, -1e10, 9.3e18);
    private static final List<Long> SPECIAL_INTEGERS = List.of(0L, 1L, -1L, (long) Integer.MAX_VALUE, (long) Integer.MIN_VALUE, 31L, 32L, 33L, 64L, 16777217L);

    public Sample {
        arguments = List.copyOf(arguments);
    }

    /** Values for every input, well inside the domain; the same for the same seed. */
    public Map<String, Value> inputs(long seed) {
        SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
        Map<String, Value> in = new LinkedHashMap<>();
        for (Argument a : arguments) {
            in.put(a.name(), a.fill().draw(a.type(), random));
        }
        return in;
    }

    /**
     * As {@link #inputs}, but with about half of the reals and unbounded integers replaced by NaN, ±∞, ±0, the least, the
     * greatest and other awkward numbers. Indices stay in range.
     */
    public Map<String, Value> specialInputs(long seed) {
        Map<String, Value> in = inputs(seed);
        SplittableRandom random = new SplittableRandom(~seed * 31 + name.hashCode());
        for (Argument a : arguments) {
            boolean bounded = a.fill() instanceof Fill.Integers && !a.fill().equals(Fill.SMALL_INTEGERS) && !a.fill().equals(Fill.TIES);
            if (!bounded) {
                in.computeIfPresent(a.name(), (name, v) -> sprinkled(v, random));
            }
        }
        return in;
    }

    private static Value sprinkled(Value v, SplittableRandom random) {
        TensorType type = v.type();
        double[] reals = v.doubles();
        long[] integers = type.dtype().isFloat() ? new long[0] : v.longs();
        for (int i = 0; i < type.size(); i++) {
            if (random.nextBoolean()) {
                switch (type.dtype()) {
                    case F32, F64, BF16 -> reals[i] = SPECIAL_REALS.get(random.nextInt(SPECIAL_REALS.size()));
                    case I32, I64 -> integers[i] = SPECIAL_INTEGERS.get(random.nextInt(SPECIAL_INTEGERS.size()));
                    case U8, I8, I16 -> {
                        long special = SPECIAL_INTEGERS.get(random.nextInt(SPECIAL_INTEGERS.size()));
                        integers[i] = type.dtype() == DType.U8 ? special & 255 : type.dtype() == DType.I8 ? (byte) special : (short) special;
                    }
                    case BOOL -> {}
                }
            }
        }
        return type.dtype().isFloat() ? Value.of(type, reals).rounded() : Value.ofLongs(type, integers);
    }

    /** Names of the inputs a finite difference may be taken by; none unless y is float. */
    public List<String> differentiable() {
        return graph.output("y").dtype().isFloat() ? arguments.stream().filter(Argument::differentiable).map(Argument::name).toList() : List.of();
    }

    @Override
    public String toString() {
        return name;
    }
}
