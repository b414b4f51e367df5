package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.fuse.ViewIndex;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** What is written piece by piece: concats and pads. */
final class Pieces {
    /** Parts of a concat that one method writes: hundreds would be more code than HotSpot compiles. */
    private static final int PARTS_PER_METHOD = 32;

    private final Definitions definitions;
    private final Buffers buffers;
    private final Nests nests;

    Pieces(Definitions definitions, Buffers buffers, Lanes lanes, Division division) {
        this.definitions = definitions;
        this.buffers = buffers;
        this.nests = new Nests(definitions, buffers, lanes, division);
    }

    /** y[o, j − start, r] = part[o,j,r] for each part of a concat; a pad is its fill with its operand in the middle. */
    List<Kernel.Method> of(Node n) {
        return switch (n.op()) {
            case Op.Concat(int axis) -> concat(n, axis);
            case Op.Pad p -> {
                fill(n, p);
                piece(nests.method().body, n, n.input(0), p.low().stream().mapToInt(Integer::intValue).toArray(), p.interior());
                yield nests.finished();
            }
            case Op.Input o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Constant o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Iota o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Map o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Cast o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Reduce o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.ArgReduce o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Contract o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Gather o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Scatter o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Cumulate o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.ArgSort o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Random o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.OverlapAdd o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.Nested o -> throw new IllegalStateException("not in pieces: " + n);
            case Op.View o -> throw new IllegalStateException("not in pieces: " + n);
        };
    }

    /**
     * What a pad puts around its operand, at each index of the axes that it leaves alone in front of others: before and behind all of it, and between neighbours along each axis, where what is
     * behind the one and before the other, along the axes inside, is one run.
     */
    private void fill(Node n, Op.Pad p) {
        Shape inside = n.input(0).shape();
        if (inside.size() == 0 || p.interior().stream().anyMatch(k -> k > 0)) {
            fill(n, p, List.of(), Index.ZERO, n.shape().size());
            return;
        }
        int[] strides = n.shape().strides();
        int before = 0;
        int behind = 0;
        int alone = n.rank();
        for (int a = n.rank() - 1; a >= 0; a--) {
            before += p.low().get(a) * strides[a];
            behind += p.high().get(a) * strides[a];
            alone = p.low().get(a) + p.high().get(a) > 0 ? a : alone;
        }
        List<Integer> outer = inside.dims().subList(0, alone);
        int all = n.shape().dims().subList(alone, n.rank()).stream().reduce(1, Math::multiplyExact);
        fill(n, p, outer, Index.ZERO, before);
        fill(n, p, outer, Index.of(all - behind), behind);
        int end = before + 1;
        int between = 0;
        for (int a = n.rank() - 1; a >= alone; a--) {
            List<Integer> neighbours = new ArrayList<>(inside.dims().subList(0, a + 1));
            neighbours.set(a, neighbours.get(a) - 1);
            fill(n, p, neighbours, Index.of(end), between);
            end += (inside.dim(a) - 1) * strides[a];
            between += (p.low().get(a) + p.high().get(a)) * strides[a];
        }
    }

    /** A run of so many elements at each index of the outer axes. */
    private void fill(Node n, Op.Pad p, List<Integer> outer, Index first, int run) {
        if (run == 0 || outer.contains(0)) {
            return;
        }
        int out = buffers.write(new Place.Value(n));
        Expr fill = new Expr.Const(n.dtype(), Literal.of(n.dtype(), p.fill()).bitsAt(0));
        List<Integer> dims = new ArrayList<>(outer);
        dims.add(run);
        Shape shape = Shape.of(dims);
        int[] strides = n.shape().strides();
        nests.inner(nests.method().body, shape, nests.share(shape, n.shape()), (s, index) -> {
            Index at = first.plus(index.getLast());
            for (int k = 0; k < outer.size(); k++) {
                at = at.plus(index.get(k).times(strides[k]));
            }
            s.store(out, at, fill);
        });
    }

    private List<Kernel.Method> concat(Node n, int axis) {
        List<Node> parts = n.inputs();
        List<Kernel.Method> methods = new ArrayList<>();
        int[] offset = new int[n.shape().rank()];
        for (int first = 0; first < parts.size(); first += PARTS_PER_METHOD) {
            MethodWriter m = parts.size() <= PARTS_PER_METHOD ? nests.method() : nests.method("parts" + first);
            for (Node part : parts.subList(first, Math.min(parts.size(), first + PARTS_PER_METHOD))) {
                piece(m.body, n, part, offset, Collections.nCopies(offset.length, 0));
                offset[axis] += part.shape().dim(axis);
            }
            if (m != nests.method()) {
                nests.method().body.out.add(new Stmt.Call("parts" + first, List.of()));
                methods.add(m.finish());
            }
        }
        methods.addAll(0, nests.finished());
        return methods;
    }

    private void piece(Scope top, Node n, Node part, int[] offset, List<Integer> between) {
        int out = buffers.write(new Place.Value(n));
        // Where axes were joined, the loops are over those apart.
        Node x = Partition.piece(part);
        int run = x == part && definitions.isFlat(part) ? firstOfRun(part.shape(), n.shape(), offset, between) : n.rank();
        if (run < n.rank() - 1) {
            runs(top, n, part, offset, between, run);
            return;
        }
        nests.inner(top, x.shape(), nests.share(part.shape(), n.shape()), (s, apart) -> {
            List<Index> index = x == part ? apart : ViewIndex.through(new Op.Reshape(x.shape()), part.shape(), apart, definitions::extent).orElseThrow();
            List<Index> at = new ArrayList<>();
            for (int k = 0; k < offset.length; k++) {
                at.add(inWhole(part, k, index.get(k), offset, between));
            }
            s.store(out, ViewIndex.flatten(n.shape(), at), definitions.at(x, apart, s));
        });
    }

    /** Where an index of a part is along an axis of the whole. */
    private static Index inWhole(Node part, int axis, Index i, int[] offset, List<Integer> between) {
        // Between one element and none the distance says nothing, and may be as large as an int can be.
        return (part.shape().dim(axis) > 1 ? i.times(between.get(axis) + 1) : i).plus(offset[axis]);
    }

    /** The first axis from which on a part's elements are neighbours in the whole, too. */
    private static int firstOfRun(Shape part, Shape whole, int[] offset, List<Integer> between) {
        int a = whole.rank() - 1;
        while (a > 0 && part.dim(a) == whole.dim(a) && offset[a] == 0 && between.get(a - 1) == 0) {
            a--;
        }
        return a;
    }

    /** A piece whose elements are made of those at the same place in memory, in runs that are as long as can be: lines of a picture rather than the channels of a place. */
    private void runs(Scope top, Node n, Node part, int[] offset, List<Integer> between, int first) {
        int out = buffers.write(new Place.Value(n));
        int[] strides = n.shape().strides();
        List<Integer> outer = part.shape().dims().subList(0, first);
        int inside = part.shape().dims().subList(first, part.rank()).stream().reduce(1, Math::multiplyExact);
        Shape shape = Shape.of(Stream.concat(outer.stream(), Stream.of(inside)).toList());
        nests.inner(top, shape, nests.share(part.shape(), n.shape()), (s, index) -> {
            Index at = index.getLast().plus(offset[first] * strides[first]);
            for (int k = 0; k < first; k++) {
                at = at.plus(inWhole(part, k, index.get(k), offset, between).times(strides[k]));
            }
            s.store(out, at, definitions.flatAt(part, ViewIndex.flatten(shape, index), s));
        });
    }
}
