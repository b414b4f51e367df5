package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** A sample being written: a builder that keeps the recipe of each input. */
final class Draft {
    static final List<DType> FLOATS = List.of(DType.F32, DType.F64);
    static final List<DType> NUMBERS = List.of(DType.F32, DType.F64, DType.I32, DType.I64);

    final GraphBuilder b = new GraphBuilder();
    private final List<Sample.Argument> arguments = new ArrayList<>();

    /** An input drawn as usual for its dtype. */
    Node input(String name, DType dtype, int... dims) {
        return input(name, dtype, Fill.usual(dtype), dims);
    }

    Node input(String name, DType dtype, Fill fill, int... dims) {
        // What is computed of a bf16, or its gradient, is rounded to one: a stair, of which a finite difference sees the steps.
        return input(name, TensorType.of(dtype, dims), fill, FLOATS.contains(dtype));
    }

    /** An input in which y has kinks or jumps where it is drawn. */
    Node rough(String name, DType dtype, Fill fill, int... dims) {
        return input(name, TensorType.of(dtype, dims), fill, false);
    }

    private Node input(String name, TensorType type, Fill fill, boolean differentiable) {
        arguments.add(new Sample.Argument(name, type, fill, differentiable));
        return b.apply(new Op.Input(name, type), List.of());
    }

    /** Indices below {@code extent}. */
    Node index(String name, DType dtype, int extent, int... dims) {
        return input(name, TensorType.of(dtype, dims), new Fill.Integers(0, Math.max(0, extent - 1)), false);
    }

    /** Inputs that y does not need are forgotten, as the graph forgets them. */
    Sample done(String name, Node y) {
        b.output("y", y);
        var graph = b.build();
        return new Sample(name, graph, arguments.stream().filter(a -> graph.input(a.name()).isPresent()).toList());
    }
}
