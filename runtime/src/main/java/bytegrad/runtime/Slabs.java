package bytegrad.runtime;

import java.util.List;

/**
 * The arrays in which the tensors of a session live: one for each storage type. Emitted code reads the fields, so they are public; only
 * code that stands in for a session makes slabs of its own.
 */
public class Slabs {
    /** Elements of f32 tensors. */
    public final float[] f;
    /** Elements of f64 tensors. */
    public final double[] d;
    /** Elements of i32 tensors. */
    public final int[] i;
    /** Elements of i64 tensors. */
    public final long[] l;
    /** Elements of bool tensors. */
    public final boolean[] z;
    /** Elements of u8 tensors: 0 to 255 as Java's bytes. */
    public final byte[] u8;
    /** Elements of i8 tensors. */
    public final byte[] i8;
    /** Elements of i16 tensors. */
    public final short[] i16;
    /** Elements of bf16 tensors, as bits. */
    public final short[] bf16;

    /** Over the caller's arrays, which are shared, not copied. */
    public Slabs(float[] f, double[] d, int[] i, long[] l, boolean[] z, byte[] u8, byte[] i8, short[] i16, short[] bf16) {
        this.f = f;
        this.d = d;
        this.i = i;
        this.l = l;
        this.z = z;
        this.u8 = u8;
        this.i8 = i8;
        this.i16 = i16;
        this.bf16 = bf16;
    }

    /** No arrays: emitted methods that are {@linkplain Program#rehearse rehearsed} return where they are given these. */
    @SuppressWarnings("NullAway")
    static final Slabs NONE = new Slabs(null, null, null, null, null, null, null, null, null);

    /** Zeroed, of an arena's sizes. */
    public Slabs(Arena a) {
        this(new float[a.f32()], new double[a.f64()], new int[a.i32()], new long[a.i64()], new boolean[a.bool()], new byte[a.u8()], new byte[a.i8()],
                new short[a.i16()], new short[a.bf16()]);
    }

    /** The array of a storage type. */
    Object of(ElementType type) {
        return switch (type) {
            case F32 -> f;
            case F64 -> d;
            case I32 -> i;
            case I64 -> l;
            case BOOL -> z;
            case U8 -> u8;
            case I8 -> i8;
            case I16 -> i16;
            case BF16 -> bf16;
        };
    }

    /** Copies the values of slots to those of the same numbers among others. */
    void copyTo(Slabs to, List<Slot> were, List<Slot> are) {
        for (int k = 0; k < were.size(); k++) {
            Slot a = were.get(k);
            System.arraycopy(of(a.type()), a.offset(), to.of(a.type()), are.get(k).offset(), a.size());
        }
    }

    /** The first element of a slot, as a double. */
    double number(Slot s) {
        return number(s, 0);
    }

    /** An element of a slot, as a double; counted from 0, row-major. */
    double number(Slot s, int element) {
        int at = s.offset() + element;
        return switch (s.type()) {
            case F32 -> f[at];
            case F64 -> d[at];
            case I32 -> i[at];
            case I64 -> l[at];
            case BOOL -> z[at] ? 1 : 0;
            case U8 -> u8[at] & 255;
            case I8 -> i8[at];
            case I16 -> i16[at];
            case BF16 -> Bfloat16.toFloat(bf16[at]);
        };
    }
}
