package bytegrad.codegen.kernel;

import bytegrad.codegen.kernel.Expr.Apply;
import bytegrad.codegen.kernel.Expr.Const;
import bytegrad.codegen.kernel.Expr.Load;
import bytegrad.codegen.kernel.Expr.Splat;
import bytegrad.codegen.kernel.Expr.Var;
import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.codegen.kernel.Kernel.Method;
import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.ScalarFn;
import java.util.List;

/** Short names to write kernels in tests with. */
final class Dsl {
    private Dsl() {}

    static Var i(String name) {
        return Var.index(name);
    }

    static Var f(String name) {
        return new Var(name, DType.F32, 1);
    }

    static Var f(String name, int lanes) {
        return new Var(name, DType.F32, lanes);
    }

    static Index x(int c) {
        return Index.of(c);
    }

    static Index x(String name) {
        return Index.of(i(name));
    }

    static Const num(double v) {
        return Const.of(DType.F32, v);
    }

    static Const num(DType dtype, double v) {
        return Const.of(dtype, v);
    }

    static Const integer(long v) {
        return new Const(DType.I32, Literal.ofLong(DType.I32, v).bitsAt(0));
    }

    static Load load(int b, Index at) {
        return new Load(b, at, DType.F32, 1);
    }

    static Load load(int b, Index at, int lanes) {
        return new Load(b, at, DType.F32, lanes);
    }

    static Load load(int b, Index at, DType dtype, int lanes) {
        return new Load(b, at, dtype, lanes);
    }

    static Apply ap(ScalarFn fn, Expr... args) {
        return Apply.of(fn, args);
    }

    static Splat splat(Expr e, int lanes) {
        return new Splat(e, lanes);
    }

    static Stmt let(Var v, Expr value) {
        return new Stmt.Let(v, value);
    }

    static Stmt assign(Var v, Expr value) {
        return new Stmt.Assign(v, value);
    }

    static Stmt store(int b, Index at, Expr value) {
        return new Stmt.Store(b, at, value);
    }

    static Stmt loop(String v, int from, int to, int step, Stmt... body) {
        return loop(v, x(from), x(to), step, body);
    }

    static Stmt loop(String v, Index from, Index to, int step, Stmt... body) {
        return new Stmt.For(i(v), from, to, step, List.of(body));
    }

    static Stmt when(Expr condition, Stmt... body) {
        return new Stmt.IfAny(condition, List.of(body));
    }

    static Stmt call(String method, Index... args) {
        return new Stmt.Call(method, List.of(args));
    }

    static Buffer read(DType dtype, int size) {
        return new Buffer(dtype, size, Access.READ);
    }

    static Buffer write(DType dtype, int size) {
        return new Buffer(dtype, size, Access.WRITE);
    }

    static Buffer both(DType dtype, int size) {
        return new Buffer(dtype, size, Access.READ_WRITE);
    }

    static Method method(String name, List<Var> params, Stmt... body) {
        return new Method(name, params, List.of(body));
    }

    static Kernel kernel(List<Buffer> buffers, Stmt... body) {
        return new Kernel(buffers, List.of(method("main", List.of(), body)));
    }
}
