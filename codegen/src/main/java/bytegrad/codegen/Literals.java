package bytegrad.codegen;

import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;

/** Values and types of the graph as the runtime has them. */
final class Literals {
    private Literals() {}

    static Slot slot(String name, Node n, int offset) {
        return new Slot(name, elementType(n.dtype()), n.shape().dims(), offset);
    }

    private static ElementType elementType(DType d) {
        return switch (d) {
            case F32 -> ElementType.F32;
            case F64 -> ElementType.F64;
            case I32 -> ElementType.I32;
            case I64 -> ElementType.I64;
            case BOOL -> ElementType.BOOL;
            case U8 -> ElementType.U8;
            case I8 -> ElementType.I8;
            case I16 -> ElementType.I16;
            case BF16 -> ElementType.BF16;
        };
    }

    static Tensor tensor(Literal value) {
        int n = value.type().size();
        int[] dims = value.type().shape().toArray();
        return switch (value.dtype()) {
            case F32 -> {
                float[] a = new float[n];
                for (int i = 0; i < n; i++) {
                    a[i] = Float.intBitsToFloat((int) value.bitsAt(i));
                }
                yield Tensor.of(a, dims);
            }
            case F64 -> {
                double[] a = new double[n];
                for (int i = 0; i < n; i++) {
                    a[i] = Double.longBitsToDouble(value.bitsAt(i));
                }
                yield Tensor.of(a, dims);
            }
            case I32 -> {
                int[] a = new int[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (int) value.bitsAt(i);
                }
                yield Tensor.of(a, dims);
            }
            case I64 -> {
                long[] a = new long[n];
                for (int i = 0; i < n; i++) {
                    a[i] = value.bitsAt(i);
                }
                yield Tensor.of(a, dims);
            }
            case BOOL -> {
                boolean[] a = new boolean[n];
                for (int i = 0; i < n; i++) {
                    a[i] = value.bitsAt(i) != 0;
                }
                yield Tensor.of(a, dims);
            }
            case U8, I8 -> {
                byte[] a = new byte[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (byte) value.bitsAt(i);
                }
                yield Tensor.ofArray(elementType(value.dtype()), a, dims);
            }
            case I16, BF16 -> {
                short[] a = new short[n];
                for (int i = 0; i < n; i++) {
                    a[i] = (short) value.bitsAt(i);
                }
                yield Tensor.ofArray(elementType(value.dtype()), a, dims);
            }
        };
    }
}
