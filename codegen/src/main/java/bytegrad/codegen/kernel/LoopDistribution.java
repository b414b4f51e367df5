package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * A loop made two: the first runs a front part of the body for every index, and stores in scratch what the second, which runs the rest, loads again.
 *
 * <pre>{@code
 * for i in 0..8                  for i in 0..8
 *   let m = …row i…                b9[i] = …row i…
 *   …row i and m…           →    for i in 0..8
 *                                  let m = b9[i]
 *                                  …row i and m…
 * }</pre>
 *
 * Where the front part is a reduction, all of whose operations wait for each other at its end, a processor then works on several rows at once.
 */
public final class LoopDistribution {
    private final Stmt.For loop;
    private final List<Stmt> front;
    private final List<Stmt> back;
    private final Set<Expr.Var> carried;
    /** Variables that the front part assigns to, or the back part; buffers that either stores to. */
    private final Set<String> assignedInFront = new HashSet<>();

    private final Set<String> assignedInBack = new HashSet<>();
    private final Set<Integer> storedInFront = new HashSet<>();
    private final Set<Integer> storedInBack = new HashSet<>();
    /** Lets of the front part, not carried, that the back part reads or assigns to. */
    private final Set<String> moved = new HashSet<>();

    private LoopDistribution(Stmt.For loop, int count, Set<Expr.Var> carried) {
        this.loop = loop;
        this.front = loop.body().subList(0, count);
        this.back = loop.body().subList(count, loop.body().size());
        this.carried = carried;
    }

    /**
     * Nothing where the parts share more than what is carried, or where the front part stores what it may not.
     *
     * @param count statements of the body that are its front part
     * @param carried variables that lets of the front part bind
     * @param mayStore whether the front part may store to a buffer: to scratch, or to a result that the kernel never reads and that is no new value of a state
     */
    public static Optional<LoopDistribution> of(Stmt.For loop, int count, Set<Expr.Var> carried, IntPredicate mayStore) {
        LoopDistribution d = new LoopDistribution(loop, count, carried);
        return d.isPossible(mayStore) ? Optional.of(d) : Optional.empty();
    }

    private boolean isPossible(IntPredicate mayStore) {
        Set<Integer> loadedInFront = new HashSet<>();
        Set<Integer> loadedInBack = new HashSet<>();
        Set<String> usedInBack = new HashSet<>();
        boolean simple = everywhere(front, s -> collect(s, assignedInFront, storedInFront, loadedInFront, new HashSet<>()))
                & everywhere(back, s -> collect(s, assignedInBack, storedInBack, loadedInBack, usedInBack));
        if (!simple || !storedInFront.stream().allMatch(mayStore::test)) {
            return false;
        }
        for (Stmt s : front.reversed()) {
            if (s instanceof Stmt.Let let && usedInBack.contains(let.var().name()) && !carried.contains(let.var())) {
                moved.add(let.var().name());
                Rewrite.variables(let.value(), v -> usedInBack.add(v.name()));
                loads(let.value(), loadedInBack);
            }
        }
        boolean apart = loadedInBack.stream().noneMatch(storedInFront::contains) && loadedInFront.stream().noneMatch(storedInBack::contains)
                && storedInFront.stream().noneMatch(storedInBack::contains);
        return apart && usedInBack.stream().noneMatch(assignedInFront::contains);
    }

    private interface Visit {
        boolean accepts(Stmt s);
    }

    private static boolean everywhere(List<Stmt> body, Visit visit) {
        return body.stream().allMatch(s -> visit.accepts(s) && everywhere(Rewrite.body(s), visit));
    }

    private static boolean collect(Stmt stmt, Set<String> assigned, Set<Integer> stored, Set<Integer> loaded, Set<String> used) {
        Rewrite.reads(stmt, v -> used.add(v.name()));
        return switch (stmt) {
            case Stmt.Let s -> loads(s.value(), loaded);
            case Stmt.Assign s -> {
                assigned.add(s.var().name());
                used.add(s.var().name());
                yield loads(s.value(), loaded);
            }
            case Stmt.Store s -> {
                stored.add(s.buffer());
                yield loads(s.value(), loaded);
            }
            case Stmt.For _ -> true;
            case Stmt.Copy _, Stmt.IfAny _, Stmt.Sort _, Stmt.While _, Stmt.Call _, Stmt.Parallel _ -> false;
        };
    }

    /** Collects the buffers that the expression loads from; false if it may fail. */
    private static boolean loads(Expr expr, Set<Integer> loaded) {
        Rewrite.loads(expr, e -> loaded.add(e.buffer()));
        return !Rewrite.isChecked(expr);
    }

    /** Straight code in which another variable is read and assigned to. */
    public static List<Stmt> renamed(List<Stmt> code, Expr.Var from, Expr.Var to) {
        Rewrite.Replacement by = new Rewrite.Replacement() {
            @Override
            public Expr value(Expr.Var v, int level) {
                return v.equals(from) ? to : v;
            }

            @Override
            public Index index(Index index) {
                return index;
            }
        };
        return code.stream().map(s -> {
            Stmt renamed = Rewrite.stmt(s, by, body -> body);
            return renamed instanceof Stmt.Assign a && a.var().equals(from) ? new Stmt.Assign(to, a.value()) : renamed;
        }).toList();
    }

    /**
     * The two loops.
     *
     * @param place where a carried variable waits at the loop's index
     */
    public List<Stmt> loops(Function<Expr.Var, Expr.Load> place) {
        List<Stmt> first = new ArrayList<>();
        List<Stmt> second = new ArrayList<>();
        for (Stmt s : front) {
            if (!(s instanceof Stmt.Let let && assignedInBack.contains(let.var().name()))) {
                first.add(s);
            }
            if (s instanceof Stmt.Let let && carried.contains(let.var())) {
                Expr.Load waiting = place.apply(let.var());
                first.add(new Stmt.Store(waiting.buffer(), waiting.index(), let.var()));
                second.add(new Stmt.Let(let.var(), waiting));
            } else if (s instanceof Stmt.Let let && moved.contains(let.var().name())) {
                second.add(s);
            }
        }
        second.addAll(back);
        return List.of(new Stmt.For(loop.var(), loop.from(), loop.to(), loop.step(), first), new Stmt.For(loop.var(), loop.from(), loop.to(), loop.step(), second));
    }
}
