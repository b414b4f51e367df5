package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;

/** A notation for writing expansions: each method appends one operation to a scope, on any number of lanes. */
abstract class Primitives {
    private final Scope scope;
    private final int lanes;

    Primitives(Scope scope, int lanes) {
        this.scope = scope;
        this.lanes = lanes;
    }

    final Scope scope() {
        return scope;
    }

    final int lanes() {
        return lanes;
    }

    final Expr f(float value) {
        return scope.splat(new Expr.Const(DType.F32, Float.floatToRawIntBits(value)), lanes);
    }

    final Expr i(int value) {
        return scope.splat(new Expr.Const(DType.I32, value), lanes);
    }

    private Expr apply(ScalarFn fn, Expr... args) {
        return scope.let(Expr.Apply.of(fn, args));
    }

    final Expr fma(Expr a, Expr b, Expr c) {
        return apply(ScalarFn.FMA, a, b, c);
    }

    final Expr add(Expr a, Expr b) {
        return apply(ScalarFn.ADD, a, b);
    }

    final Expr sub(Expr a, Expr b) {
        return apply(ScalarFn.SUB, a, b);
    }

    final Expr mul(Expr a, Expr b) {
        return apply(ScalarFn.MUL, a, b);
    }

    final Expr div(Expr a, Expr b) {
        return apply(ScalarFn.DIV, a, b);
    }

    final Expr neg(Expr a) {
        return apply(ScalarFn.NEG, a);
    }

    final Expr sqrt(Expr a) {
        return apply(ScalarFn.SQRT, a);
    }

    final Expr abs(Expr a) {
        return apply(ScalarFn.ABS, a);
    }

    final Expr lt(Expr a, Expr b) {
        return apply(ScalarFn.LT, a, b);
    }

    final Expr gt(Expr a, Expr b) {
        return apply(ScalarFn.GT, a, b);
    }

    final Expr eq(Expr a, Expr b) {
        return apply(ScalarFn.EQ, a, b);
    }

    final Expr ne(Expr a, Expr b) {
        return apply(ScalarFn.NE, a, b);
    }

    final Expr and(Expr a, Expr b) {
        return apply(ScalarFn.AND, a, b);
    }

    final Expr or(Expr a, Expr b) {
        return apply(ScalarFn.OR, a, b);
    }

    final Expr xor(Expr a, Expr b) {
        return apply(ScalarFn.XOR, a, b);
    }

    final Expr shl(Expr a, Expr b) {
        return apply(ScalarFn.SHL, a, b);
    }

    final Expr shr(Expr a, Expr b) {
        return apply(ScalarFn.SHR, a, b);
    }

    final Expr ushr(Expr a, Expr b) {
        return apply(ScalarFn.USHR, a, b);
    }

    final Expr select(Expr c, Expr a, Expr b) {
        return apply(ScalarFn.SELECT, c, a, b);
    }

    final Expr convert(DType dtype, Expr a) {
        return scope.let(new Expr.Convert(dtype, a));
    }

    /** An i32 as the nearest f32. */
    final Expr toNumber(Expr a) {
        return convert(DType.F32, a);
    }

    final Expr toInt(Expr a) {
        return scope.let(new Expr.Bits(DType.I32, a));
    }

    final Expr toFloat(Expr a) {
        return scope.let(new Expr.Bits(DType.F32, a));
    }

    final Expr.Var variable(Expr value) {
        return scope.accumulator(value);
    }

    final void assign(Expr.Var v, Expr value) {
        scope.out.add(new Stmt.Assign(v, value));
    }

    /** A polynomial of degree 1 or more by Horner's rule, the coefficient of the highest power first. */
    final Expr horner(Expr x, float... coefficients) {
        Expr p = fma(x, f(coefficients[0]), f(coefficients[1]));
        for (int k = 2; k < coefficients.length; k++) {
            p = fma(p, x, f(coefficients[k]));
        }
        return p;
    }

    /** x, no less than low and no more than high; NaN stays. */
    final Expr clamp(Expr x, float low, float high) {
        Expr x0 = select(lt(x, f(low)), f(low), x);
        return select(gt(x0, f(high)), f(high), x0);
    }

    /** x, no more than high; NaN stays. */
    final Expr atMost(Expr x, float high) {
        return select(gt(x, f(high)), f(high), x);
    }

    /** magnitude, which is not negative, with the sign of x. */
    final Expr withSign(Expr magnitude, Expr x) {
        return toFloat(or(toInt(magnitude), signBit(x)));
    }

    /** The sign bit of x alone. */
    final Expr signBit(Expr x) {
        return and(toInt(x), i(0x80000000));
    }

    /** 2ⁿ·p for n from −252 to 254, in two steps: a denormal result is rounded once, as the first product is exact. */
    final Expr scale(Expr p, Expr n) {
        Expr half = shr(n, i(1));
        Expr s0 = toFloat(shl(add(half, i(127)), i(23)));
        Expr s1 = toFloat(shl(add(sub(n, half), i(127)), i(23)));
        return mul(mul(p, s0), s1);
    }
}
