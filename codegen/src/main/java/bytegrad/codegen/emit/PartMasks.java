package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds the masks that a method's stores of a part of their lanes need. */
final class PartMasks {
    /** Of so many lanes in front. */
    record Part(VectorType type, int lanes, int count) {}

    private final Set<Part> parts = new LinkedHashSet<>();

    private PartMasks() {}

    static Set<Part> of(Kernel.Method method) {
        PartMasks m = new PartMasks();
        m.visit(method.body());
        return m.parts;
    }

    private void visit(List<Stmt> body) {
        for (Stmt stmt : body) {
            switch (stmt) {
                case Stmt.Store s -> {
                    if (s.count() < s.value().lanes() && s.value().dtype() != DType.BOOL) {
                        parts.add(new Part(VectorType.of(s.value().dtype()), s.value().lanes(), s.count()));
                    }
                }
                case Stmt.For s -> visit(s.body());
                case Stmt.IfAny s -> visit(s.body());
                case Stmt.While s -> visit(s.body());
                case Stmt.Let _, Stmt.Assign _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> {}
            }
        }
    }
}
