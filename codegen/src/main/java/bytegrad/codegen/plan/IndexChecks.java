package bytegrad.codegen.plan;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The indices that a kernel checks while it runs, which may fail it. What an earlier kernel has checked cannot fail again: the
 * backward pass scatters to where the forward pass gathered from.
 */
final class IndexChecks {
    /** The elements of a place are below an extent. */
    record Check(Place place, int extent) {}

    private final LoweredKernel kernel;
    /** Checks of elements as they are in memory. */
    final Set<Check> ofMemory = new HashSet<>();
    /** Some index is computed on the way. */
    boolean ofValues;

    private IndexChecks(LoweredKernel kernel) {
        this.kernel = kernel;
    }

    static IndexChecks of(LoweredKernel kernel) {
        IndexChecks c = new IndexChecks(kernel);
        for (Kernel.Method m : kernel.kernel().methods()) {
            c.block(m.body());
        }
        return c;
    }

    private void block(List<Stmt> body) {
        for (Stmt stmt : body) {
            switch (stmt) {
                case Stmt.Let s -> add(s.value());
                case Stmt.Assign s -> add(s.value());
                case Stmt.For s -> block(s.body());
                case Stmt.Store s -> add(s.value());
                case Stmt.IfAny s -> {
                    add(s.condition());
                    block(s.body());
                }
                case Stmt.While s -> {
                    // It fails where it takes too many steps.
                    ofValues = true;
                    block(s.body());
                }
                case Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> {}
            }
        }
    }

    private void add(Expr expr) {
        switch (expr) {
            case Expr.Checked(Expr arg, int extent, String what) -> {
                // What a body checks, it may check of some elements, or in some runs.
                if (arg instanceof Expr.Load load && !kernel.isAll(Cluster.Kind.NESTED)) {
                    ofMemory.add(new Check(kernel.places().get(load.buffer()), extent));
                } else {
                    ofValues = true;
                    add(arg);
                }
            }
            case Expr.Apply e -> e.args().forEach(this::add);
            case Expr.Convert e -> add(e.arg());
            case Expr.Bits e -> add(e.arg());
            case Expr.Splat e -> add(e.arg());
            case Expr.Rotate e -> add(e.arg());
            case Expr.Const _, Expr.Var _, Expr.Load _, Expr.Ramp _ -> {}
        }
    }
}
