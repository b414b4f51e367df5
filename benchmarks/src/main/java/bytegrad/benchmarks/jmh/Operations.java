package bytegrad.benchmarks.jmh;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Normalizations;
import bytegrad.ir.nn.Padding;
import bytegrad.runtime.Session;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One operation, or composite, at each width of vectors; operands fit in the second cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class Operations {
    private static final int SIDE = 256;

    /** What is computed from a matrix of 256 × 256. */
    public enum Operation {
        ADD,
        FMA,
        SQRT,
        EXP,
        LOG,
        TANH,
        SIGMOID,
        ERF,
        SIN,
        POW,
        SUM_OF_ROWS,
        SUM_OF_COLUMNS,
        MAX_OF_ROWS,
        TRANSPOSE,
        GATHER,
        MATMUL,
        MATMUL_BY_TRANSPOSE,
        MATRIX_BY_VECTOR,
        CONVOLUTION,
        MAX_POOL,
        SOFTMAX,
        LAYER_NORM;

        private Node of(GraphBuilder b, Node x) {
            return switch (this) {
                case ADD -> b.add(x, b.input("y", DType.F32, SIDE, SIDE));
                case FMA -> b.fma(x, b.input("y", DType.F32, SIDE, SIDE), b.input("z", DType.F32, SIDE, SIDE));
                case SQRT -> b.sqrt(x);
                case EXP -> b.exp(x);
                case LOG -> b.log(x);
                case TANH -> b.tanh(x);
                case SIGMOID -> b.sigmoid(x);
                case ERF -> b.erf(x);
                case SIN -> b.sin(x);
                case POW -> b.pow(x, b.input("y", DType.F32, SIDE, SIDE));
                case SUM_OF_ROWS -> b.sum(x, 1);
                case SUM_OF_COLUMNS -> b.sum(x, 0);
                case MAX_OF_ROWS -> b.reduce(Monoid.MAX, x, 1);
                case TRANSPOSE -> b.transpose(x, 1, 0);
                case GATHER -> b.gather(x, b.iota(bytegrad.ir.TensorType.of(DType.I32, SIDE), 0), 0);
                case MATMUL -> b.matmul(x, b.input("y", DType.F32, SIDE, SIDE));
                case MATMUL_BY_TRANSPOSE -> b.matmul(x, b.transpose(b.input("y", DType.F32, SIDE, SIDE), 1, 0));
                case MATRIX_BY_VECTOR -> b.matmul(x, b.input("y", DType.F32, SIDE, 1));
                case CONVOLUTION -> Convolutions.conv(b, b.reshape(x, 4, 32, 32, 16), b.input("w", DType.F32, 3, 3, 16, 32), 1, Padding.Rule.SAME);
                case MAX_POOL -> Convolutions.maxPool(b, b.reshape(x, 4, 32, 32, 16), List.of(2, 2), List.of(2, 2), Padding.Rule.VALID);
                case SOFTMAX -> Activations.softmax(b, x, 1);
                case LAYER_NORM -> Normalizations.layer(b, x, b.input("g", DType.F32, SIDE), b.input("h", DType.F32, SIDE), 1e-5);
            };
        }
    }

    /** What is computed. */
    @Param
    public Operation operation = Operation.ADD;

    /** The width of vectors. */
    @Param({"SCALAR", "BITS_128", "BITS_256", "BITS_512"})
    public Options.Simd simd = Options.Simd.SCALAR;

    private Session session = session(operation, simd);

    private static Session session(Operation operation, Options.Simd simd) {
        GraphBuilder b = new GraphBuilder();
        b.output("result", operation.of(b, b.input("x", DType.F32, SIDE, SIDE)));
        Session s = Compiler.compile(b.build(), Options.DEFAULT.withSimd(simd)).newSession(1);
        s.function().signature().inputs().forEach(slot -> {
            float[] v = new float[slot.size()];
            for (int i = 0; i < v.length; i++) {
                v[i] = (i % 1009 + 1) * 1e-3f;
            }
            s.set(slot.name(), v);
        });
        return s;
    }

    /** Compiles and fills the inputs. */
    @Setup
    public void prepare() {
        session = session(operation, simd);
    }

    @Benchmark
    public Session run() {
        session.run();
        return session;
    }
}
