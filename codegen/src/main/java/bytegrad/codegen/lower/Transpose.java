package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies with rows as columns, a square of as many rows as a vector has lanes at a time. Half of the lanes of each two vectors change places, first those of rows half a square
 * apart, then a quarter:
 *
 * <pre>{@code
 * a0 a1 a2 a3      a0 a1 c0 c1      a0 b0 c0 d0
 * b0 b1 b2 b3  →   b0 b1 d0 d1  →   a1 b1 c1 d1
 * c0 c1 c2 c3      a2 a3 c2 c3      a2 b2 c2 d2
 * d0 d1 d2 d3      b2 b3 d2 d3      a3 b3 c3 d3
 * }</pre>
 */
final class Transpose {
    private final Lanes laneWidths;
    private final MethodWriter.Names names;
    private final Map<List<Integer>, Kernel.Method> methods = new LinkedHashMap<>();

    Transpose(Lanes lanes, MethodWriter.Names names) {
        this.laneWidths = lanes;
        this.names = names;
    }

    private int side() {
        return laneWidths.loop();
    }

    /** Whether there are vectors to do it with, and squares. */
    boolean suits(int rows, int columns) {
        return side() > 1 && Math.min(rows, columns) >= side();
    }

    List<Kernel.Method> methods() {
        return List.copyOf(methods.values());
    }

    /**
     * Where elements are.
     *
     * @param at the first
     * @param pitch how far apart rows are, each of neighbours
     */
    record Rows(int buffer, Index at, int pitch) {
        Rows moved(Index by) {
            return new Rows(buffer, at.plus(by), pitch);
        }
    }

    /** {@code to[j, i] = from[i, j]} for so many rows and columns that it {@linkplain #suits suits}; where they are no multiple of a square's, some are copied twice. */
    void copy(Scope s, DType dtype, Rows from, int rows, int columns, Rows to) {
        int side = side();
        int whole = columns / side;
        s.method().overlapping(s, rows, side, (inner, i) -> {
            Rows source = from.moved(i.times(from.pitch));
            Rows target = to.moved(i);
            squares(inner, dtype, source, target, whole);
            if (columns % side > 0) {
                int last = columns - side;
                squares(inner, dtype, source.moved(Index.of(last)), target.moved(Index.of(last * to.pitch)), 1);
            }
        });
    }

    /** Calls for so many squares, one behind the other in their rows. */
    private void squares(Scope s, DType dtype, Rows from, Rows to, int count) {
        Kernel.Method method = methods.computeIfAbsent(List.of(from.buffer, from.pitch, to.buffer, to.pitch), _ -> method(dtype, from, to));
        s.out.add(new Stmt.Call(method.name(), List.of(from.at, to.at, Index.of(count))));
    }

    private Kernel.Method method(DType dtype, Rows from, Rows to) {
        Expr.Var source = Expr.Var.index("from");
        Expr.Var target = Expr.Var.index("to");
        Expr.Var count = Expr.Var.index("count");
        MethodWriter m = new MethodWriter("transpose" + methods.size(), List.of(source, target, count), laneWidths, names);
        List<Expr> low = low(m.body, dtype);
        m.loop(m.body, Index.ZERO, Index.of(count), 1, 1, (inner, k) -> square(inner, dtype, low,
                new Rows(from.buffer, Index.of(source).plus(k.times(side())), from.pitch), new Rows(to.buffer, Index.of(target).plus(k.times(side() * to.pitch)), to.pitch)));
        return m.finish();
    }

    /** For distances of half a square, a quarter and so on: lanes that keep what they have in the first of two vectors. */
    private List<Expr> low(Scope s, DType dtype) {
        DType bits = dtype.bytes() == 4 ? DType.I32 : DType.I64;
        List<Expr> masks = new ArrayList<>();
        for (int d = side() / 2; d > 0; d /= 2) {
            Expr lane = new Expr.Ramp(Index.ZERO, 1, bits, side());
            Expr bit = Expr.Apply.of(ScalarFn.AND, lane, new Expr.Splat(Expr.Const.of(bits, d), side()));
            masks.add(s.variable(Expr.Apply.of(ScalarFn.EQ, bit, new Expr.Splat(Expr.Const.of(bits, 0), side()))));
        }
        return masks;
    }

    private void square(Scope s, DType dtype, List<Expr> low, Rows from, Rows to) {
        int side = side();
        DType bits = dtype.bytes() == 4 ? DType.I32 : DType.I64;
        Expr[] v = new Expr[side];
        for (int i = 0; i < side; i++) {
            Expr row = s.variable(new Expr.Load(from.buffer, from.at.plus(i * from.pitch), dtype, side));
            // Masks of whole numbers choose between whole numbers.
            v[i] = dtype == bits ? row : s.variable(new Expr.Bits(bits, row));
        }
        int stage = 0;
        for (int d = side / 2; d > 0; d /= 2) {
            Expr keeps = low.get(stage++);
            for (int i = 0; i < side; i++) {
                if ((i & d) == 0) {
                    Expr a = v[i];
                    Expr b = v[i + d];
                    v[i] = s.variable(Expr.Apply.of(ScalarFn.SELECT, keeps, a, s.variable(new Expr.Rotate(b, side - d))));
                    v[i + d] = s.variable(Expr.Apply.of(ScalarFn.SELECT, keeps, s.variable(new Expr.Rotate(a, d)), b));
                }
            }
        }
        for (int j = 0; j < side; j++) {
            s.out.add(new Stmt.Store(to.buffer, to.at.plus(j * to.pitch), dtype == bits ? v[j] : s.variable(new Expr.Bits(dtype, v[j]))));
        }
    }
}
