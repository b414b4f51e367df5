package bytegrad.codegen.kernel;

import bytegrad.ir.DType;

/** The arena as the kernel interpreter sees it: one Java array per dtype, as {@link bytegrad.runtime.Program#run} takes them. */
public final class Slabs {
    public final float[] f;
    public final double[] d;
    public final int[] i;
    public final long[] l;
    public final boolean[] z;

    /** Over the caller's arrays, which are shared, not copied. */
    public Slabs(float[] f, double[] d, int[] i, long[] l, boolean[] z) {
        this.f = f;
        this.d = d;
        this.i = i;
        this.l = l;
        this.z = z;
    }

    /** Zeroed slabs, each with this many elements. */
    public static Slabs ofSize(int elements) {
        return new Slabs(new float[elements], new double[elements], new int[elements], new long[elements], new boolean[elements]);
    }

    /** A copy with arrays of its own. */
    public Slabs copy() {
        return new Slabs(f.clone(), d.clone(), i.clone(), l.clone(), z.clone());
    }

    /** Raw bits of an element: of a float its IEEE bits, else the value; as {@link bytegrad.ir.Literal#bitsAt}. */
    public long get(DType dtype, int at) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits(f[at]);
            case F64 -> Double.doubleToRawLongBits(d[at]);
            case I32 -> i[at];
            case I64 -> l[at];
            case BOOL -> z[at] ? 1 : 0;
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
        }
    }
}
