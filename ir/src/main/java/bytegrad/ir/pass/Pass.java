package bytegrad.ir.pass;

import bytegrad.ir.Graph;
import java.util.function.UnaryOperator;

/** A function from graph to graph that keeps meaning: same outputs, same updates, same values. */
@FunctionalInterface
public interface Pass {
    /** The simpler graph; the very same object where there was nothing to do. */
    Graph run(Graph graph);

    /** What listings and switches call this pass. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** A pass of the given name. */
    static Pass named(String name, UnaryOperator<Graph> run) {
        return new Named(name, run);
    }

    /** A function with a name. */
    record Named(String name, UnaryOperator<Graph> function) implements Pass {
        @Override
        public Graph run(Graph graph) {
            return function.apply(graph);
        }
    }
}
