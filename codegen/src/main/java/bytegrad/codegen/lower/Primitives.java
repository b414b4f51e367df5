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

    final Expr toInt(Expr a) {
        return scope.let(new Expr.Bits(DType.I32, a));
    }

    final Expr toFloat(Expr a) {
        return scope.let(new Expr.Bits(DType.F32, a));
    }

    final Expr.Var variable(Expr value) {
        return scope.variable(value);
    }

    final void assign(Expr.Var v, Expr value) {
        scope.out.add(new Stmt.Assign(v, value));
    }
}
