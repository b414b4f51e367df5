package bytegrad.benchmarks;

import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import java.util.HashSet;
import java.util.Set;

/**
 * What a graph asks of a machine, whoever runs it: counted on the graph as it was written, before any pass.
 *
 * @param contractions floating-point operations of its contractions, a multiplication and an addition each
 * @param elements operations of everything else element by element: one each, {@value #POLYNOMIAL} for a function that is a polynomial, one for
 *     each element that a reduction reads
 * @param bytes that any way of running it must move: inputs and outputs once, states twice
 */
public record Demand(double contractions, double elements, double bytes) {
    /** About what exp and its kin take. */
    private static final int POLYNOMIAL = 16;

    /** Counts a graph; what is inside of nested graphs does not count. */
    public static Demand of(Graph graph) {
        double contractions = 0;
        double elements = 0;
        for (Node n : graph.nodes()) {
            switch (n.op()) {
                case Op.Contract c -> contractions += flops(n, c);
                case Op.Map m -> elements += (double) n.shape().size() * weight(m.fn());
                case Op.Cast _ -> elements += n.shape().size();
                case Op.Reduce _, Op.ArgReduce _, Op.Cumulate _, Op.OverlapAdd _ -> elements += n.inputs().get(0).shape().size();
                case Op.Input _, Op.Constant _, Op.Iota _, Op.Gather _, Op.Scatter _, Op.ArgSort _, Op.Random _, Op.Concat _, Op.View _, Op.Nested _ -> {}
            }
        }
        return new Demand(contractions, elements, bytes(graph));
    }

    private static double flops(Node n, Op.Contract c) {
        Node left = n.inputs().get(0);
        return 2.0 * n.shape().size() * c.leftContract().stream().mapToInt(axis -> left.shape().dim(axis)).reduce(1, (a, b) -> a * b);
    }

    private static int weight(ScalarFn fn) {
        return switch (fn) {
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV,
                    LGAMMA, DIGAMMA, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA -> POLYNOMIAL;
            case STOP_GRADIENT -> 0;
            case NEG, ABS, SIGN, SQRT, FLOOR, CEIL, ROUND_EVEN, TRUNC, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL,
                    SHR, USHR, SELECT -> 1;
        };
    }

    private static double bytes(Graph graph) {
        double sum = 0;
        for (Node n : graph.inputs()) {
            sum += size(n);
        }
        for (Graph.Update u : graph.updates()) {
            sum += size(u.state());
        }
        Set<Node> outputs = new HashSet<>(graph.outputs().values());
        for (Node n : outputs) {
            sum += size(n);
        }
        return sum;
    }

    private static double size(Node n) {
        return (double) n.shape().size() * n.dtype().bytes();
    }

    /** All operations. */
    public double flops() {
        return contractions + elements;
    }

    /** Operations of contractions for each byte. */
    public double intensity() {
        return contractions / bytes;
    }
}
