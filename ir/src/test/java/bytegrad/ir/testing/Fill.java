package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import java.util.SplittableRandom;

/** How an argument's elements are drawn. An f32 gets values that a float holds, a bf16 those it can, so that every executor sees the same. */
public sealed interface Fill {
    /** Reals from {@code low} to {@code high}. */
    record Uniform(double low, double high) implements Fill {}

    /** Reals whose absolute value is from {@code low} to {@code high}, of both signs. */
    record AwayFromZero(double low, double high) implements Fill {}

    /** Reals any two of which are at least 0.02 apart: a small step changes no maximum. */
    record Distinct() implements Fill {}

    /** Reals within 0.05 of a multiple of ¼, plus {@code offset}: grids with offsets 0 and ⅛ stay 0.025 apart. */
    record Grid(double offset) implements Fill {}

    /** Integers from {@code low} to {@code high}, both included; as numbers of any dtype. */
    record Integers(long low, long high) implements Fill {}

    /** Any integers of the dtype's whole range. */
    record AnyBits() implements Fill {}

    /** True or false. */
    record Truths() implements Fill {}

    Fill UNIFORM = new Uniform(-2, 2);
    Fill POSITIVE = new Uniform(0.5, 2.5);
    Fill AWAY_FROM_ZERO = new AwayFromZero(0.25, 2);
    Fill DISTINCT = new Distinct();
    Fill SMALL_INTEGERS = new Integers(-8, 8);
    /** Few values, so that many are equal. */
    Fill TIES = new Integers(-1, 1);

    /** What suits a dtype where the op asks for nothing: reals in ±2, integers in ±8, truths. */
    static Fill usual(DType dtype) {
        return switch (dtype) {
            case F32, F64, BF16 -> UNIFORM;
            case I32, I64, I8, I16 -> SMALL_INTEGERS;
            case U8 -> new Integers(0, 16);
            case BOOL -> new Truths();
        };
    }

    /** A tensor drawn from the random source. */
    default Value draw(TensorType type, SplittableRandom random) {
        int n = type.size();
        double[] d = new double[n];
        switch (this) {
            case Uniform(double low, double high) -> {
                for (int i = 0; i < n; i++) {
                    d[i] = low + (high - low) * random.nextDouble();
                }
            }
            case AwayFromZero(double low, double high) -> {
                for (int i = 0; i < n; i++) {
                    d[i] = (low + (high - low) * random.nextDouble()) * (random.nextBoolean() ? 1 : -1);
                }
            }
            case Distinct() -> distinct(d, random);
            case Grid(double offset) -> {
                for (int i = 0; i < n; i++) {
                    d[i] = 0.25 * random.nextInt(-8, 9) + offset + 0.1 * random.nextDouble() - 0.05;
                }
            }
            case Integers(long low, long high) -> {
                for (int i = 0; i < n; i++) {
                    d[i] = random.nextLong(low, high + 1);
                }
            }
            case AnyBits() -> {
                return bits(type, random);
            }
            case Truths() -> {
                for (int i = 0; i < n; i++) {
                    d[i] = random.nextBoolean() ? 1 : 0;
                }
            }
        }
        return Value.of(type, d).rounded();
    }

    private static void distinct(double[] d, SplittableRandom random) {
        double gap = Math.max(0.02, Math.min(0.5, 4.0 / d.length));
        for (int i = 0; i < d.length; i++) {
            int j = random.nextInt(i + 1);
            d[i] = d[j];
            // Off centre by a quarter, so that none is 0.
            d[j] = (i - d.length / 2 + 0.25) * gap;
        }
    }

    private static Value bits(TensorType type, SplittableRandom random) {
        long[] l = new long[type.size()];
        for (int i = 0; i < l.length; i++) {
            l[i] = switch (type.dtype()) {
                case I32 -> random.nextInt();
                case I64 -> random.nextLong();
                case BOOL -> random.nextInt(2);
                case U8 -> random.nextInt(256);
                case I8 -> (byte) random.nextInt();
                case I16 -> (short) random.nextInt();
                case F32, F64, BF16 -> throw new IllegalArgumentException("any bits of " + type + " would be mostly huge; use Sample.specialInputs");
            };
        }
        return Value.ofLongs(type, l);
    }
}
