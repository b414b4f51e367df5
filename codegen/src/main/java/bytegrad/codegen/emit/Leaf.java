package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Relocation;
import bytegrad.codegen.kernel.Stmt;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A method that calls no other, apart from its kernel and over the buffers that it uses alone: equal ones of different kernels, such as the
 * micro-kernels of many contractions, are then emitted, and compiled by HotSpot, once.
 *
 * @param kernel of this method alone; the sizes of its buffers say nothing
 * @param buffers the numbers that its buffers have in the kernel it is from
 */
record Leaf(Kernel kernel, List<Integer> buffers) {
    private static final String NAME = "leaf";

    Leaf {
        buffers = List.copyOf(buffers);
    }

    /** The method as a leaf; nothing if it calls others. */
    static Optional<Leaf> of(Kernel kernel, Kernel.Method method) {
        Set<Integer> used = new LinkedHashSet<>();
        if (!collect(method.body(), used)) {
            return Optional.empty();
        }
        List<Integer> buffers = List.copyOf(used);
        List<Relocation.Target> targets = java.util.stream.IntStream.range(0, kernel.buffers().size())
                .mapToObj(b -> new Relocation.Target(Math.max(0, buffers.indexOf(b)), Index.ZERO)).toList();
        List<Kernel.Buffer> declared = buffers.stream().map(b -> new Kernel.Buffer(kernel.buffers().get(b).dtype(), 0, Kernel.Access.READ_WRITE)).toList();
        return Optional.of(new Leaf(new Kernel(declared, List.of(Relocation.of(method, targets, List.of(), _ -> NAME))), buffers));
    }

    Kernel.Method method() {
        return kernel.methods().getFirst();
    }

    /** Adds the buffers that statements use; false where one is a call. */
    private static boolean collect(List<Stmt> body, Set<Integer> used) {
        boolean leaf = true;
        for (Stmt stmt : body) {
            leaf &= switch (stmt) {
                case Stmt.Let s -> collect(s.value(), used);
                case Stmt.Assign s -> collect(s.value(), used);
                case Stmt.For s -> collect(s.body(), used);
                case Stmt.Store s -> {
                    used.add(s.buffer());
                    yield collect(s.value(), used);
                }
                case Stmt.Copy s -> {
                    used.add(s.to());
                    used.add(s.from());
                    yield true;
                }
                case Stmt.IfAny s -> collect(s.condition(), used) & collect(s.body(), used);
                case Stmt.Sort s -> {
                    used.add(s.keys());
                    used.add(s.order());
                    yield true;
                }
                case Stmt.While s -> {
                    used.add(s.buffer());
                    yield collect(s.body(), used);
                }
                case Stmt.Call _, Stmt.Parallel _ -> false;
            };
        }
        return leaf;
    }

    private static boolean collect(Expr expr, Set<Integer> used) {
        switch (expr) {
            case Expr.Load e -> used.add(e.buffer());
            case Expr.Apply e -> e.args().forEach(a -> collect(a, used));
            case Expr.Convert e -> collect(e.arg(), used);
            case Expr.Bits e -> collect(e.arg(), used);
            case Expr.Splat e -> collect(e.arg(), used);
            case Expr.Rotate e -> collect(e.arg(), used);
            case Expr.Checked e -> collect(e.arg(), used);
            case Expr.Const _, Expr.Var _, Expr.Ramp _ -> {}
        }
        return true;
    }
}
