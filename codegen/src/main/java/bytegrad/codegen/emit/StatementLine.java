package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Stmt;
import java.util.List;
import java.util.stream.Collectors;

/** A statement as one line of a listing; of a loop or a conditional, its head. */
final class StatementLine {
    private StatementLine() {}

    static String of(Stmt s) {
        return switch (s) {
            case Stmt.Let(Expr.Var v, Expr value) -> v.name() + ": " + type(v) + " = " + text(value);
            case Stmt.Assign(Expr.Var v, Expr value) -> v.name() + " := " + text(value);
            case Stmt.For(Expr.Var v, Index from, Index to, int step, List<Stmt> body) ->
                "for " + v.name() + " from " + from + " to " + to + (step == 1 ? "" : " step " + step);
            case Stmt.Store(int buffer, Index index, Expr value) -> "b" + buffer + "[" + index + "] = " + text(value);
            case Stmt.IfAny(Expr condition, List<Stmt> body) -> "if any " + text(condition);
            case Stmt.Call(String method, List<Index> args) ->
                method + args.stream().map(Index::toString).collect(Collectors.joining(", ", "(", ")"));
        };
    }

    static String text(Expr e) {
        return switch (e) {
            case Expr.Const c -> constant(c);
            case Expr.Var v -> v.name();
            case Expr.Load l -> "b" + l.buffer() + "[" + l.index() + "]" + lanes(l);
            case Expr.Apply a ->
                a.fn().text() + a.args().stream().map(StatementLine::text).collect(Collectors.joining(", ", "(", ")"));
            case Expr.Convert c -> c.dtype().text() + "(" + text(c.arg()) + ")";
            case Expr.Bits b -> "bits_" + b.dtype().text() + "(" + text(b.arg()) + ")";
            case Expr.Splat s -> "splat(" + text(s.arg()) + ")";
            case Expr.Ramp r -> "ramp(" + r.base() + ", " + r.stride() + ")";
            case Expr.Checked c -> "checked(" + text(c.arg()) + ", " + c.extent() + ")";
        };
    }

    private static String constant(Expr.Const c) {
        return switch (c.dtype()) {
            case F32 -> Float.intBitsToFloat((int) c.bits()) + "f";
            case F64 -> Double.toString(Double.longBitsToDouble(c.bits()));
            case I32 -> Integer.toString((int) c.bits());
            case I64 -> c.bits() + "L";
            case BOOL -> c.bits() != 0 ? "true" : "false";
        };
    }

    private static String type(Expr e) {
        return e.dtype().text() + lanes(e);
    }

    private static String lanes(Expr e) {
        return e.lanes() == 1 ? "" : "x" + e.lanes();
    }
}
