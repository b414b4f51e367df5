package bytegrad.autodiff;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/** Which carries of a loop a value flows into from step to step: least fixed points over its body. */
record Flow(GraphBuilder body, List<Node> carries, List<Node> next, BiFunction<List<Node>, List<Node>, Paths> paths) {
    Flow {
        carries = List.copyOf(carries);
        next = List.copyOf(next);
    }

    static Flow ofFloats(GraphBuilder body, List<Node> carries, List<Node> next) {
        return new Flow(body, carries, next, (xs, ys) -> Paths.ofFloats(body, xs, ys));
    }

    static Flow ofAny(GraphBuilder body, List<Node> carries, List<Node> next) {
        return new Flow(body, carries, next, (xs, ys) -> Paths.ofAny(body, xs, ys));
    }

    /** The carries that depend on those of {@code first}, or on the other inputs given, after any number of steps. */
    Set<Integer> from(Set<Integer> first, List<Node> others) {
        Set<Integer> reached = new TreeSet<>(first);
        for (int before = -1; before != reached.size(); ) {
            before = reached.size();
            List<Node> xs = new ArrayList<>(others);
            reached.forEach(j -> xs.add(carries.get(j)));
            Paths on = paths.apply(xs, next);
            for (int j = 0; j < next.size(); j++) {
                if (on.has(next.get(j))) {
                    reached.add(j);
                }
            }
        }
        return reached;
    }

    /** The carries on which those of {@code last}, or the other results given, depend. */
    Set<Integer> to(Set<Integer> last, List<Node> others) {
        Set<Integer> read = new TreeSet<>(last);
        for (int before = -1; before != read.size(); ) {
            before = read.size();
            List<Node> ys = new ArrayList<>(others);
            read.forEach(j -> ys.add(next.get(j)));
            Paths on = paths.apply(carries, ys);
            for (int j = 0; j < carries.size(); j++) {
                if (on.has(carries.get(j))) {
                    read.add(j);
                }
            }
        }
        return read;
    }
}
