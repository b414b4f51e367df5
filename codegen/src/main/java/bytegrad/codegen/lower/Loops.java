package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Nested loops over axes of a shape, the last axis on lanes if it is among them. */
final class Loops {
    private final Definitions definitions;
    private final Shape shape;
    private final List<Integer> axes;
    private final int lanes;
    private final Body body;

    private Loops(Definitions definitions, Shape shape, List<Integer> axes, int lanes, Body body) {
        this.definitions = definitions;
        this.shape = shape;
        this.axes = axes;
        this.lanes = lanes;
        this.body = body;
    }

    /** Writes what is done at each index. */
    @FunctionalInterface
    interface Body {
        void visit(Scope s, List<Index> index);
    }

    /** Loops over every element of the shape. */
    static void over(Definitions definitions, Scope s, Shape shape, int lanes, Body body) {
        except(-1, definitions, s, shape, lanes, body);
    }

    /** Loops over all axes but one, whose index is 0 for the body to replace. */
    static void except(int axis, Definitions definitions, Scope s, Shape shape, int lanes, Body body) {
        List<Integer> axes = IntStream.range(0, shape.rank()).filter(k -> k != axis).boxed().toList();
        List<Index> zeros = IntStream.range(0, shape.rank()).mapToObj(k -> Index.ZERO).toList();
        new Loops(definitions, shape, axes, lanes, body).nest(s, 0, zeros);
    }

    private void nest(Scope s, int depth, List<Index> index) {
        if (depth == axes.size()) {
            body.visit(s, index);
            return;
        }
        int axis = axes.get(depth);
        int extent = shape.dim(axis);
        if (extent == 1) {
            nest(s, depth + 1, index);
            return;
        }
        int width = axis == shape.rank() - 1 ? lanes : 1;
        int main = extent - extent % width;
        MethodWriter.Body each = (inner, i) -> nest(inner, depth + 1, with(index, axis, definitions.known(i, extent)));
        if (main > 0) {
            s.method().loop(s, Index.ZERO, Index.of(main), width, width, each);
        }
        if (main < extent) {
            s.method().rest(s, Index.of(main), extent - main, width, each);
        }
    }

    static List<Index> with(List<Index> index, int axis, Index i) {
        List<Index> copy = new ArrayList<>(index);
        copy.set(axis, i);
        return copy;
    }
}
