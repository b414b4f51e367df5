package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import java.util.List;

/** How much there is for HotSpot to inline in a method: with too many vector operations it silently leaves some as calls, which make each vector an object. */
final class VectorCode {
    /** Operations of a method, of which the last are still inlined. */
    private static final int MOST = 170;

    /** What a store of a part of a vector counts as: it looks whether the part is all of it, and whether it is inside the array. */
    private static final int PART = 8;

    /** Operations that may stand for a loop. */
    private static final int SHORT = 100;

    private VectorCode() {}

    /** Whether so little is as well written out as in a loop. */
    static boolean isShort(List<Stmt> body) {
        return body.size() <= SHORT && operations(body) <= SHORT && scalars(body) == 0;
    }

    /** Whether a method has more vector operations than HotSpot inlines. */
    static boolean isTooLong(Kernel kernel) {
        return kernel.methods().stream().anyMatch(m -> operations(m.body()) > MOST);
    }

    /** Statements of one lane. */
    private static long scalars(List<Stmt> body) {
        return body.stream().filter(stmt -> switch (stmt) {
            case Stmt.Let s -> s.value().lanes() == 1 && !(s.value() instanceof Expr.Load);
            case Stmt.Assign s -> s.value().lanes() == 1;
            case Stmt.Store s -> s.value().lanes() == 1;
            case Stmt.For _, Stmt.IfAny _, Stmt.While _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> true;
        }).count();
    }

    /** Whether a method is too long that stores parts of vectors. */
    static boolean isLong(Kernel kernel) {
        return kernel.methods().stream().anyMatch(m -> parts(m.body()) && operations(m.body()) > MOST);
    }

    /** The same of one method, with or without parts. */
    static boolean isLong(Kernel.Method method) {
        return operations(method.body()) > MOST;
    }

    private static boolean parts(List<Stmt> body) {
        return body.stream().anyMatch(stmt -> switch (stmt) {
            case Stmt.Store s -> s.count() < s.value().lanes();
            case Stmt.For s -> parts(s.body());
            case Stmt.IfAny s -> parts(s.body());
            case Stmt.While s -> parts(s.body());
            case Stmt.Let _, Stmt.Assign _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> false;
        });
    }

    private static int operations(List<Stmt> body) {
        return body.stream().mapToInt(stmt -> switch (stmt) {
            case Stmt.Let s -> operations(s.value());
            case Stmt.Assign s -> operations(s.value());
            case Stmt.Store s -> operations(s.value()) + (s.count() < s.value().lanes() ? PART : lane(s.value()));
            case Stmt.For s -> operations(s.body());
            case Stmt.IfAny s -> operations(s.condition()) + operations(s.body());
            case Stmt.While s -> operations(s.body());
            case Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> 0;
        }).sum();
    }

    private static int lane(Expr e) {
        return e.lanes() > 1 ? 1 : 0;
    }

    private static int operations(Expr expr) {
        return switch (expr) {
            case Expr.Const _, Expr.Var _ -> 0;
            case Expr.Load e -> lane(e);
            case Expr.Ramp e -> lane(e);
            case Expr.Apply e -> lane(e) + e.args().stream().mapToInt(VectorCode::operations).sum();
            case Expr.Convert e -> lane(e) + operations(e.arg());
            case Expr.Bits e -> lane(e) + operations(e.arg());
            case Expr.Splat e -> lane(e) + operations(e.arg());
            case Expr.Rotate e -> 2 * lane(e) + operations(e.arg());
            case Expr.Checked e -> operations(e.arg());
        };
    }
}
