package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/** Map with every function and dtype, and Cast between all dtypes. */
final class ElementwiseSamples {
    /** Sizes around the lane counts 4, 8 and 16, primes, none and one, several ranks. */
    private static final List<Shape> SHAPES = List.of(
            Shape.of(17), Shape.of(3, 5), Shape.of(1), Shape.of(15), Shape.SCALAR, Shape.of(33), Shape.of(2, 3, 7), Shape.of(0),
            Shape.of(13), Shape.of(31), Shape.of(4, 0, 2), Shape.of(16), Shape.of(7, 1), Shape.of(7));

    private ElementwiseSamples() {}

    static List<Sample> all() {
        List<Sample> out = new ArrayList<>();
        int turn = 0;
        for (ScalarFn fn : ScalarFn.values()) {
            for (DType t : DType.values()) {
                if (fn.accepts(t)) {
                    out.add(sample(fn, t, Shape.of(17), "", operands(fn, t)));
                    out.add(sample(fn, t, SHAPES.get(1 + turn++ % (SHAPES.size() - 1)), " again", operands(fn, t)));
                    if (t.isInteger()) {
                        out.add(sample(fn, t, Shape.of(19), " wide", wide(fn)));
                    }
                }
            }
        }
        for (DType t : Draft.FLOATS) {
            out.addAll(more(t));
        }
        for (Shape shape : SHAPES) {
            out.add(chain(shape));
        }
        out.add(chain(Shape.of(2, 1, 2, 1, 2, 1, 2, 3)));
        out.add(chain(Shape.of(1000)));
        for (DType from : DType.values()) {
            for (DType to : DType.values()) {
                out.add(cast(from, to));
            }
        }
        return out;
    }

    private static Sample sample(ScalarFn fn, DType t, Shape shape, String suffix, List<Fill> fills) {
        Draft d = new Draft();
        List<Node> in = new ArrayList<>();
        for (int k = 0; k < fn.arity(); k++) {
            DType operand = fn == ScalarFn.SELECT && k == 0 ? DType.BOOL : t;
            // The gradient of a stopped value is zero by decree, which no finite difference finds.
            // The order of a polygamma is an integer.
            boolean rough = fn == ScalarFn.STOP_GRADIENT || fn == ScalarFn.POLYGAMMA && k == 0;
            String name = String.valueOf((char) ('a' + k));
            in.add(rough ? d.rough(name, operand, fills.get(k), shape.toArray()) : d.input(name, operand, fills.get(k), shape.toArray()));
        }
        return d.done(fn.text() + " " + t.text() + shape + suffix, d.b.apply(new Op.Map(fn), in));
    }

    /** How to draw the operands: inside the domain, and away from where the function has a kink. */
    private static List<Fill> operands(ScalarFn fn, DType t) {
        Fill usual = Fill.usual(t);
        return switch (fn) {
            case NEG, EXP, TANH, SIGMOID, ERF, SIN, COS, STOP_GRADIENT, NOT -> List.of(usual);
            case ASINH, SINH, COSH, ATAN, EXP2, EXPM1, ERFC -> List.of(new Fill.Uniform(-6, 6));
            case TAN -> List.of(new Fill.Uniform(-1.2, 1.2));
            case ASIN, ACOS, ATANH, ERF_INV, LOG1P -> List.of(new Fill.Uniform(-0.75, 0.75));
            case ACOSH -> List.of(new Fill.Uniform(1.25, 5));
            case LOG2 -> List.of(Fill.POSITIVE);
            case CBRT -> List.of(Fill.AWAY_FROM_ZERO);
            case LGAMMA, DIGAMMA -> List.of(new Fill.Uniform(0.3, 12));
            case FLOOR, CEIL, ROUND_EVEN, TRUNC -> List.of(new Fill.Grid(0.125));
            case POW -> List.of(Fill.POSITIVE, usual);
            case ATAN2 -> List.of(Fill.AWAY_FROM_ZERO, Fill.AWAY_FROM_ZERO);
            case LOG_ADD_EXP -> List.of(usual, usual);
            case POLYGAMMA -> List.of(new Fill.Integers(0, 4), new Fill.Uniform(0.75, 12));
            case REM, MOD -> t.isFloat() ? List.of(new Fill.Grid(0.125), new Fill.Integers(1, 3)) : List.of(usual, usual);
            case ABS, SIGN -> List.of(t.isFloat() ? Fill.AWAY_FROM_ZERO : usual);
            case SQRT, LOG -> List.of(Fill.POSITIVE);
            case ADD, SUB, MUL -> List.of(usual, usual);
            case DIV -> t.isFloat() ? List.of(usual, Fill.AWAY_FROM_ZERO) : List.of(usual, usual);
            case MAX, MIN -> t.isFloat() ? List.of(new Fill.Grid(0), new Fill.Grid(0.125)) : List.of(usual, usual);
            case FMA -> List.of(usual, usual, usual);
            case EQ, NE, LT, LE, GT, GE -> t == DType.BOOL ? List.of(usual, usual) : List.of(Fill.TIES, Fill.TIES);
            case AND, OR, XOR -> List.of(usual, usual);
            case SHL, SHR, USHR -> List.of(new Fill.AnyBits(), new Fill.Integers(0, 31));
            case SELECT -> List.of(new Fill.Truths(), usual, usual);
        };
    }

