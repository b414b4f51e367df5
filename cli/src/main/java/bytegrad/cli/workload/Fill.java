package bytegrad.cli.workload;

import bytegrad.ir.DType;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.runtime.Bfloat16;
import bytegrad.runtime.Tensor;
import java.util.List;

/** How the elements of an input are made, from their row-major index i. */
public sealed interface Fill {
    /** x[i] = offset + {@link SpecNumbers#value}(seed, i, scale), in float; an f64 tensor holds the same floats. */
    record Uniform(int seed, float scale, float offset) implements Fill {
        /** Without an offset. */
        public Uniform(int seed, float scale) {
            this(seed, scale, 0);
        }
    }

    /** x[i] = {@link SpecNumbers#index}(seed, i, bound). */
    record Index(int seed, int bound) implements Fill {}

    /** Another layout of the same numbers: the transpose of a tensor of another shape, its axes in this order; row-major. */
    record Moved(Fill fill, Shape from, List<Integer> axes) implements Fill {
        public Moved {
            axes = List.copyOf(axes);
        }

        /** Where element i comes from. */
        private int source(int i) {
            int rest = i;
            int at = 0;
            for (int k = axes.size() - 1; k >= 0; k--) {
                int axis = axes.get(k);
                at += rest % from.dim(axis) * from.strides()[axis];
                rest /= from.dim(axis);
            }
            return at;
        }
    }

    /** x[i] = value. */
    record Same(double value) implements Fill {}

    /** Element {@code i}. */
    default double element(int i) {
        return switch (this) {
            case Uniform(int seed, float scale, float offset) -> SpecNumbers.value(seed, i, scale) + offset;
            case Index(int seed, int bound) -> SpecNumbers.index(seed, i, bound);
            case Moved m -> m.fill().element(m.source(i));
            case Same(double value) -> value;
        };
    }

    /** The whole tensor. */
    default Tensor tensor(TensorType type) {
        int n = type.size();
        int[] shape = type.shape().toArray();
        return switch (type.dtype()) {
            case F32 -> {
                float[] a = new float[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (float) element(i);
                }
                yield Tensor.of(a, shape);
            }
            case F64 -> {
                double[] a = new double[n];
                for (int i = 0; i < n; i++) {
                    a[i] = element(i);
                }
                yield Tensor.of(a, shape);
            }
            case I32 -> {
                int[] a = new int[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (int) element(i);
                }
                yield Tensor.of(a, shape);
            }
            case I64 -> {
                long[] a = new long[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (long) element(i);
                }
                yield Tensor.of(a, shape);
            }
            case BOOL -> {
                boolean[] a = new boolean[n];
                for (int i = 0; i < n; i++) {
                    a[i] = element(i) != 0;
                }
                yield Tensor.of(a, shape);
            }
            case U8, I8 -> {
                byte[] a = new byte[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (byte) element(i);
                }
                yield type.dtype() == DType.U8 ? Tensor.ofUnsigned(a, shape) : Tensor.of(a, shape);
            }
            case I16 -> {
                short[] a = new short[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (short) element(i);
                }
                yield Tensor.of(a, shape);
            }
            case BF16 -> {
                short[] a = new short[n];
                for (int i = 0; i < n; i++) {
                    a[i] = Bfloat16.ofDouble(element(i));
                }
                yield Tensor.ofBfloat16(a, shape);
            }
        };
    }
}
