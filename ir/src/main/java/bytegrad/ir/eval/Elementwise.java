package bytegrad.ir.eval;

import bytegrad.ir.Bfloat16;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.TensorType;
import java.util.List;

/** Map, Cast and Iota. */
final class Elementwise {
    private Elementwise() {}

    /** y[i] = fn(a[i], b[i], …). */
    static Value map(ScalarFn fn, TensorType type, List<Value> in) {
        Value a = in.get(0);
        // Operands a function does not have are read from the first, and ignored.
        Value b = in.size() > 1 ? in.get(1) : a;
        Value c = in.size() > 2 ? in.get(2) : a;
        if (fn == ScalarFn.SELECT) {
            return select(type, a.rawLongs(), b, c);
        }
        int n = type.size();
        if (!a.isFloat()) {
            return Value.owning(type, integers(fn, a.dtype(), n, a.rawLongs(), b.rawLongs(), c.rawLongs()));
        }
        double[] y = new double[n];
        double[] x0 = a.rawDoubles();
        double[] x1 = b.rawDoubles();
        double[] x2 = c.rawDoubles();
        for (int i = 0; i < n; i++) {
            y[i] = ScalarMath.floats(fn, x0[i], x1[i], x2[i]);
        }
        return type.dtype() == DType.BOOL ? Value.owning(type, truths(y)) : Value.owning(type, y);
    }

    private static long[] integers(ScalarFn fn, DType dtype, int n, long[] a, long[] b, long[] c) {
        long[] y = new long[n];
        for (int i = 0; i < n; i++) {
            y[i] = ScalarMath.integers(fn, dtype, a[i], b[i], c[i]);
        }
        return y;
    }

    private static Value select(TensorType type, long[] condition, Value a, Value b) {
        int n = type.size();
        if (type.dtype().isFloat()) {
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                y[i] = ScalarMath.floats(ScalarFn.SELECT, condition[i], a.rawDoubles()[i], b.rawDoubles()[i]);
            }
            return Value.owning(type, y);
        }
        return Value.owning(type, integers(ScalarFn.SELECT, type.dtype(), n, condition, a.rawLongs(), b.rawLongs()));
    }

    private static long[] truths(double[] x) {
        long[] y = new long[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i] != 0 ? 1 : 0;
        }
        return y;
    }

    /**
     * Float to integer truncates and saturates, NaN gives 0; integer to a smaller one keeps the low bits; to a float rounds once; to
     * bool is ≠ 0.
     */
    static Value cast(TensorType type, Value x) {
        int n = type.size();
        double[] d = x.rawDoubles();
        long[] l = x.rawLongs();
        boolean fromFloat = x.isFloat();
        return switch (type.dtype()) {
            case F32 -> {
                double[] y = new double[n];
                for (int i = 0; i < n; i++) {
                    y[i] = fromFloat ? (float) d[i] : (float) l[i];
                }
                yield Value.owning(type, y);
            }
            case F64 -> {
                double[] y = new double[n];
                for (int i = 0; i < n; i++) {
                    y[i] = fromFloat ? d[i] : l[i];
                }
                yield Value.owning(type, y);
            }
            case I32 -> {
                long[] y = new long[n];
                for (int i = 0; i < n; i++) {
                    y[i] = fromFloat ? (int) d[i] : (int) l[i];
                }
                yield Value.owning(type, y);
            }
            case I64 -> {
                long[] y = new long[n];
                for (int i = 0; i < n; i++) {
                    y[i] = fromFloat ? (long) d[i] : l[i];
                }
                yield Value.owning(type, y);
            }
            case BOOL -> {
                long[] y = new long[n];
                for (int i = 0; i < n; i++) {
                    y[i] = (fromFloat ? d[i] != 0 : l[i] != 0) ? 1 : 0;
                }
                yield Value.owning(type, y);
            }
            case U8 -> {
                long[] y = new long[n];
                for (int i = 0; i < n; i++) {
                    y[i] = fromFloat ? Math.clamp((long) d[i], 0, 255) : l[i] & 255;
                }
                yield Value.owning(type, y);
            }
            case I8 -> {
                long[] y = new long[n];
                for (int i = 0; i < n; i++) {
                    y[i] = fromFloat ? Math.clamp((long) d[i], Byte.MIN_VALUE, Byte.MAX_VALUE) : (byte) l[i];
                }
                yield Value.owning(type, y);
            }
            case I16 -> {
                long[] y = new long[n];
                for (int i = 0; i < n; i++) {
                    y[i] = fromFloat ? Math.clamp((long) d[i], Short.MIN_VALUE, Short.MAX_VALUE) : (short) l[i];
                }
                yield Value.owning(type, y);
            }
            case BF16 -> {
                double[] y = new double[n];
                for (int i = 0; i < n; i++) {
                    y[i] = Bfloat16.toFloat(fromFloat ? Bfloat16.ofDouble(d[i]) : Bfloat16.ofLong(l[i]));
                }
                yield Value.owning(type, y);
            }
        };
    }

    /** y[i] = i[axis]. */
    static Value iota(TensorType type, int axis) {
        int extent = type.shape().dim(axis);
        int stride = type.shape().strides()[axis];
        int n = type.size();
        if (type.dtype().isFloat()) {
            double[] y = new double[n];
            for (int i = 0; i < n; i++) {
                y[i] = i / stride % extent;
            }
            return Value.owning(type, y);
        }
        long[] y = new long[n];
        for (int i = 0; i < n; i++) {
            y[i] = i / stride % extent;
        }
        return Value.owning(type, y);
    }
}
