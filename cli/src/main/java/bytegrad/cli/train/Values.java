package bytegrad.cli.train;

import bytegrad.ir.DType;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.ir.eval.Value;
import bytegrad.runtime.Bfloat16;
import bytegrad.runtime.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Tensors as the interpreter's values, and back. */
final class Values {
    private Values() {}

    static Value of(Tensor t) {
        Shape shape = Shape.of(t.shape());
        return switch (t.type()) {
            case F32 -> Value.ofFloats(shape, t.floats());
            case F64 -> Value.of(new TensorType(DType.F64, shape), t.doubles());
            case I32 -> Value.ofLongs(new TensorType(DType.I32, shape), Arrays.stream(t.ints()).asLongStream().toArray());
            case I64 -> Value.ofLongs(new TensorType(DType.I64, shape), t.longs());
            case BOOL -> {
                boolean[] z = t.booleans();
                yield Value.ofLongs(new TensorType(DType.BOOL, shape), IntStream.range(0, z.length).mapToLong(i -> z[i] ? 1 : 0).toArray());
            }
            case U8, I8, I16 -> Value.ofLongs(
                    new TensorType(DType.valueOf(t.type().name()), shape), Arrays.stream(t.widened().ints()).asLongStream().toArray());
            case BF16 -> {
                float[] f = t.widened().floats();
                yield Value.of(new TensorType(DType.BF16, shape), IntStream.range(0, f.length).mapToDouble(i -> f[i]).toArray());
            }
        };
    }

    static Tensor tensor(Value v) {
        int[] dims = v.shape().toArray();
        return switch (v.dtype()) {
            case F32 -> {
                float[] a = new float[v.size()];
                for (int i = 0; i < a.length; i++) {
                    a[i] = (float) v.at(i);
                }
                yield Tensor.of(a, dims);
            }
            case F64 -> Tensor.of(v.doubles(), dims);
            case I32 -> Tensor.of(Arrays.stream(v.longs()).mapToInt(Math::toIntExact).toArray(), dims);
            case I64 -> Tensor.of(v.longs(), dims);
            case BOOL -> {
                boolean[] a = new boolean[v.size()];
                for (int i = 0; i < a.length; i++) {
                    a[i] = v.longAt(i) != 0;
                }
                yield Tensor.of(a, dims);
            }
            case U8, I8 -> {
                byte[] a = new byte[v.size()];
                for (int i = 0; i < a.length; i++) {
                    a[i] = (byte) v.longAt(i);
                }
                yield v.dtype() == DType.U8 ? Tensor.ofUnsigned(a, dims) : Tensor.of(a, dims);
            }
            case I16 -> {
                short[] a = new short[v.size()];
                for (int i = 0; i < a.length; i++) {
                    a[i] = (short) v.longAt(i);
                }
                yield Tensor.of(a, dims);
            }
            case BF16 -> {
                short[] a = new short[v.size()];
                for (int i = 0; i < a.length; i++) {
                    a[i] = Bfloat16.ofDouble(v.at(i));
                }
                yield Tensor.ofBfloat16(a, dims);
            }
        };
    }
}
