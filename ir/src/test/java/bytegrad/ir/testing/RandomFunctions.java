package bytegrad.ir.testing;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import java.util.SplittableRandom;

/** Scalar functions beyond the first few, inside their domains and away from their kinks, for {@link RandomGraph}. */
final class RandomFunctions {
    /** A node and what no element of it exceeds in magnitude. */
    record Bounded(Node node, double bound) {}

    private RandomFunctions() {}

    /** A smooth function of x, whose elements are at most m; y is another operand of its shape. */
    static Bounded smooth(GraphBuilder b, SplittableRandom random, Node x, double m, Node y) {
        Node positive = b.add(b.square(x), 0.5);
        double most = m * m + 0.5;
        // At most 0.7 in magnitude.
        Node small = b.mul(b.tanh(x), 0.7);
        return switch (random.nextInt(22)) {
            case 0 -> new Bounded(b.tan(small), 1);
            case 1 -> new Bounded(b.asin(small), 1);
            case 2 -> new Bounded(b.acos(small), 3);
            case 3 -> new Bounded(b.atan(x), 2);
            case 4 -> new Bounded(b.sinh(x), StrictMath.cosh(m));
            case 5 -> new Bounded(b.cosh(x), StrictMath.cosh(m));
            case 6 -> new Bounded(b.asinh(x), m);
            case 7 -> new Bounded(b.acosh(b.add(positive, 1)), most + 1);
            case 8 -> new Bounded(b.atanh(small), 1);
            case 9 -> new Bounded(b.exp2(x), StrictMath.pow(2, m));
            case 10 -> new Bounded(b.log2(positive), most + 1);
            case 11 -> new Bounded(b.log1p(positive), most);
            case 12 -> new Bounded(b.expm1(x), StrictMath.exp(m));
            case 13 -> new Bounded(b.cbrt(positive), most + 1);
            case 14 -> new Bounded(b.erfc(x), 2);
            case 15 -> new Bounded(b.erfInv(small), 1);
            case 16 -> new Bounded(b.lgamma(positive), most * most + 1);
            case 17 -> new Bounded(b.digamma(positive), most + 2);
            case 18 -> new Bounded(b.polygamma(b.constant(x.dtype(), random.nextInt(1, 3)), positive), 20);
            case 19 -> new Bounded(b.pow(positive, b.tanh(y)), most + 2);
            case 20 -> new Bounded(b.atan2(positive, y), 4);
            default -> new Bounded(b.logAddExp(x, y), m + 5);
        };
    }

    /** A function of x with jumps, where every executor knows x exactly. */
    static Node jumping(GraphBuilder b, SplittableRandom random, Node x) {
        Node divisor = b.constant(x.dtype(), random.nextBoolean() ? 3 : -0.75);
        return switch (random.nextInt(6)) {
            case 0 -> b.floor(x);
            case 1 -> b.ceil(x);
            case 2 -> b.roundEven(x);
            case 3 -> b.trunc(x);
            case 4 -> b.rem(x, divisor);
            default -> b.mod(x, divisor);
        };
    }
}
