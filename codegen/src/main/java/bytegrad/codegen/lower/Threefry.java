package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.List;

/**
 * Random words by Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, SC 2011): additions, rotations and exclusive ors of i32 alone, so that
 * lanes are full and no state is kept. The counter is (position, site), the key the operand's two words.
 */
final class Threefry {
    private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};
    private static final int PARITY = 0x1BD11BDA;

    private final Scope scope;
    private final int lanes;

    private Threefry(Scope scope, int lanes) {
        this.scope = scope;
        this.lanes = lanes;
    }

    /**
     * Word 0 of the block of each position for i32; for i64, word 1 above it, one lane.
     *
     * @param key an i64, of one lane
     */
    static Expr word(DType dtype, Expr key, Index position, int site, Scope s) {
        int stride = s.laneStride(position);
        int lanes = stride == 0 ? 1 : s.lanes();
        if (lanes > 1 && dtype == DType.I64) {
            throw new NotVectorizable("random i64 words are made one at a time");
        }
        Scope outer = s.binding(List.of());
        Expr k0 = outer.let(new Expr.Convert(DType.I32, key));
        Expr high = outer.let(Expr.Apply.of(ScalarFn.USHR, key, new Expr.Const(DType.I64, 32)));
        Expr k1 = outer.let(new Expr.Convert(DType.I32, high));
        Threefry once = new Threefry(outer, 1);
        Expr k2 = once.xor(once.xor(k0, once.number(PARITY)), k1);
        Expr[] words = new Threefry(s, lanes).block(once, List.of(k0, k1, k2), s.let(new Expr.Ramp(position, stride, DType.I32, lanes)), site);
        if (dtype == DType.I32) {
            return words[0];
        }
        Expr low = s.let(Expr.Apply.of(ScalarFn.AND, s.let(new Expr.Convert(DType.I64, words[0])), new Expr.Const(DType.I64, 0xFFFF_FFFFL)));
        Expr up = s.let(Expr.Apply.of(ScalarFn.SHL, s.let(new Expr.Convert(DType.I64, words[1])), new Expr.Const(DType.I64, 32)));
        return s.let(Expr.Apply.of(ScalarFn.OR, low, up));
    }

    private Expr[] block(Threefry once, List<Expr> k, Expr counter, int site) {
        Expr x0 = add(counter, k.get(0));
        Expr x1 = scope.splat(once.add(once.number(site), k.get(1)), lanes);
        for (int round = 0; round < 20; round++) {
            int r = ROTATIONS[round % 8];
            x0 = add(x0, x1);
            x1 = xor(or(apply(ScalarFn.SHL, x1, number(r)), apply(ScalarFn.USHR, x1, number(32 - r))), x0);
            if (round % 4 == 3) {
                int s = round / 4 + 1;
                x0 = add(x0, k.get(s % 3));
                x1 = add(x1, once.add(k.get((s + 1) % 3), once.number(s)));
            }
        }
        return new Expr[] {x0, x1};
    }

    private Expr number(int value) {
        return new Expr.Const(DType.I32, value);
    }

    private Expr add(Expr a, Expr b) {
        return apply(ScalarFn.ADD, a, b);
    }

    private Expr xor(Expr a, Expr b) {
        return apply(ScalarFn.XOR, a, b);
    }

    private Expr or(Expr a, Expr b) {
        return apply(ScalarFn.OR, a, b);
    }

    private Expr apply(ScalarFn fn, Expr a, Expr b) {
        return scope.let(Expr.Apply.of(fn, scope.splat(a, lanes), scope.splat(b, lanes)));
    }
}
