package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Reshape, Transpose, Broadcast, Slice, Pad, Flip. */
final class ViewSamples {
    /** {@code core}: run at every dtype, the others at f32. */
    private record Case(String name, Shape shape, boolean core, BiFunction<GraphBuilder, Node, Node> view) {}

    private static final List<Case> CASES = List.of(
            core("reshape", Shape.of(3, 4), (b, x) -> b.reshape(x, 2, 6)),
            core("transpose", Shape.of(5, 17), (b, x) -> b.transpose(x, 1, 0)),
            core("broadcast", Shape.of(5), (b, x) -> b.broadcast(x, Shape.of(3, 5), 1)),
            core("slice strided", Shape.of(7, 17), (b, x) -> b.slice(x, ints(1, 2), ints(7, 16), ints(2, 3))),
            core("pad", Shape.of(3, 5), (b, x) -> b.pad(x, ints(1, 2), ints(0, 3), 1)),
            core("flip", Shape.of(3, 7), (b, x) -> b.flip(x, 1)),
            more("reshape to a scalar", Shape.of(1, 1), (b, x) -> b.reshape(x)),
            more("reshape from a scalar", Shape.SCALAR, (b, x) -> b.reshape(x, 1, 1, 1)),
            more("reshape flat", Shape.of(3, 1, 17), (b, x) -> b.reshape(x, 51)),
            more("reshape of none", Shape.of(3, 0), (b, x) -> b.reshape(x, 0, 5, 2)),
            more("reshape across axes", Shape.of(6, 10), (b, x) -> b.reshape(x, 4, 15)),
            more("transpose of rank 3, inner kept", Shape.of(3, 5, 16), (b, x) -> b.transpose(x, 1, 0, 2)),
            more("transpose of rank 4", Shape.of(2, 3, 5, 7), (b, x) -> b.transpose(x, 3, 1, 0, 2)),
            more("transpose of rank 8", Shape.of(2, 1, 3, 1, 2, 1, 2, 1), (b, x) -> b.transpose(x, 7, 2, 0, 5, 4, 3, 6, 1)),
            more("transpose of none", Shape.of(0, 3), (b, x) -> b.transpose(x, 1, 0)),
            more("broadcast of a scalar", Shape.SCALAR, (b, x) -> b.broadcast(x, Shape.of(3, 17))),
            more("broadcast along columns", Shape.of(3), (b, x) -> b.broadcast(x, Shape.of(3, 17), 0)),
            more("broadcast of extent 1", Shape.of(3, 1, 5), (b, x) -> b.broadcast(x, Shape.of(3, 7, 5), 0, 1, 2)),
            more("broadcast of all 1", Shape.of(1, 1), (b, x) -> b.broadcast(x, Shape.of(4, 2, 5), 0, 2)),
            more("broadcast in the middle", Shape.of(2, 5), (b, x) -> b.broadcast(x, Shape.of(2, 3, 5), 0, 2)),
            more("broadcast to none", Shape.of(5), (b, x) -> b.broadcast(x, Shape.of(0, 5), 1)),
            more("slice", Shape.of(33), (b, x) -> b.slice(x, 0, 5, 22)),
            more("slice of a column", Shape.of(17, 3), (b, x) -> b.slice(x, 1, 1, 2)),
            more("slice of none", Shape.of(7, 3), (b, x) -> b.slice(x, 0, 2, 2)),
            more("slice, stride past the end", Shape.of(7), (b, x) -> b.slice(x, ints(3), ints(7), ints(10))),
            more("slice, odd elements", Shape.of(31), (b, x) -> b.slice(x, ints(1), ints(31), ints(2))),
            more("slice of rank 3", Shape.of(4, 5, 16), (b, x) -> b.slice(x, ints(1, 0, 3), ints(3, 5, 16), ints(1, 2, 1))),
            more("pad with -inf", Shape.of(15), (b, x) -> b.pad(x, ints(2), ints(3), Double.NEGATIVE_INFINITY)),
            more("pad with NaN", Shape.of(3, 4), (b, x) -> b.pad(x, ints(0, 1), ints(1, 0), Double.NaN)),
            more("pad by nothing", Shape.of(3, 4), (b, x) -> b.pad(x, ints(0, 0), ints(0, 0), 0)),
            more("pad of none", Shape.of(0, 2), (b, x) -> b.pad(x, ints(1, 0), ints(2, 0), 5)),
            more("pad of rank 3", Shape.of(2, 3, 4), (b, x) -> b.pad(x, ints(1, 0, 2), ints(0, 1, 2), 0.5)),
            more("pad far", Shape.of(2), (b, x) -> b.pad(x, ints(40), ints(17), 0)),
            more("flip of both", Shape.of(5, 16), (b, x) -> b.flip(x, 0, 1)),
            more("flip of rows", Shape.of(5, 17), (b, x) -> b.flip(x, 0)),
            more("flip of none", Shape.of(0), (b, x) -> b.flip(x, 0)),
            more("flip of one", Shape.of(1, 3), (b, x) -> b.flip(x, 0)),
            more("slice of pad", Shape.of(9), (b, x) -> b.slice(b.pad(x, ints(3), ints(4), 1), 0, 1, 14)),
            more("transpose of reshape of flip", Shape.of(6, 4), (b, x) -> b.transpose(b.reshape(b.flip(x, 0), 3, 8), 1, 0)),
            more("reshape of transpose", Shape.of(4, 6), (b, x) -> b.reshape(b.transpose(x, 1, 0), 8, 3)),
            more("pad of slice of broadcast", Shape.of(5), (b, x) -> b.pad(b.slice(b.broadcast(x, Shape.of(4, 5), 1), 1, 1, 4), ints(1, 1), ints(0, 2), 0)),
            more("flip of strided slice", Shape.of(17), (b, x) -> b.flip(b.slice(x, ints(1), ints(17), ints(3)), 0)));

    private ViewSamples() {}

    private static Case core(String name, Shape shape, BiFunction<GraphBuilder, Node, Node> view) {
        return new Case(name, shape, true, view);
    }

    private static Case more(String name, Shape shape, BiFunction<GraphBuilder, Node, Node> view) {
        return new Case(name, shape, false, view);
    }

    private static int[] ints(int... values) {
        return values;
    }

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        for (DType t : DType.values()) {
            for (Case c : CASES) {
                if (c.core() || t == DType.F32) {
                    Draft d = new Draft();
                    out.add(d.done(c.name() + " " + t.text(), c.view().apply(d.b, d.input("x", t, c.shape().toArray()))));
                }
            }
        }
        Draft d = new Draft();
        Node constant = d.b.constant(Literal.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, 5f, 6f));
        out.add(d.done("transpose of a constant", d.b.transpose(constant, 1, 0)));
        d = new Draft();
        out.add(d.done("pad i32 far", d.b.pad(d.input("x", DType.I32, 3), ints(1), ints(30), -7)));
        return out;
    }
}
