package bytegrad.codegen.kernel;

import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.ScalarFn;
import java.util.List;

/**
 * A value inside a kernel: one number, or {@code lanes} of them side by side. A bool of several lanes is a mask. Pure:
 * only {@link Load} depends on memory, and {@link Checked} may fail.
 */
public sealed interface Expr {
    DType dtype();

    int lanes();

    /** A number, by raw bits as in {@link Literal#bitsAt}. */
    record Const(DType dtype, long bits) implements Expr {
        public static Const of(DType dtype, double value) {
            return new Const(dtype, Literal.of(dtype, value).bitsAt(0));
        }

        @Override
        public int lanes() {
            return 1;
        }
    }

    /** A variable bound by a loop ({@code i32}), a parameter ({@code i32}) or a {@link Stmt.Let}; names are unique in a method. */
    record Var(String name, DType dtype, int lanes) implements Expr {
        public static Var index(String name) {
            return new Var(name, DType.I32, 1);
        }
    }

    /**
     * Neighbouring elements of a buffer, from {@code index} on.
     *
     * @param count lanes that are elements of the buffer, those in front; the others mean nothing, and nothing may depend on them
     */
    record Load(int buffer, Index index, DType dtype, int lanes, int count) implements Expr {
        /** An element in every lane. */
        public Load(int buffer, Index index, DType dtype, int lanes) {
            this(buffer, index, dtype, lanes, lanes);
        }
    }

    /**
     * A function of operands that all have its lanes. No f32 transcendental is left here: they were expanded into
     * polynomials; f64 ones are calls to {@link StrictMath} and have one lane.
     */
    record Apply(ScalarFn fn, List<Expr> args) implements Expr {
        public Apply {
            args = List.copyOf(args);
        }

        public static Apply of(ScalarFn fn, Expr... args) {
            return new Apply(fn, List.of(args));
        }

        @Override
        public DType dtype() {
            return fn.result(args.getLast().dtype());
        }

        @Override
        public int lanes() {
            return args.getLast().lanes();
        }
    }

    /** A number as another dtype, as {@link bytegrad.ir.Op.Cast} defines. */
    record Convert(DType dtype, Expr arg) implements Expr {
        @Override
        public int lanes() {
            return arg.lanes();
        }
    }

    /** The same bits read as another dtype of the same width: f32 and i32, f64 and i64. */
    record Bits(DType dtype, Expr arg) implements Expr {
        @Override
        public int lanes() {
            return arg.lanes();
        }
    }

    /** One number in every lane. */
    record Splat(Expr arg, int lanes) implements Expr {
        @Override
        public DType dtype() {
            return arg.dtype();
        }
    }

    /** Lane l holds lane l + by of the operand, behind the last of which the first follows; not of masks. */
    record Rotate(Expr arg, int by) implements Expr {
        @Override
        public DType dtype() {
            return arg.dtype();
        }

        @Override
        public int lanes() {
            return arg.lanes();
        }
    }

    /** An index as a value: lane l holds base + l·stride, converted to the dtype (never bool). */
    record Ramp(Index base, int stride, DType dtype, int lanes) implements Expr {}

    /** An i32 or i64 index as i32; fails at run time, naming {@code what}, unless it is in 0 to extent − 1. One lane. */
    record Checked(Expr arg, int extent, String what) implements Expr {
        @Override
        public DType dtype() {
            return DType.I32;
        }

        @Override
        public int lanes() {
            return 1;
        }
    }
}
