package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.List;

/** What works on whole lines along one axis: cumulations and sorts. */
final class Lines {
    private final Definitions definitions;
    private final Buffers buffers;
    private final Lanes lanes;
    private final MethodWriter method;

    Lines(Definitions definitions, Buffers buffers, Lanes lanes) {
        this.definitions = definitions;
        this.buffers = buffers;
        this.lanes = lanes;
        this.method = new MethodWriter("run", List.of(), lanes, new MethodWriter.Names());
    }

    /** A chain along the axis, in a register; neighbouring lines on lanes. */
    List<Kernel.Method> cumulate(Node n) {
        Op.Cumulate op = (Op.Cumulate) n.op();
        int extent = n.shape().dim(op.axis());
        int out = buffers.write(new Place.Value(n));
        Expr identity = new Expr.Const(n.dtype(), op.monoid().identity(n.dtype()).bitsAt(0));
        Loops.except(op.axis(), definitions, method.body, n.shape(), lanes.loop(), (s, line) -> {
            Expr.Var acc = s.accumulator(s.splat(identity, s.lanes()));
            method.each(s, extent, (inner, k) -> {
                definitions.known(k, extent);
                List<Index> at = Loops.with(line, op.axis(), op.reverse() ? k.times(-1).plus(extent - 1) : k);
                Expr next = definitions.apply(op.monoid().fn(), List.of(acc, definitions.at(n.input(0), at, inner)), inner);
                Index place = ViewIndex.flatten(n.shape(), at);
                if (op.exclusive()) {
                    inner.store(out, place, acc);
                }
                inner.out.add(new Stmt.Assign(acc, next));
                if (!op.exclusive()) {
                    inner.store(out, place, acc);
                }
            });
        });
        return List.of(method.finish());
    }

    /** Each line's keys go to scratch, are sorted there, and the first indices come back. */
    List<Kernel.Method> sort(Node n) {
        Op.ArgSort op = (Op.ArgSort) n.op();
        Node x = n.input(0);
        int extent = x.shape().dim(op.axis());
        int out = buffers.write(new Place.Value(n));
        if (op.count() == 0) {
            return List.of(method.finish());
        }
        int keys = buffers.scratch(DType.I64, Math.multiplyExact(2, extent));
        int order = buffers.scratch(DType.I32, Math.multiplyExact(2, extent));
        Loops.except(op.axis(), definitions, method.body, n.shape(), 1, (s, line) -> {
            Loops.over(definitions, s, Shape.of(extent), lanes.loop(), (inner, k) ->
                    inner.store(keys, k.getFirst(), key(definitions.at(x, Loops.with(line, op.axis(), k.getFirst()), inner), op.descending(), inner)));
            s.out.add(new Stmt.Sort(keys, Index.ZERO, order, Index.ZERO, extent, op.count()));
            method.each(s, op.count(), (inner, j) -> inner.store(out, ViewIndex.flatten(n.shape(), Loops.with(line, op.axis(), j)),
                    inner.variable(new Expr.Load(order, j, DType.I32, 1))));
        });
        return List.of(method.finish());
    }

    /** A whole number that is less just where the value comes first; equal for −0 and +0, and for all NaNs. */
    private Expr key(Expr x, boolean descending, Scope s) {
        Expr whole = switch (x.dtype()) {
            case F32 -> ordered(x, DType.I32, 31, Integer.MAX_VALUE, s);
            case F64 -> ordered(x, DType.I64, 63, Long.MAX_VALUE, s);
            case BF16 -> ordered(Definitions.convert(x, DType.F32, s), DType.I32, 31, Integer.MAX_VALUE, s);
            case U8, I8, I16, I32, I64, BOOL -> x;
        };
        Expr wide = whole.dtype() == DType.I64 ? whole : Definitions.convert(whole, DType.I64, s);
        return descending ? definitions.apply(ScalarFn.NOT, List.of(wide), s) : wide;
    }

    /** The bits of a float, of which those of a negative one ascend when the rest is flipped; NaN above all. */
    private Expr ordered(Expr x, DType bits, int sign, long greatest, Scope s) {
        Expr top = new Expr.Const(bits, greatest);
        Expr nan = definitions.apply(ScalarFn.NE, List.of(x, x), s);
        // −0 + 0 = +0.
        Expr b = s.let(new Expr.Bits(bits, definitions.apply(ScalarFn.ADD, List.of(x, Expr.Const.of(x.dtype(), 0)), s)));
        Expr negative = definitions.apply(ScalarFn.SHR, List.of(b, new Expr.Const(bits, sign)), s);
        Expr flipped = definitions.apply(ScalarFn.XOR, List.of(b, definitions.apply(ScalarFn.AND, List.of(negative, top), s)), s);
        return definitions.apply(ScalarFn.SELECT, List.of(nan, top, flipped), s);
    }
}
