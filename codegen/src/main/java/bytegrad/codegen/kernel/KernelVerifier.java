package bytegrad.codegen.kernel;

import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Method;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks a kernel against the rules of the loop IR, independently of what made it:
 *
 * <ul>
 *   <li>names: methods are unique, reachable from the first, which has no parameters, and never call themselves; variables are
 *       unique in their method and read in the scope of their binding only; parameters and loop variables are never assigned,
 *       nor is a variable that the end of an enclosing loop reads;
 *   <li>types: see {@link ExprVerifier};
 *   <li>access: nothing stores to a {@code READ} buffer; what is loaded from a {@code WRITE} or {@code SCRATCH} buffer was
 *       stored by the kernel, somewhere;
 *   <li>bounds: every load and store stays where {@link BufferBounds} allows, see {@link BoundsVerifier};
 *   <li>chunks of parallel loops: none touches what another stores, see {@link ChunkAccesses}.
 * </ul>
 */
public final class KernelVerifier {
    private enum Binding {
        PARAMETER,
        LOOP,
        LET
    }

    private final Kernel kernel;
    private final Method method;
    private final ExprVerifier exprs;
    private final Map<String, Binding> bindings = new HashMap<>();
    /** Variables the ends of the enclosing loops read. */
    private final List<String> ends = new ArrayList<>();
    private int line;

    private KernelVerifier(Kernel kernel, Method method, Accesses accesses) {
        this.kernel = kernel;
        this.method = method;
        this.exprs = new ExprVerifier(kernel, accesses);
    }

    /** Which buffers the kernel touches how. */
    static final class Accesses {
        final Set<Integer> loaded = new HashSet<>();
        final Set<Integer> stored = new HashSet<>();
    }

    /**
     * Returns if the kernel keeps every rule.
     *
     * @throws KernelException for the first one broken, naming the method, the line of its listing and the statement
     */
    public static void verify(Kernel kernel) {
        checkMethods(kernel);
        Accesses accesses = new Accesses();
        for (Method m : kernel.methods()) {
            new KernelVerifier(kernel, m, accesses).run();
        }
        for (int b = 0; b < kernel.buffers().size(); b++) {
            Access access = kernel.buffers().get(b).access();
            boolean startsEmpty = access == Access.WRITE || access == Access.SCRATCH;
            if (startsEmpty && accesses.loaded.contains(b) && !accesses.stored.contains(b)) {
                throw new KernelException("b" + b + " is " + access + " and loaded, but nothing is stored to it");
            }
        }
        BoundsVerifier.verify(kernel);
    }

    /** Whether it can be proved that the kernel stays within its buffers, and that no chunk of its parallel loops touches what another stores. */
    public static boolean isProved(Kernel kernel) {
        try {
            BoundsVerifier.verify(kernel);
            return true;
        } catch (KernelException e) {
            return false;
        }
    }

    private static void checkMethods(Kernel kernel) {
        for (int b = 0; b < kernel.buffers().size(); b++) {
            require(kernel.buffers().get(b).size() >= 0, "b" + b + " has size " + kernel.buffers().get(b).size());
        }
        require(!kernel.methods().isEmpty(), "a kernel needs a method");
        Method entry = kernel.methods().getFirst();
        require(entry.params().isEmpty(), "the first method, " + entry.name() + ", must not have parameters");
        Map<String, Method> methods = new HashMap<>();
        for (Method m : kernel.methods()) {
            require(methods.put(m.name(), m) == null, "two methods are called " + m.name());
        }
        Set<String> done = new HashSet<>();
        follow(entry, methods, new ArrayList<>(), done);
        for (Method m : kernel.methods()) {
            require(done.contains(m.name()), "method " + m.name() + " is never called");
        }
    }

    private static void follow(Method m, Map<String, Method> methods, List<String> path, Set<String> done) {
        require(!path.contains(m.name()), "method " + m.name() + " calls itself: " + String.join(" → ", path) + " → " + m.name());
        if (done.contains(m.name())) {
            return;
        }
        path.add(m.name());
        for (String call : calls(m.body(), new ArrayList<>())) {
            Method callee = methods.get(call);
            if (callee == null) {
                throw new KernelException("method " + m.name() + " calls " + call + ", which does not exist");
            }
            follow(callee, methods, path, done);
        }
        path.removeLast();
        done.add(m.name());
    }

