package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A call that has HotSpot compile a method whose loops run as far as parameters say (a micro-kernel): the first that the kernel makes of it, but
 * with shorter loops. A method whose loops are long HotSpot compiles twice, first for those who are in the middle of a loop, which takes three
 * times as long.
 *
 * <pre>{@code
 * for (i = 0; i < 128; i += 6)
 *   call sum6x4(i*784, 64, 0, 784)   →   sum6x4(0, 64, 0, min(784, turns))
 * }</pre>
 *
 * @param method the kernel's name of it
 */
record Rehearsal(String method, List<Arg> args) {
    /** What is passed for a parameter; if loops end there, it may be less. */
    record Arg(int value, boolean end) {}

    Rehearsal {
        args = List.copyOf(args);
    }

    /** The call of any method without slabs, which returns at once. */
    static Rehearsal empty(Kernel.Method method) {
        return new Rehearsal(method.name(), Collections.nCopies(method.params().size(), new Arg(0, false)));
    }

    /** One for each such method of a kernel that is called where the first arguments are known. */
    static List<Rehearsal> of(Kernel kernel) {
        Walk walk = new Walk(kernel);
        walk.block(kernel.methods().getFirst().body(), new HashMap<>());
        return List.copyOf(walk.found.values());
    }

    /** Follows a kernel to the first call of each method. */
    private static final class Walk {
        private final Map<String, Kernel.Method> methods = new HashMap<>();
        private final Map<String, Rehearsal> found = new LinkedHashMap<>();

        Walk(Kernel kernel) {
            kernel.methods().forEach(m -> methods.put(m.name(), m));
        }

        void block(List<Stmt> body, Map<Expr.Var, Integer> known) {
            for (Stmt stmt : body) {
                switch (stmt) {
                    case Stmt.Let s -> value(s.value(), known).ifPresent(x -> known.put(s.var(), x));
                    case Stmt.For s -> {
                        value(s.from(), known).ifPresent(x -> known.put(s.var(), x));
                        block(s.body(), known);
                    }
                    case Stmt.Call s -> call(s.method(), s.args().stream().map(a -> value(a, known)).toList());
                    case Stmt.Parallel s -> {
                        // The last has what is left of rows and columns.
                        call(s.method(), s.index(0).stream().map(Optional::of).toList());
                        call(s.method(), s.index(s.chunks() - 1).stream().map(Optional::of).toList());
                    }
                    case Stmt.Assign _, Stmt.Store _, Stmt.Copy _, Stmt.IfAny _, Stmt.Sort _, Stmt.While _ -> {}
                }
            }
        }

        private void call(String name, List<Optional<Integer>> args) {
            Kernel.Method method = methods.get(name);
            if (method == null || found.containsKey(name) || args.stream().anyMatch(Optional::isEmpty)) {
                return;
            }
            Set<Expr.Var> ends = new HashSet<>();
            ends(method.body(), new HashMap<>(), ends);
            List<Arg> given = new ArrayList<>();
            Map<Expr.Var, Integer> known = new HashMap<>();
            for (int k = 0; k < args.size(); k++) {
                Expr.Var p = method.params().get(k);
                int x = args.get(k).orElseThrow();
                known.put(p, x);
                given.add(new Arg(x, ends.contains(p)));
            }
            if (method.params().stream().anyMatch(ends::contains)) {
                found.put(name, new Rehearsal(name, given));
            } else {
                block(method.body(), known);
            }
        }

        /**
         * Variables that loops end at, or at no more than a constant.
         *
         * @param most variables that are at most a constant, and else another
         */
        private static void ends(List<Stmt> body, Map<Expr.Var, Expr.Var> most, Set<Expr.Var> ends) {
            for (Stmt stmt : body) {
                if (stmt instanceof Stmt.Let let && let.value() instanceof Expr.Apply(ScalarFn fn, List<Expr> args) && fn == ScalarFn.MIN
                        && args.getFirst() instanceof Expr.Ramp(Index base, var _, var _, int lanes) && lanes == 1 && args.getLast() instanceof Expr.Const) {
                    variable(base).ifPresent(v -> most.put(let.var(), v));
                }
                if (stmt instanceof Stmt.For f) {
                    variable(f.to()).ifPresent(v -> ends.add(most.getOrDefault(v, v)));
                    ends(f.body(), most, ends);
                }
            }
        }

        /** That the index is. */
        private static Optional<Expr.Var> variable(Index index) {
            return index.terms().size() == 1 && index.equals(Index.of(index.terms().getFirst().var())) ? Optional.of(index.terms().getFirst().var()) : Optional.empty();
        }

        private static Optional<Integer> value(Index index, Map<Expr.Var, Integer> known) {
            int sum = index.constant();
            for (Index.Term t : index.terms()) {
                Integer x = known.get(t.var());
                if (x == null) {
                    return Optional.empty();
                }
                sum += x * t.coefficient();
            }
            return Optional.of(sum);
        }

        /** Of an integer that an index may be made of. */
        private static Optional<Integer> value(Expr expr, Map<Expr.Var, Integer> known) {
            return switch (expr) {
                case Expr.Ramp(Index base, int step, var _, int lanes) when lanes == 1 -> value(base, known);
                case Expr.Const c when c.lanes() == 1 && c.dtype() == bytegrad.ir.DType.I32 -> Optional.of((int) c.bits());
                case Expr.Var v -> Optional.ofNullable(known.get(v));
                case Expr.Apply(ScalarFn fn, List<Expr> args) when fn == ScalarFn.MIN && args.stream().allMatch(a -> value(a, known).isPresent()) ->
                    args.stream().map(a -> value(a, known).orElseThrow()).min(Integer::compare);
                case Expr.Ramp _, Expr.Const _, Expr.Apply _, Expr.Load _, Expr.Convert _, Expr.Bits _, Expr.Splat _, Expr.Rotate _, Expr.Checked _ -> Optional.empty();
            };
        }
    }
}
