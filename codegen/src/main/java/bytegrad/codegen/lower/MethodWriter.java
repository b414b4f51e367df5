package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** One method of a kernel while it is written: its variables and where each is bound. */
final class MethodWriter {
    private final String name;
    private final List<Expr.Var> params;
    private final Map<Expr.Var, Scope> scopes = new HashMap<>();
    private final Set<Expr.Var> accumulators = new HashSet<>();
    private final Lanes lanes;
    private final Names names;
    private final Optional<Cut> cut;
    final Scope body = Scope.outermost(this);

    MethodWriter(String name, List<Expr.Var> params, Lanes lanes, Names names) {
        this(name, params, lanes, names, Optional.empty());
    }

    /** @param cut the parallel loop that the method is part of, if it is; its chunk is a parameter */
    MethodWriter(String name, List<Expr.Var> params, Lanes lanes, Names names, Optional<Cut> cut) {
        this.name = name;
        this.cut = cut;
        this.names = names;
        this.lanes = lanes;
        this.params = List.copyOf(params);
        params.forEach(p -> bind(p, body));
    }

    /** The parallel loop that the method is part of. */
    Optional<Cut> cut() {
        return cut;
    }

    Expr.Var fresh(DType dtype, int lanes) {
        if (lanes > 1 && dtype != DType.BOOL && dtype.bytes() != this.lanes.bytes()) {
            throw new NotVectorizable("lanes of different widths do not mix");
        }
        return new Expr.Var("v" + names.next(), dtype, lanes);
    }

    void accumulates(Expr.Var v) {
        accumulators.add(v);
    }

    /** Whether the value is made of an accumulator. */
    boolean changes(Expr value) {
        return switch (value) {
            case Expr.Var v -> accumulators.contains(v);
            case Expr.Apply e -> e.args().stream().anyMatch(this::changes);
            case Expr.Convert e -> changes(e.arg());
            case Expr.Bits e -> changes(e.arg());
            case Expr.Splat e -> changes(e.arg());
            case Expr.Rotate e -> changes(e.arg());
            case Expr.Checked e -> changes(e.arg());
            case Expr.Const _, Expr.Load _, Expr.Ramp _ -> false;
        };
    }

    void bind(Expr.Var v, Scope s) {
        scopes.put(v, s);
    }

    Scope scopeOf(Expr.Var v) {
        Scope s = scopes.get(v);
        if (s == null) {
            throw new IllegalStateException(v + " is not bound in method " + name);
        }
        return s;
    }

    /** Numbers for variables, none twice in a kernel. */
    static final class Names {
        private int count;

        int next() {
            return count++;
        }
    }

    /** Writes a loop over {@code from ≤ var < to} into a scope; the body is given its scope and the variable's index. */
    void loop(Scope s, Index from, Index to, int step, int lanes, Body body) {
        loop(s, from, to, step, lanes, 1, body);
    }

    /** As the other, with a body that handles so many vectors, and so advances by as many. */
    void panels(Scope s, Index from, Index to, int lanes, int vectors, Body body) {
        loop(s, from, to, lanes * vectors, lanes, vectors, body);
    }

    private void loop(Scope s, Index from, Index to, int step, int lanes, int vectors, Body body) {
        Expr.Var var = Expr.Var.index("i" + names.next());
        write(s, s.loop(var, lanes, vectors), var, from, to, step, body);
    }

    /** As a loop over so many elements, fewer than lanes: one iteration, whose other lanes mean nothing; or one lane after the other, where the kernel's code is long. */
    void rest(Scope s, Index from, int count, int width, Body body) {
        if (!lanes.parts()) {
            loop(s, from, from.plus(count), 1, 1, body);
            return;
        }
        part(s, from, count, width, body);
    }

    /** One iteration over so many elements, fewer than lanes; the other lanes mean nothing. */
    void part(Scope s, Index from, int count, int lanes, Body body) {
        Expr.Var var = Expr.Var.index("i" + names.next());
        write(s, s.part(var, lanes, count), var, from, from.plus(count), lanes, body);
    }

    private static void write(Scope s, Scope inner, Expr.Var var, Index from, Index to, int step, Body body) {
        body.write(inner, Index.of(var));
        if (!inner.out.isEmpty()) {
            s.out.add(new Stmt.For(var, from, to, step, inner.out));
        }
    }

    /** Writes what is done over a range. */
    @FunctionalInterface
    interface Span {
        /** The range begins at {@code first} and is {@code count} long. */
        void visit(Scope s, Index first, int count);
    }

    /** Ranges of {@code step} over 0 to {@code total} − 1, and one of what is left; or one chunk's part of them. */
    void spans(Scope s, int total, int step, Optional<Cut> part, Span span) {
        int whole = total - total % step;
        if (part.isPresent()) {
            part.get().loop(s, whole, step, 1, (inner, i) -> span.visit(inner, i, step));
            if (whole < total) {
                part.get().rest(s, whole, (inner, i) -> span.visit(inner, i, total - whole));
            }
            return;
        }
        if (whole == step) {
            span.visit(s, Index.ZERO, step);
        } else if (whole > 0) {
            loop(s, Index.ZERO, Index.of(whole), step, 1, (inner, i) -> span.visit(inner, i, step));
        }
        if (whole < total) {
            span.visit(s, Index.of(whole), total - whole);
        }
    }

    /** Where ranges of {@code step} begin that cover 0 to {@code total} − 1, which are so many at least; the last one overlaps the one before if they do not come out even. */
    void overlapping(Scope s, int total, int step, Body body) {
        int whole = total - total % step;
        if (whole == step) {
            body.write(s, Index.ZERO);
        } else {
            loop(s, Index.ZERO, Index.of(whole), step, 1, body);
        }
        if (whole < total) {
            body.write(s, Index.of(total - step));
        }
    }

    /** A loop over 0 to {@code extent} − 1, one at a time; no loop at all where there is one iteration. */
    void each(Scope s, int extent, Body body) {
        if (extent == 1) {
            body.write(s, Index.ZERO);
        } else {
            loop(s, Index.ZERO, Index.of(extent), 1, 1, body);
        }
    }

    /** Nested loops over every index of the extents, the last innermost. */
    void eachOf(Scope s, List<Integer> extents, Consumer<Nest> body) {
        nest(s, extents, List.of(), body);
    }

    private void nest(Scope s, List<Integer> extents, List<Index> outer, Consumer<Nest> body) {
        if (outer.size() == extents.size()) {
            body.accept(new Nest(s, outer));
            return;
        }
        each(s, extents.get(outer.size()), (inner, i) -> {
            List<Index> index = new java.util.ArrayList<>(outer);
            index.add(i);
            nest(inner, extents, index, body);
        });
    }

    /** The innermost scope of a loop nest and its index. */
    record Nest(Scope scope, List<Index> index) {}

    /** Writes a loop's body. */
    @FunctionalInterface
    interface Body {
        void write(Scope scope, Index index);
    }

    Kernel.Method finish() {
        return new Kernel.Method(name, params, body.out);
    }
}
