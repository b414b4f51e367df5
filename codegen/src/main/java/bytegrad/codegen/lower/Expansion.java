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
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS -> x.dtype() == DType.F32 ? polynomial(fn, x, s) : call(fn, args, s);
            case SIGN -> sign(x, s);
            case NEG, ABS, SQRT, ADD, SUB, MUL, DIV, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, SELECT ->
                s.let(new Expr.Apply(fn, args));
            case STOP_GRADIENT -> x;
        };
    }

    private static Expr call(ScalarFn fn, List<Expr> args, Scope s) {
        if (args.getFirst().lanes() > 1) {
            throw new NotVectorizable("f64 " + fn.text() + " is a call per element");
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

    private static Expr polynomial(ScalarFn fn, Expr x, Scope s) {
        Polynomials p = new Polynomials(s, x.lanes());
        return switch (fn) {
            case EXP -> p.exp(x);
            case LOG -> p.log(x);
            case TANH -> p.tanh(x);
            case SIGMOID -> p.sigmoid(x);
            case ERF -> p.erf(x);
            case SIN -> new Trigonometry(s, x.lanes()).sin(x);
            case COS -> new Trigonometry(s, x.lanes()).cos(x);
            case NEG, ABS, SIGN, SQRT, ADD, SUB, MUL, DIV, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR, SELECT,
                    STOP_GRADIENT -> throw new IllegalArgumentException(fn + " is no polynomial");
        };
    }
}