    private static List<String> calls(List<Stmt> body, List<String> out) {
        for (Stmt stmt : body) {
            if (stmt instanceof Stmt.Call call) {
                out.add(call.method());
            } else if (stmt instanceof Stmt.Parallel loop) {
                out.add(loop.method());
            }
            calls(Rewrite.body(stmt), out);
        }
        return out;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new KernelException(message);
        }
    }

    // One method.

    private void run() {
        for (Expr.Var p : method.params()) {
            try {
                bind(p, Binding.PARAMETER);
            } catch (KernelException e) {
                throw new KernelException("method " + method.name() + ": " + e.getMessage());
            }
        }
        block(method.body());
    }

    private void block(List<Stmt> body) {
        List<Expr.Var> bound = new ArrayList<>();
        for (Stmt stmt : body) {
            int at = ++line;
            try {
                check(stmt);
                if (stmt instanceof Stmt.Let s) {
                    bind(s.var(), Binding.LET);
                    bound.add(s.var());
                }
            } catch (KernelException e) {
                throw located(method, at, stmt, e.reason());
            }
            nested(stmt);
        }
        bound.forEach(exprs::unbind);
    }

    static KernelException located(Method method, int line, Stmt stmt, String message) {
        return new KernelException("method " + method.name() + ", line " + line + ", '" + KernelPrinter.print(stmt) + "': " + message);
    }

    private void nested(Stmt stmt) {
        switch (stmt) {
            case Stmt.For s -> {
                int outer = ends.size();
                Rewrite.variables(s.to(), v -> ends.add(v.name()));
                block(s.body());
                ends.subList(outer, ends.size()).clear();
                exprs.unbind(s.var());
            }
            case Stmt.IfAny s -> block(s.body());
            case Stmt.While s -> block(s.body());
            case Stmt.Let _, Stmt.Assign _, Stmt.Store _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> {}
        }
    }

    private void bind(Expr.Var v, Binding how) {
        require(bindings.put(v.name(), how) == null, "variable " + v.name() + " is bound twice in the method");
        if (how != Binding.LET) {
            require(v.dtype() == DType.I32 && v.lanes() == 1, "variable " + v.name() + " must be an i32 of one lane");
        }
        exprs.bind(v);
    }

    private void check(Stmt stmt) {
        switch (stmt) {
            case Stmt.Let s -> {
                exprs.check(s.value());
                sameType(s.var(), s.value());
            }
            case Stmt.Assign s -> {
                exprs.check(s.value());
                exprs.check(s.var());
                sameType(s.var(), s.value());
                require(bindings.get(s.var().name()) == Binding.LET, s.var().name() + " is not bound by a let");
                require(!ends.contains(s.var().name()), "an enclosing loop ends at " + s.var().name());
            }
            case Stmt.For s -> {
                exprs.check(s.from());
                exprs.check(s.to());
                require(s.step() > 0, "the step must be positive");
                bind(s.var(), Binding.LOOP);
            }
            case Stmt.Store s -> {
                exprs.check(s.index());
                exprs.check(s.value());
                exprs.store(s);
            }
            case Stmt.Copy s -> {
                exprs.check(s.toAt());
                exprs.check(s.fromAt());
                require(s.count() >= 1, "it copies " + s.count() + " elements");
                exprs.copy(s);
            }
            case Stmt.IfAny s -> {
                exprs.check(s.condition());
                require(s.condition().dtype() == DType.BOOL, "the condition is " + s.condition().dtype().text());
            }
            case Stmt.Sort s -> exprs.sort(s);
            case Stmt.While s -> {
                exprs.check(new Expr.Load(s.buffer(), s.index(), DType.BOOL, 1));
                require(s.limit() >= 0, "the limit must not be negative");
            }
            case Stmt.Call s -> {
                s.args().forEach(exprs::check);
                Method callee = kernel.methods().stream().filter(m -> m.name().equals(s.method())).findFirst().orElseThrow();
                int params = callee.params().size();
                require(params == s.args().size(), s.method() + " has " + params + " parameters");
            }
            case Stmt.Parallel s -> {
                require(method == kernel.methods().getFirst() && method.body().contains(s), "only the first method may have it, outside loops");
                require(!s.extents().isEmpty() && s.extents().stream().allMatch(n -> n >= 1), s.extents() + " chunks");
                Method callee = kernel.methods().stream().filter(m -> m.name().equals(s.method())).findFirst().orElseThrow();
                require(callee.params().size() == s.extents().size(), s.method() + " must have one parameter for each of the extents " + s.extents());
            }
        }
    }

    private static void sameType(Expr.Var v, Expr value) {
        require(
                v.dtype() == value.dtype() && v.lanes() == value.lanes(),
                "the variable is " + ExprVerifier.type(v) + ", the value " + ExprVerifier.type(value));
    }
}
