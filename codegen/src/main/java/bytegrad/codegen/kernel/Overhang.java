package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The stores of a tile's rows that are each a part of one vector, at least half of it, one row of memory behind the other. Of all but the last row the whole vector is stored: what
 * goes beyond the row is where the next one begins, which is stored after it. A store of a part is as much code as that of eight vectors, and twice the time.
 */
public final class Overhang {
    private Overhang() {}

    /**
     * What computes and stores the rows, one after another, with whole vectors where that can be; nothing where a row reads what another does not: it may be what is stored, in place.
     *
     * @param rows of each what computes it, and its stores of parts
     * @param width elements of a row
     */
    public static Optional<List<Stmt>> of(List<List<Stmt>> rows, int width) {
        boolean plain = rows.stream().flatMap(List::stream).allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Store);
        if (!plain || rows.stream().map(Overhang::loads).distinct().count() > 1) {
            return Optional.empty();
        }
        List<Stmt> out = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            boolean followed = i + 1 < rows.size() && follow(stores(rows.get(i)).toList(), stores(rows.get(i + 1)).toList(), width);
            rows.get(i).forEach(s -> out.add(followed && s instanceof Stmt.Store t ? new Stmt.Store(t.buffer(), t.index(), t.value()) : s));
        }
        return Optional.of(out);
    }

    /** Whether what the next row stores is just behind what this one does. */
    private static boolean follow(List<Stmt.Store> row, List<Stmt.Store> next, int width) {
        boolean follow = row.size() == next.size();
        for (int k = 0; follow && k < row.size(); k++) {
            Stmt.Store a = row.get(k);
            Stmt.Store b = next.get(k);
            follow = a.buffer() == b.buffer() && a.count() == width && b.count() == width && a.index().plus(width).equals(b.index());
        }
        return follow;
    }

    private static Stream<Stmt.Store> stores(List<Stmt> row) {
        return row.stream().filter(s -> s instanceof Stmt.Store).map(s -> (Stmt.Store) s);
    }

    private static Set<Expr.Load> loads(List<Stmt> row) {
        Set<Expr.Load> loads = new LinkedHashSet<>();
        for (Stmt stmt : row) {
            Rewrite.loads(stmt instanceof Stmt.Let s ? s.value() : ((Stmt.Store) stmt).value(), loads::add);
        }
        return loads;
    }
}
