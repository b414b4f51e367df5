package bytegrad.benchmarks.jmh;

import bytegrad.codegen.Compiler;
import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.runtime.Session;
import java.util.SplittableRandom;
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

/** What is compiled beside {@link HandWritten} code: products of n × n matrices, and an elementwise formula of n·n elements. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ByHand {
    /** Rows and columns. */
    @Param({"256", "512", "1024"})
    public int n = 256;

    private float[] a = new float[0];
    private float[] b = new float[0];
    private float[] c = new float[0];
    private float[] x = new float[0];
    private float[] y = new float[0];
    private final float[] panel = new float[HandWritten.panelSize()];
    private Session product = session(1, GraphForm.PRODUCT);
    private Session formula = session(1, GraphForm.CHAIN);

    private enum GraphForm {
        PRODUCT,
        CHAIN
    }

    private static Session session(int n, GraphForm form) {
        GraphBuilder g = new GraphBuilder();
        Node a = g.input("a", DType.F32, n, n);
        Node b = g.input("b", DType.F32, n, n);
        g.output("y", switch (form) {
            case PRODUCT -> g.matmul(a, b);
            case CHAIN -> {
                Node x = g.input("x", DType.F32, n, n);
                yield g.fma(g.max(g.fma(a, x, b), g.constant(DType.F32, 0)), g.input("c", DType.F32, n, n), x);
            }
        });
        return Compiler.compile(g.build()).newSession(1);
    }

    private static float[] random(int seed, int size) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) (random.nextDouble() - 0.5);
        }
        return values;
    }

    /** Fills both sides with the same numbers, and checks that both compute the same from them. */
    @Setup
    public void prepare() {
        a = random(1, n * n);
        b = random(2, n * n);
        c = random(3, n * n);
        x = random(4, n * n);
        y = new float[n * n];
        product = session(n, GraphForm.PRODUCT).set("a", a).set("b", b);
        formula = session(n, GraphForm.CHAIN).set("a", a).set("b", b).set("c", c).set("x", x);
        product.run();
        matmulByHand();
        compare(product.get("y").floats());
        formula.run();
        chainByHand();
        compare(formula.get("y").floats());
    }

    private void compare(float[] compiled) {
        for (int i = 0; i < y.length; i++) {
            if (!(Math.abs(compiled[i] - y[i]) < 1e-4 * Math.sqrt(n))) {
                throw new IllegalStateException("element " + i + ": compiled " + compiled[i] + ", by hand " + y[i]);
            }
        }
    }

    @Benchmark
    public float[] matmulByHand() {
        HandWritten.matmul(a, b, y, n, panel);
        return y;
    }

    @Benchmark
    public Session matmulCompiled() {
        product.run();
        return product;
    }

    @Benchmark
    public float[] chainByHand() {
        HandWritten.chain(a, b, c, x, y);
        return y;
    }

    @Benchmark
    public Session chainCompiled() {
        formula.run();
        return formula;
    }
}
