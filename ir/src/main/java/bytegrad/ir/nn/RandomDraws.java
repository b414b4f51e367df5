package bytegrad.ir.nn;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;

/**
 * Random numbers: pure functions of a key (an i64 scalar) and of the place of the call in the graph, written with {@link GraphBuilder#random}.
 *
 * <p>A key is an input, and best made of a seed and a step counter that is a state of the graph ({@link #key}), so that every step draws anew and a
 * run can be repeated exactly. Nothing flows back into a key.
 */
public final class RandomDraws {
    private RandomDraws() {}

    /** A key that differs for every pair of a seed and a step, both below 2³². */
    public static Node key(GraphBuilder b, Node seed, Node step) {
        return b.or(b.shl(b.cast(seed, DType.I64), b.constant(DType.I64, 32)), b.and(b.cast(step, DType.I64), b.constant(DType.I64, 0xFFFF_FFFFL)));
    }

    /** A key derived from another and a number, such as the step of a loop: unrelated to those of other numbers. */
    public static Node fold(GraphBuilder b, Node key, Node number) {
        return b.random(b.xor(b.random(key, DType.I64), b.cast(number, DType.I64)), DType.I64);
    }

    /** Uniform over [0, 1): multiples of 2⁻²⁴ for f32, of 2⁻⁵³ for f64, each as likely as any other. */
    public static Node uniform(GraphBuilder b, Node key, DType dtype, int... dims) {
        int bits = dtype == DType.F32 ? 24 : 53;
        return b.mul(upper(b, "uniform", bits, key, dtype, dims), 1.0 / (1L << bits));
    }

    /** Standard normal: √2·erf⁻¹(v), v the middle of one of 2²³ (f64: 2⁵²) equal parts of (−1, 1); so |y| &lt; 5.5 for f32, 8.2 for f64. */
    public static Node normal(GraphBuilder b, Node key, DType dtype, int... dims) {
        int bits = dtype == DType.F32 ? 23 : 52;
        Node v = b.sub(b.mul(b.add(upper(b, "normal", bits, key, dtype, dims), 0.5), 0x1p1 / (1L << bits)), b.constant(dtype, 1));
        return b.mul(b.erfInv(v), Math.sqrt(2));
    }

    /** True with probability p, 0 ≤ p ≤ 1, to the nearest 2⁻²⁴. */
    public static Node bernoulli(GraphBuilder b, Node key, double p, int... dims) {
        if (!(p >= 0 && p <= 1)) {
            throw GraphException.at("bernoulli " + Shape.of(dims) + ": the probability " + p + " is not in [0, 1]");
        }
        Node u = uniform(b, key, DType.F32, dims);
        return b.lt(u, b.full(u.type(), p));
    }

    /** x with each element made 0 with probability p and the others divided by 1 − p, so that the mean stays; 0 ≤ p &lt; 1. */
    public static Node dropout(GraphBuilder b, Node key, Node x, double p) {
        if (!(p >= 0 && p < 1)) {
            throw GraphException.at("dropout of " + x.type() + ": the probability " + p + " is not in [0, 1)");
        }
        Node keep = bernoulli(b, key, 1 - p, x.shape().toArray());
        return b.select(keep, b.mul(x, 1 / (1 - p)), b.zerosLike(x));
    }

    /** 0 to n − 1 (i32) in an order of which each is as likely as any other: that of n random words, of which two are alike once in 2⁶⁴/n². */
    public static Node permutation(GraphBuilder b, Node key, int n) {
        return b.argsort(b.random(key, DType.I64, n), 0, false);
    }

    /** The upper bits of random words as floats: exact. */
    private static Node upper(GraphBuilder b, String what, int bits, Node key, DType dtype, int... dims) {
        if (dtype != DType.F32 && dtype != DType.F64) {
            throw GraphException.at(what + " " + TensorType.of(dtype, dims) + ": draws are f32 or f64; cast them");
        }
        DType word = dtype == DType.F32 ? DType.I32 : DType.I64;
        Node words = b.random(key, word, dims);
        return b.cast(b.ushr(words, b.full(words.type(), 8 * word.bytes() - bits)), dtype);
    }
}
