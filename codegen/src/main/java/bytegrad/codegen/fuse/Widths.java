package bytegrad.codegen.fuse;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How wide the lanes are that the values of a kernel in the making want: 4 bytes, 8, or none at all. A kernel that wants more than
 * one of these runs one element at a time, so a large kernel should not take in what would make it so.
 */
final class Widths {
    private static final int FOUR = 1;
    private static final int EIGHT = 2;
    /** What has no lanes: storage types, and calls of functions. */
    private static final int NONE = 4;

    /** By the variables that a value varies with: what is the same in all lanes is one number, of whatever width. */
    private final Map<Set<Expr.Var>, Integer> wanted = new HashMap<>();

    void add(Node n, List<Index> index) {
        wanted.merge(Draft.variables(index), of(n), (a, b) -> a | b);
    }

    void addAll(Widths other) {
        other.wanted.forEach((vars, w) -> wanted.merge(vars, w, (a, b) -> a | b));
    }

    /** What loops over a space want: those over its last axis, and those inside them. */
    private int over(Shape space) {
        int all = 0;
        for (Map.Entry<Set<Expr.Var>, Integer> e : wanted.entrySet()) {
            all |= varies(space, e.getKey()) ? e.getValue() : 0;
        }
        return all;
    }

    private static boolean varies(Shape space, Set<Expr.Var> vars) {
        return vars.stream().anyMatch(v -> Cluster.axisNumber(v) < 0 || Cluster.axisNumber(v) == space.rank() - 1);
    }

    private static boolean oneWidth(int w) {
        return w == 0 || w == FOUR || w == EIGHT;
    }

    /** Whether loops over the space have lanes. */
    boolean haveLanes(Shape space) {
        return oneWidth(over(space));
    }

    /** Whether the node alone has. */
    static boolean haveLanes(Node n) {
        return oneWidth(of(n));
    }

    /** Whether a kernel with these widths still has lanes when it computes the node at these indices too. */
    boolean keepLanes(Shape space, Node n, List<List<Index>> indices) {
        int all = over(space);
        for (List<Index> index : indices) {
            all |= varies(space, Draft.variables(index)) ? of(n) : 0;
        }
        return oneWidth(all);
    }

    /** Whether neither of two kernels over one space would lose its lanes to the other. */
    boolean goesWith(Widths other, Shape space) {
        int a = over(space);
        int b = other.over(space);
        return a == 0 || b == 0 || oneWidth(a | b) || !oneWidth(a) && !oneWidth(b);
    }

    /** As {@link #goesWith}, of a kernel that would compute the node alone. */
    boolean goesWith(Node n, List<Index> index, Shape space) {
        Widths alone = new Widths();
        alone.add(n, index);
        return goesWith(alone, space);
    }

    private static int of(Node n) {
        int all = of(n.dtype());
        return switch (n.op()) {
            case Op.Map(ScalarFn fn) -> n.inputs().stream().mapToInt(x -> of(x.dtype())).reduce(all, (a, b) -> a | b)
                    | (isCall(fn, n.dtype()) ? NONE : 0);
            case Op.Cast o -> all | of(n.input(0).dtype());
            // What these read is in memory, at indices that are the same in all lanes or have a kernel of one lane.
            case Op.Input o -> all;
            case Op.Constant o -> all;
            case Op.Iota o -> all;
            case Op.Reduce o -> all;
            case Op.ArgReduce o -> all;
            case Op.Contract o -> all;
            case Op.Gather o -> all;
            case Op.Scatter o -> all;
            case Op.Cumulate o -> all;
            case Op.ArgSort o -> all;
            case Op.Random o -> all;
            case Op.OverlapAdd o -> all;
            case Op.Nested o -> all;
            case Op.Concat o -> all;
            case Op.View o -> all;
        };
    }

    private static int of(DType dtype) {
        return switch (dtype) {
            case F32, I32 -> FOUR;
            case F64, I64 -> EIGHT;
            case BOOL -> 0;
            case U8, I8, I16, BF16 -> NONE;
        };
    }

    /** A function that no polynomial or instruction on several lanes stands for. */
    private static boolean isCall(ScalarFn fn, DType dtype) {
        return switch (fn) {
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC,
                    ERF_INV, POW, ATAN2, LOG_ADD_EXP -> dtype == DType.F64;
            case LGAMMA, DIGAMMA, POLYGAMMA, REM, MOD -> true;
            case DIV -> !dtype.isFloat();
            case FLOOR, CEIL, ROUND_EVEN, TRUNC, NEG, ABS, SIGN, SQRT, ADD, SUB, MUL, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT,
                    SELECT -> false;
        };
    }
}
