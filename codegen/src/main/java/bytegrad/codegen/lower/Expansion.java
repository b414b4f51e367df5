package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.List;
import java.util.Optional;

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
            case NEG, ABS, SQRT, ADD, SUB, MUL, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR ->
                s.let(new Expr.Apply(fn, args));
            case SELECT -> select(args, s);
            case STOP_GRADIENT -> x;
        };
    }

    /**
     * The greater or the less of floats and one number, by a comparison and a choice, which keeps NaN and what Java says of −0: on several lanes that is two instructions, where of
     * two vectors it is six.
     */
    static Optional<Expr> bounded(ScalarFn fn, List<Expr> args, Scope s) {
        boolean extremum = (fn == ScalarFn.MAX || fn == ScalarFn.MIN) && args.getFirst().dtype().isFloat();
        Optional<Expr> number = args.stream().filter(a -> extremum && a instanceof Expr.Const c && !Double.isNaN(value(c))).findFirst();
        return number.map(bound -> {
            Expr x = args.get(0) == bound ? args.get(1) : args.get(0);
            boolean max = fn == ScalarFn.MAX;
            // The bound itself where it is the zero that is on its side of the other.
            boolean zero = Double.compare(value((Expr.Const) bound), max ? 0.0 : -0.0) == 0;
            ScalarFn beyond = max ? zero ? ScalarFn.LE : ScalarFn.LT : zero ? ScalarFn.GE : ScalarFn.GT;
            Expr wide = s.splat(bound, x.lanes());
            return s.let(Expr.Apply.of(ScalarFn.SELECT, s.let(Expr.Apply.of(beyond, x, wide)), wide, x));
        });
    }

    private static double value(Expr.Const c) {
        return c.dtype() == DType.F64 ? Double.longBitsToDouble(c.bits()) : Float.intBitsToFloat((int) c.bits());
    }

    private static Expr call(ScalarFn fn, List<Expr> args, Scope s) {
        if (args.getFirst().lanes() > 1) {
            throw new NotVectorizable(args.getLast().dtype().text() + " " + fn.text() + " is a call per element");
        }
        return s.let(new Expr.Apply(fn, args));
    }

    /** A number or zero, on one lane, by a mask of bits: a jump that is taken now and then costs several times as much. */
    private static Expr select(List<Expr> args, Scope s) {
        Expr then = args.get(1);
        Expr otherwise = args.get(2);
        Expr number = isZero(otherwise) ? then : otherwise;
        boolean masked = then.lanes() == 1 && !(number instanceof Expr.Const) && (isZero(then) || isZero(otherwise));
        if (!masked || then.dtype() != DType.F32 && then.dtype() != DType.F64) {
            return s.let(new Expr.Apply(ScalarFn.SELECT, args));
        }
        DType bits = then.dtype() == DType.F32 ? DType.I32 : DType.I64;
        Expr holds = s.let(new Expr.Convert(bits, args.getFirst()));
        Expr mask = s.let(isZero(otherwise) ? Expr.Apply.of(ScalarFn.NEG, holds) : Expr.Apply.of(ScalarFn.SUB, holds, Expr.Const.of(bits, 1)));
        Expr kept = s.let(Expr.Apply.of(ScalarFn.AND, mask, s.let(new Expr.Bits(bits, number))));
        return s.let(new Expr.Bits(then.dtype(), kept));
    }

    private static boolean isZero(Expr e) {
        return e instanceof Expr.Const c && c.bits() == 0;
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
        int lanes = x.lanes();
        Exponentials exponentials = new Exponentials(s, lanes);
        Logarithms logarithms = new Logarithms(s, lanes);
        Trigonometry trigonometry = new Trigonometry(s, lanes);
        InverseTrigonometry angles = new InverseTrigonometry(s, lanes);
        ErrorFunctions errors = new ErrorFunctions(s, lanes);
        Powers powers = new Powers(s, lanes);
        return switch (fn) {
            case EXP -> exponentials.exp(x);
            case LOG -> logarithms.log(x);
            case TANH -> exponentials.tanh(x);
            case SIGMOID -> exponentials.sigmoid(x);
            case ERF -> errors.erf(x);
            case SIN -> trigonometry.sin(x);
            case COS -> trigonometry.cos(x);
            case TAN -> trigonometry.tan(x);
            case ASIN -> angles.asin(x);
            case ACOS -> angles.acos(x);
            case ATAN -> angles.atan(x);
            case SINH -> exponentials.sinh(x);
            case COSH -> exponentials.cosh(x);
            case ASINH -> logarithms.asinh(x);
            case ACOSH -> logarithms.acosh(x);
            case ATANH -> logarithms.atanh(x);
            case EXP2 -> exponentials.exp2(x);
            case LOG2 -> logarithms.log2(x);
            case LOG1P -> logarithms.log1p(x);
            case EXPM1 -> exponentials.expm1(x);
            case CBRT -> powers.cbrt(x);
            case ERFC -> errors.erfc(x);
            case ERF_INV -> errors.erfInv(x);
            case POW -> powers.pow(x, args.get(1));
            case ATAN2 -> angles.atan2(x, args.get(1));
            case LOG_ADD_EXP -> new LogAddExp(s, lanes).apply(x, args.get(1));
            case LGAMMA, DIGAMMA, POLYGAMMA -> inDouble(fn, args, s);
            case NEG, ABS, SIGN, SQRT, FLOOR, CEIL, ROUND_EVEN, TRUNC, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, SELECT,
                    STOP_GRADIENT -> throw new IllegalArgumentException(fn + " is no polynomial");
        };
    }
}
