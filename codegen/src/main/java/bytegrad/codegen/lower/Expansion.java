package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.List;

/**
 * Scalar functions as the loop IR has them. The f32 transcendentals become polynomials here, the same for every number
 * of lanes, so that a value never depends on its position; f64 ones stay calls, which have one lane.
 */
final class Expansion {
    private Expansion() {}

    /** Writes fn(args) into a scope; all arguments have the same lanes. */
    static Expr apply(ScalarFn fn, List<Expr> args, Scope s) {
        Expr x = args.getFirst();
        return switch (fn) {
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    POW, ATAN2, LOG_ADD_EXP, POLYGAMMA -> x.dtype() == DType.F32 ? polynomial(fn, args, s) : call(fn, args, s);
            case FLOOR -> new Rounding(s, x).floor();
            case CEIL -> new Rounding(s, x).ceil();
            case ROUND_EVEN -> new Rounding(s, x).even();
            case TRUNC -> new Rounding(s, x).trunc();
            case DIV -> x.dtype().isFloat() ? s.let(new Expr.Apply(fn, args)) : call(fn, args, s);
            case REM -> call(fn, args, s);
            case MOD -> mod(x, args.get(1), s);
            case SIGN -> sign(x, s);
            case NEG, ABS, SQRT, ADD, SUB, MUL, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, SELECT ->
                s.let(new Expr.Apply(fn, args));
            case STOP_GRADIENT -> x;
        };
    }

    private static Expr call(ScalarFn fn, List<Expr> args, Scope s) {
        if (args.getFirst().lanes() > 1) {
            throw new NotVectorizable(args.getLast().dtype().text() + " " + fn.text() + " is a call per element");
        }
        return s.let(new Expr.Apply(fn, args));
    }

    private static Expr sign(Expr x, Scope s) {
        Expr zero = s.splat(Expr.Const.of(x.dtype(), 0), x.lanes());
        Expr one = s.splat(Expr.Const.of(x.dtype(), 1), x.lanes());
        Expr minus = s.splat(Expr.Const.of(x.dtype(), -1), x.lanes());
        Expr negative = s.let(Expr.Apply.of(ScalarFn.SELECT, s.let(Expr.Apply.of(ScalarFn.LT, x, zero)), minus, x));
        return s.let(Expr.Apply.of(ScalarFn.SELECT, s.let(Expr.Apply.of(ScalarFn.GT, x, zero)), one, negative));
    }

    /** The remainder, plus the divisor where their signs differ; a zero takes the sign of the divisor. */
    private static Expr mod(Expr a, Expr b, Scope s) {
        Expr r = call(ScalarFn.REM, List.of(a, b), s);
        Expr zero = Expr.Const.of(a.dtype(), 0);
        Expr below = s.let(Expr.Apply.of(ScalarFn.LT, r, zero));
        Expr divisorBelow = s.let(Expr.Apply.of(ScalarFn.LT, b, zero));
        Expr differ = s.let(Expr.Apply.of(ScalarFn.NE, below, divisorBelow));
        Expr moved = s.let(Expr.Apply.of(ScalarFn.SELECT, differ, s.let(Expr.Apply.of(ScalarFn.ADD, r, b)), r));
        Expr none = a.dtype().isFloat() ? s.let(Expr.Apply.of(ScalarFn.SELECT, divisorBelow, Expr.Const.of(a.dtype(), -0.0), zero)) : zero;
        return s.let(Expr.Apply.of(ScalarFn.SELECT, s.let(Expr.Apply.of(ScalarFn.EQ, r, zero)), none, moved));
    }

    /** An f32 function without a polynomial: that of doubles, rounded. */
    private static Expr inDouble(ScalarFn fn, List<Expr> args, Scope s) {
        if (args.getFirst().lanes() > 1) {
            throw new NotVectorizable("f32 " + fn.text() + " is a call per element");
        }
        List<Expr> wide = args.stream().map(a -> s.let(new Expr.Convert(DType.F64, a))).toList();
        return s.let(new Expr.Convert(DType.F32, s.let(new Expr.Apply(fn, wide))));
    }

    private static Expr polynomial(ScalarFn fn, List<Expr> args, Scope s) {
        Expr x = args.getFirst();
        Polynomials p = new Polynomials(s, x.lanes());
        return switch (fn) {
            case EXP -> p.exp(x);
            case LOG -> p.log(x);
            case TANH -> p.tanh(x);
            case SIGMOID -> p.sigmoid(x);
            case ERF -> p.erf(x);
            case SIN -> new Trigonometry(s, x.lanes()).sin(x);
            case COS -> new Trigonometry(s, x.lanes()).cos(x);
            case TAN -> inDouble(fn, args, s);
            case ASIN -> inDouble(fn, args, s);
            case ACOS -> inDouble(fn, args, s);
            case ATAN -> inDouble(fn, args, s);
            case SINH -> inDouble(fn, args, s);
            case COSH -> inDouble(fn, args, s);
            case ASINH -> inDouble(fn, args, s);
            case ACOSH -> inDouble(fn, args, s);
            case ATANH -> inDouble(fn, args, s);
            case EXP2 -> inDouble(fn, args, s);
            case LOG2 -> inDouble(fn, args, s);
            case LOG1P -> inDouble(fn, args, s);
            case EXPM1 -> inDouble(fn, args, s);
            case CBRT -> inDouble(fn, args, s);
            case ERFC -> inDouble(fn, args, s);
            case ERF_INV -> inDouble(fn, args, s);
            case LGAMMA -> inDouble(fn, args, s);
            case DIGAMMA -> inDouble(fn, args, s);
            case POW -> inDouble(fn, args, s);
            case ATAN2 -> inDouble(fn, args, s);
            case LOG_ADD_EXP -> inDouble(fn, args, s);
            case POLYGAMMA -> inDouble(fn, args, s);
            case NEG, ABS, SIGN, SQRT, FLOOR, CEIL, ROUND_EVEN, TRUNC, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, SELECT,
                    STOP_GRADIENT -> throw new IllegalArgumentException(fn + " is no polynomial");
        };
    }
}
