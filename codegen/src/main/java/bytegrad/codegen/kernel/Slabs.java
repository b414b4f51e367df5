package bytegrad.codegen.kernel;

import bytegrad.ir.DType;
import bytegrad.runtime.Poison;

/** The arena as the kernel interpreter sees it: elements by dtype and raw bits. */
public final class Slabs extends bytegrad.runtime.Slabs {
    /** Over the caller's arrays, which are shared, not copied; without the types that are for storage only. */
    public Slabs(float[] f, double[] d, int[] i, long[] l, boolean[] z) {
        this(f, d, i, l, z, new byte[0], new byte[0], new short[0], new short[0]);
    }

    /** Over the caller's arrays, which are shared, not copied. */
    public Slabs(float[] f, double[] d, int[] i, long[] l, boolean[] z, byte[] u8, byte[] i8, short[] i16, short[] bf16) {
        super(f, d, i, l, z, u8, i8, i16, bf16);
    }

    /** Zeroed slabs, each with this many elements. */
    public static Slabs ofSize(int elements) {
        return new Slabs(new float[elements], new double[elements], new int[elements], new long[elements], new boolean[elements], new byte[elements],
                new byte[elements], new short[elements], new short[elements]);
    }

    /** A copy with arrays of its own. */
    public Slabs copy() {
        return new Slabs(f.clone(), d.clone(), i.clone(), l.clone(), z.clone(), u8.clone(), i8.clone(), i16.clone(), bf16.clone());
    }

    /** Raw bits of an element: of a float its IEEE bits, else the value; as {@link bytegrad.ir.Literal#bitsAt}. */
    public long get(DType dtype, int at) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits(f[at]);
            case F64 -> Double.doubleToRawLongBits(d[at]);
            case I32 -> i[at];
            case I64 -> l[at];
            case BOOL -> z[at] ? 1 : 0;
            case U8 -> u8[at] & 255;
            case I8 -> i8[at];
            case I16 -> i16[at];
            case BF16 -> bf16[at];
        };
    }

    /** Sets an element by its raw bits. */
    public void set(DType dtype, int at, long bits) {
        switch (dtype) {
            case F32 -> f[at] = Float.intBitsToFloat((int) bits);
            case F64 -> d[at] = Double.longBitsToDouble(bits);
            case I32 -> i[at] = (int) bits;
            case I64 -> l[at] = bits;
            case BOOL -> z[at] = bits != 0;
            case U8 -> u8[at] = (byte) bits;
            case I8 -> i8[at] = (byte) bits;
            case I16 -> i16[at] = (short) bits;
            case BF16 -> bf16[at] = (short) bits;
        }
    }

    /** Overwrites elements with what nobody may read. */
    void poison(DType dtype, int at, int count) {
        switch (dtype) {
            case F32 -> Poison.fill(f, at, count);
            case F64 -> Poison.fill(d, at, count);
            case I32 -> Poison.fill(i, at, count);
            case I64 -> Poison.fill(l, at, count);
            case BOOL -> Poison.fill(z, at, count);
            case U8 -> Poison.fill(u8, at, count);
            case I8 -> Poison.fill(i8, at, count);
            case I16 -> Poison.fill(i16, at, count);
            case BF16 -> Poison.fill(bf16, at, count);
        }
    }
}