    /** Other parts of the domain, and what is made of functions. */
    private static List<Sample> more(DType t) {
        List<Sample> out = new ArrayList<>();
        for (ScalarFn fn : List.of(ScalarFn.LGAMMA, ScalarFn.DIGAMMA)) {
            out.add(sample(fn, t, Shape.of(17), " below zero", List.of(new Fill.Uniform(-0.75, -0.25))));
        }
        out.add(sample(ScalarFn.POLYGAMMA, t, Shape.of(17), " below zero", List.of(new Fill.Integers(0, 3), new Fill.Uniform(-0.65, -0.35))));
        out.add(sample(ScalarFn.ERFC, t, Shape.of(40), " tail", List.of(new Fill.Uniform(4, 9))));
        out.add(sample(ScalarFn.REM, t, Shape.of(21), " signs", List.of(new Fill.Grid(0.125), new Fill.Integers(-2, -1))));
        out.add(sample(ScalarFn.MOD, t, Shape.of(21), " signs", List.of(new Fill.Grid(0.125), new Fill.Integers(-2, -1))));
        for (double power : new double[] {-2, -1, 0, 1, 2, 3}) {
            Draft d = new Draft();
            Node x = d.input("x", t, Fill.AWAY_FROM_ZERO, 19);
            out.add(d.done("pow " + t.text() + " to " + power, d.b.pow(x, power)));
        }
        Draft d = new Draft();
        Node x = d.input("x", t, new Fill.Uniform(0.5, 2.5), 33);
        out.add(d.done("rsqrt " + t.text(), d.b.rsqrt(x)));
        d = new Draft();
        x = d.input("x", t, new Fill.Grid(0.125), 33);
        out.add(d.done("clip " + t.text(), d.b.clip(x, -1, 1)));
        d = new Draft();
        x = d.input("x", t, Fill.usual(t), 33);
        out.add(d.done("isnan isinf isfinite " + t.text(), d.b.or(d.b.and(d.b.isFinite(x), d.b.gt(x, d.b.constant(t, 1))), d.b.xor(d.b.isNan(x), d.b.isInf(x)))));
        return out;
    }

    /** Integers of the whole range: sums and products wrap, distances of shifts exceed the width. */
    private static List<Fill> wide(ScalarFn fn) {
        Fill any = new Fill.AnyBits();
        return fn == ScalarFn.SELECT ? List.of(new Fill.Truths(), any, any) : List.of(any, any, any);
    }

    /** A few ops in one loop, over shapes of every sort. */
    private static Sample chain(Shape shape) {
        Draft d = new Draft();
        Node x = d.input("x", DType.F32, shape.toArray());
        Node z = d.input("z", DType.F32, shape.toArray());
        return d.done("chain f32" + shape, d.b.mul(d.b.add(d.b.mul(x, 1.5), z), d.b.tanh(d.b.sub(x, z))));
    }

    private static Sample cast(DType from, DType to) {
        Draft d = new Draft();
        Fill fill = from.isFloat() ? to == DType.BOOL ? Fill.TIES : new Fill.Uniform(-300, 300) : from == DType.BOOL ? Fill.usual(from) : new Fill.AnyBits();
        // Rounding to f32 is a stair, and a finite difference sees its steps; integers have none at all.
        Node x = from.isFloat() && to == DType.F64 ? d.input("x", from, fill, 19) : d.rough("x", from, fill, 19);
        return d.done("cast " + from.text() + " to " + to.text(), d.b.apply(new Op.Cast(to), List.of(x)));
    }
}
