package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.List;

/** Finds the vectors that a method's plain masks fit: floats, or doubles where its vectors have lanes of 8 bytes. */
final class LaneWidth {
    private boolean four;
    private boolean eight;

    private LaneWidth() {}

    static VectorType of(Kernel.Method method) {
        LaneWidth w = new LaneWidth();
        w.visit(method.body());
        if (w.four && w.eight) {
            throw new CodegenException("a method mixes vectors of 4-byte and of 8-byte lanes");
        }
        return w.eight ? VectorType.DOUBLE : VectorType.FLOAT;
    }

    private void visit(List<Stmt> body) {
        for (Stmt s : body) {
            switch (s) {
                case Stmt.Let l -> visit(l.value());
                case Stmt.Assign a -> visit(a.value());
                case Stmt.For f -> visit(f.body());
                case Stmt.Store st -> visit(st.value());
                case Stmt.IfAny i -> {
                    visit(i.condition());
                    visit(i.body());
                }
                case Stmt.While w -> visit(w.body());
                case Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> {}
            }
        }
    }

    private void visit(Expr e) {
        if (e.lanes() > 1 && e.dtype() != DType.BOOL) {
            four |= e.dtype().bytes() == 4;
            eight |= e.dtype().bytes() == 8;
        }
        switch (e) {
            case Expr.Apply a -> a.args().forEach(this::visit);
            case Expr.Convert c -> visit(c.arg());
            case Expr.Bits b -> visit(b.arg());
            case Expr.Rotate r -> visit(r.arg());
            // The operand of a splat has one lane.
            case Expr.Splat _, Expr.Const _, Expr.Var _, Expr.Load _, Expr.Ramp _, Expr.Checked _ -> {}
        }
    }
}
