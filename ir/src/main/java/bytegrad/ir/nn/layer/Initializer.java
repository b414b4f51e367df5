package bytegrad.ir.nn.layer;

import bytegrad.ir.GraphException;
import bytegrad.ir.Shape;
import java.util.Arrays;

/**
 * What a parameter is before the first step: a function of its shape, a seed and its name, with the same bits on every machine.
 *
 * <p>Weights are [in, out] and kernels [window…, in, out]: fan-in is the number of elements of all axes but the last, fan-out that of all but the last but one.
 */
public sealed interface Initializer {
    /** Every element the same. */
    record Constant(double value) implements Initializer {}

    /** Uniform from −bound to bound. */
    record Uniform(double bound) implements Initializer {}

    /** Normal with mean 0. */
    record Normal(double deviation) implements Initializer {}

    /** Normal with mean 0, drawn again beyond two deviations; {@code deviation} is that of the normal before it is cut, as in PyTorch and Keras. */
    record TruncatedNormal(double deviation) implements Initializer {}

    /**
     * Variance scale / fan.
     *
     * @param scale 1 for Glorot's, 2 for He's
     * @param fan what is counted
     * @param normal normal or uniform
     */
    record Scaled(double scale, Fan fan, boolean normal) implements Initializer {}

    /**
     * Orthonormal columns, or rows if there are fewer of them, of the matrix [fan-in, out], times a gain (Saxe, McClelland and Ganguli, arXiv:1312.6120): the
     * orthogonal part of a normal matrix.
     */
    record Orthogonal(double gain) implements Initializer {}

    /** What a variance is divided by. */
    enum Fan {
        IN,
        OUT,
        /** The mean of both. */
        AVERAGE
    }

    /** 0. */
    Initializer ZEROS = new Constant(0);
    /** 1. */
    Initializer ONES = new Constant(1);
    /** Uniform with variance 2 / (fan-in + fan-out), for tanh and none: Glorot and Bengio, "Understanding the difficulty of training deep feedforward nets", 2010. */
    Initializer GLOROT_UNIFORM = new Scaled(1, Fan.AVERAGE, false);
    /** As {@link #GLOROT_UNIFORM}, normal. */
    Initializer GLOROT_NORMAL = new Scaled(1, Fan.AVERAGE, true);
    /** Uniform with variance 2 / fan-in, for relu: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015. */
    Initializer HE_UNIFORM = new Scaled(2, Fan.IN, false);
    /** As {@link #HE_UNIFORM}, normal. */
    Initializer HE_NORMAL = new Scaled(2, Fan.IN, true);

    /** The values of a tensor of this shape, in row-major order. */
    default double[] values(Shape shape, long seed, String name) {
        CounterRandom random = CounterRandom.of(seed, name);
        double[] v = new double[shape.size()];
        switch (this) {
            case Constant c -> Arrays.fill(v, c.value);
            case Uniform u -> Arrays.setAll(v, i -> u.bound * (2 * random.open(i) - 1));
            case Normal n -> Arrays.setAll(v, i -> n.deviation * random.normal(i));
            case TruncatedNormal n -> Arrays.setAll(v, i -> n.deviation * truncated(random, i, v.length));
            case Scaled s -> {
                double deviation = StrictMath.sqrt(s.scale / fan(s.fan, shape));
                double bound = StrictMath.sqrt(3) * deviation;
                Arrays.setAll(v, i -> s.normal ? deviation * random.normal(i) : bound * (2 * random.open(i) - 1));
            }
            case Orthogonal o -> orthogonal(v, shape, random, o.gain);
        }
        return v;
    }

    /** The n-th of {@code count} numbers takes the n-th, then the (n + count)-th draw, and so on: one in 22 is drawn again. */
    private static double truncated(CounterRandom random, long n, int count) {
        for (long i = n; ; i += count) {
            double z = random.normal(i);
            if (Math.abs(z) <= 2) {
                return z;
            }
        }
    }

    private static double fan(Fan which, Shape shape) {
        if (shape.rank() == 0) {
            return 1;
        }
        double size = shape.size();
        double in = shape.rank() == 1 ? size : size / Math.max(1, shape.dim(shape.rank() - 1));
        double out = shape.rank() == 1 ? size : size / Math.max(1, shape.dim(shape.rank() - 2));
        return Math.max(1, switch (which) {
            case IN -> in;
            case OUT -> out;
            case AVERAGE -> (in + out) / 2;
        });
    }

    /** Gram and Schmidt, each vector twice: the second time removes what rounding left. */
    private static void orthogonal(double[] v, Shape shape, CounterRandom random, double gain) {
        if (shape.rank() < 2) {
            throw GraphException.at("orthogonal initialiser of " + shape + ": needs a matrix or a kernel");
        }
        int columns = shape.dim(shape.rank() - 1);
        int rows = columns == 0 ? 0 : v.length / columns;
        int vectors = Math.min(rows, columns);
        int length = Math.max(rows, columns);
        double[][] q = new double[vectors][length];
        for (int i = 0; i < vectors; i++) {
            for (int k = 0; k < length; k++) {
                q[i][k] = random.normal((long) i * length + k);
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < i; j++) {
                    double along = dot(q[i], q[j]);
                    for (int k = 0; k < length; k++) {
                        q[i][k] -= along * q[j][k];
                    }
                }
            }
            double norm = StrictMath.sqrt(dot(q[i], q[i]));
            for (int k = 0; k < length; k++) {
                q[i][k] /= norm;
            }
        }
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < columns; c++) {
                v[r * columns + c] = gain * (rows >= columns ? q[c][r] : q[r][c]);
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
