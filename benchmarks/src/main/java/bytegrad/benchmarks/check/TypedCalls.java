package bytegrad.benchmarks.check;

import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.codegen.facade.Facades;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.Session;
import bytegrad.runtime.typed.Named;
import bytegrad.runtime.typed.Returns;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;

/** What a call through a typed interface costs beyond the calls it stands for, and what the stack trace of an error in a kernel says. */
final class TypedCalls {
    private static final int ELEMENTS = 16;
    private static final int CALLS = 2_000;
    private static final int ROUNDS = 400;
    private static final int WARM_ROUNDS = 50;
    private static final double MOST_NANOS = 50;
    /** The float[] that is returned: a header of 16 bytes and the elements. */
    private static final int RESULT_BYTES = 16 + 4 * ELEMENTS;

    private final Session session;
    private final Product product;
    private final float[] x = new float[ELEMENTS];
    /** Keeps the results alive. */
    private float sink;

    private TypedCalls() {
        GraphBuilder b = new GraphBuilder();
        Node in = b.input("x", DType.F32, ELEMENTS);
        b.output("y", b.map(ScalarFn.MUL, in, in));
        session = Compiler.compile(b.build(), Options.DEFAULT.withSimd(Options.Simd.SCALAR)).newSession();
        product = Facades.bind(Product.class, session);
        Arrays.fill(x, 2);
    }

    /** Before the compiled function. */
    public interface Product {
        /** The squares. */
        @Returns("y")
        float[] of(@Named("x") float[] x);
    }

    static void report(Report report) {
        TypedCalls calls = new TypedCalls();
        double[] nanos = calls.nanos();
        report.figure("typed-raw-ns", nanos[0]);
        report.figure("typed-facade-ns", nanos[1]);
        report.atMost("typed-overhead-ns", nanos[1] - nanos[0], MOST_NANOS);
        report.atMost("typed-allocation-bytes-per-call", calls.bytesPerCall(), RESULT_BYTES);
    }

    private float[] raw() {
        session.set("x", x).run();
        float[] y = new float[ELEMENTS];
        session.read("y", y);
        return y;
    }

    /** Medians of alternate rounds, a call each. */
    private double[] nanos() {
        double[] raw = new double[ROUNDS];
        double[] typed = new double[ROUNDS];
        for (int k = -WARM_ROUNDS; k < ROUNDS; k++) {
            double first = round(_ -> raw());
            double second = round(_ -> product.of(x));
            if (k >= 0) {
                raw[k] = first;
                typed[k] = second;
            }
        }
        Arrays.sort(raw);
        Arrays.sort(typed);
        return new double[] {raw[ROUNDS / 2], typed[ROUNDS / 2]};
    }

    private double round(IntFunction<float[]> call) {
        long start = System.nanoTime();
        for (int k = 0; k < CALLS; k++) {
            sink += call.apply(k)[0];
        }
        return (double) (System.nanoTime() - start) / CALLS;
    }

    /** Of several rounds the least: what one has beyond it is the JVM's. */
    private double bytesPerCall() {
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        IntFunction<float[]> call = _ -> product.of(x);
        for (int k = 0; k < WARM_ROUNDS; k++) {
            long before = thread.getCurrentThreadAllocatedBytes();
            round(call);
            least = Math.min(least, thread.getCurrentThreadAllocatedBytes() - before);
        }
        return (double) least / CALLS;
    }

    /** An index out of range in a gather: the trace names the listing's file, the line there, and the node. */
    static void trace(Report report) {
        GraphBuilder b = new GraphBuilder();
        Node table = b.input("table", DType.F32, 5, 3);
        Node words = b.input("words", DType.I32, 4);
        b.output("rows", b.label(b.map(ScalarFn.NEG, b.gather(table, words, 0)), "embedded"));
        Graph graph = b.build();
        Session s = Compiler.compile(graph).newSession();
        s.set("table", new float[15]).set("words", new int[] {0, 1, 7, 2});
        String said = "no error";
        boolean named = false;
        try {
            s.run();
        } catch (IndexException e) {
            Optional<StackTraceElement> kernel = Arrays.stream(e.getStackTrace()).filter(f -> String.valueOf(f.getFileName()).endsWith(".kernels")).findFirst();
            said = kernel.map(StackTraceElement::toString).orElse("no frame in a listing") + " " + e.getMessage();
            named = kernel.isPresent() && kernel.get().getLineNumber() > 0 && kernel.get().getMethodName().contains("embedded");
        }
        report.fact("stack-trace", said, "file and line of the listing, and the node", named);
    }
}
