package bytegrad.codegen.fuse;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;

/** How much code a node adds to a kernel, in primitive operations: what bounds a method's size and C2's time. */
final class Weight {
    private Weight() {}

    static int of(Node n) {
        return switch (n.op()) {
            case Op.Input o -> 0;
            case Op.Constant o -> 0;
            case Op.Iota o -> 1;
            case Op.Map(ScalarFn fn) -> of(fn, n.input(n.inputs().size() - 1).dtype());
            case Op.Cast o -> 1;
            case Op.Reduce o -> 6;
            case Op.ArgReduce o -> 8;
            case Op.Contract o -> 8;
            case Op.Gather o -> 4;
            case Op.Scatter o -> 8;
            case Op.Cumulate o -> 8;
            case Op.ArgSort o -> 8;
            // 20 rounds of 5 integer operations; less by count, so that a mask and its use still share a kernel.
            case Op.Random o -> 90;
            case Op.OverlapAdd o -> 8;
            case Op.Nested o -> 8;
            case Op.Concat o -> 4 * n.inputs().size();
            case Op.View o -> 1;
        };
    }

    private static int of(ScalarFn fn, DType dtype) {
        return switch (fn) {
            case NEG, ABS, ADD, SUB, MUL, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, STOP_GRADIENT, SELECT -> 1;
            case MAX, MIN, DIV -> 2;
            case REM -> 4;
            case MOD, FLOOR, CEIL, ROUND_EVEN, TRUNC -> 8;
            case SQRT, SIGN -> 3;
            case EXP, LOG, TANH, SIGMOID, ERF -> dtype == DType.F32 ? 24 : 8;
            case EXP2, EXPM1, ASIN, ACOS, ATAN -> dtype == DType.F32 ? 26 : 8;
            case LOG2, LOG1P, SINH, COSH, ASINH, ACOSH, ATANH, CBRT, ATAN2 -> dtype == DType.F32 ? 38 : 8;
            case ERF_INV, LOG_ADD_EXP -> dtype == DType.F32 ? 70 : 8;
            case ERFC, POW -> dtype == DType.F32 ? 100 : 8;
            case LGAMMA, DIGAMMA, POLYGAMMA -> 8;
            // The long way for large arguments is code too, though it seldom runs.
            case SIN, COS, TAN -> dtype == DType.F32 ? 60 : 8;
        };
    }
}
