package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.KernelPrinter;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Losses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A result with other lanes does not cost a large kernel its own. */
final class LanesTest {
    private static final Pattern LANES = Pattern.compile("; (\\d+)]");

    private final GraphBuilder b = new GraphBuilder();

    /** Each kernel's kind, what it stores and the most lanes it loads or stores, in order. */
    private List<String> kernels() {
        List<String> all = new ArrayList<>();
        for (LoweredKernel k : Compilation.of(b.build(), Options.DEFAULT.withSimd(Options.Simd.BITS_512)).plan().kernels()) {
            int lanes = 1;
            for (Matcher m = LANES.matcher(KernelPrinter.print(k.kernel())); m.find(); ) {
                lanes = Math.max(lanes, Integer.parseInt(m.group(1)));
            }
            List<String> stored = k.roots().stream().map(n -> n.dtype().text()).sorted().toList();
            all.add((k.isAll(Cluster.Kind.CONTRACTION) ? "contraction " : "") + stored + " x" + lanes);
        }
        return all;
    }

    @Test
    void anF64SideResultOfAnF32Kernel() {
        Node x = b.input("x", DType.F32, 32, 64);
        Node y = b.tanh(b.mul(x, 2));
        b.output("y", y);
        b.output("wide", b.cast(y, DType.F64));
        assertEquals(List.of("[f32] x16", "[f64] x1"), kernels());
    }

    @Test
    void kernelsThatReadTheSame() {
        Node x = b.input("x", DType.F32, 32, 64);
        b.output("wide", b.cast(x, DType.I64));
        b.output("y", b.tanh(x));
        b.output("z", b.mul(x, x));
        assertEquals(List.of("[i64] x1", "[f32, f32] x16"), kernels());
    }

    @Test
    void thoseWithoutLanesStayTogether() {
        Node x = b.input("x", DType.F32, 32, 64);
        b.output("a", b.cast(x, DType.I64));
        b.output("b", b.cast(x, DType.BF16));
        b.output("c", b.cast(x, DType.F64));
        assertEquals(List.of("[bf16, f64, i64] x1"), kernels());
    }

    /** One number of another width is no lane. */
    @Test
    void numbersOfAnyWidth() {
        Node x = b.input("x", DType.F32, 32, 64);
        Node rate = b.cast(b.input("rate", DType.F64), DType.F32);
        Node row = b.broadcast(b.cast(b.input("row", DType.BF16, 32), DType.F32), x.shape(), 0);
        b.output("y", b.mul(b.mul(x, b.broadcastTo(rate, x.shape())), row));
        assertEquals(List.of("[f32] x16"), kernels());
    }

    /** What is cheap runs where the rounding does; a polynomial does not. */
    @Test
    void polynomialsBetweenBf16() {
        Node x = b.input("x", DType.BF16, 32, 64);
        b.output("cheap", b.mul(b.add(x, 1), x));
        assertEquals(List.of("[bf16] x1"), kernels());
        b.output("y", b.tanh(b.input("z", DType.BF16, 32, 64)));
        assertEquals(List.of("[bf16] x1", "[f32] x1", "[f32] x16", "[bf16] x1"), kernels());
    }

    /** The class numbers are compared 8 bytes wide, the exponentials computed 4 bytes wide. */
    @Test
    void crossEntropyOfI64Labels() {
        Node loss = Losses.softmaxCrossEntropy(b, b.input("x", DType.F32, 32, 64), b.input("labels", DType.I64, 32));
        b.output("loss", loss);
        assertEquals(List.of("[f32, f32] x16", "[f32] x1", "[f32] x1"), kernels());
    }

    /** Calls of f64 functions, behind or in front of a contraction. */
    @Test
    void f64FunctionsAroundAContraction() {
        Node x = b.input("x", DType.F64, 32, 64);
        Node w = b.input("w", DType.F64, 64, 48);
        Node c = b.tanh(b.input("c", DType.F64, 32, 48));
        b.output("y", b.add(b.matmul(x, w), c));
        b.output("z", b.tanh(b.matmul(x, b.mul(w, 2))));
        assertEquals(2, kernels().stream().filter(k -> k.startsWith("contraction [f64") && k.endsWith("x8")).count(), kernels().toString());
    }

    @Test
    void bf16AroundAContraction() {
        Node x = b.input("x", DType.BF16, 32, 64);
        Node w = b.input("w", DType.BF16, 64, 48);
        b.output("y", b.tanh(b.matmul(x, w)));
        List<String> kernels = kernels();
        assertEquals(1, kernels.stream().filter(k -> k.equals("contraction [f32] x16")).count(), kernels.toString());
        // Neither the operands nor the result is computed one by one in the contraction.
        assertEquals(List.of("[bf16] x1"), kernels.stream().filter(k -> k.contains("bf16")).toList());
    }

    /** The greater and the less of a vector and a number are a comparison and a choice: of NaN and of either zero as Java has them. */
    @Test
    void boundsOfSpecialNumbers() {
        List<Double> bounds = List.of(0.0, -0.0, 1.0, -2.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-30);
        double[] special = {0.0, -0.0, 1.0, -1.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e-30, -1e-30, -2.5, -2.6, 3e38};
        for (DType dtype : List.of(DType.F32, DType.F64)) {
            GraphBuilder g = new GraphBuilder();
            Node x = g.input("x", dtype, 37);
            for (int k = 0; k < bounds.size(); k++) {
                Node bound = g.constant(dtype, bounds.get(k));
                g.output("max" + k, g.max(x, bound));
                g.output("min" + k, g.min(x, bound));
                // Of either zero the sign is seen.
                g.output("swapped" + k, g.div(g.constant(dtype, 1), g.max(bound, g.min(bound, x))));
            }
            double[] values = new double[37];
            for (int i = 0; i < values.length; i++) {
                values[i] = special[i % special.length];
            }
            Graph graph = g.build();
            Agreement.Trial trial = Agreement.Trial.of(Map.of("x", Value.of(x.type(), values)));
            assertEquals(Optional.empty(), Agreement.failure(graph, List.of(trial), Agreement.everyWidthAndOtherwiseExtremes()));
        }
    }
}
