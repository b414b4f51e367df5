package bytegrad.codegen.emit;

import bytegrad.ir.DType;
import bytegrad.runtime.Program;

/** The arrays a program runs over, one per dtype, read and written by raw bits. */
final class Slabs extends bytegrad.runtime.Slabs {
    Slabs(int size) {
        super(new float[size], new double[size], new int[size], new long[size], new boolean[size], new byte[size], new byte[size], new short[size],
                new short[size]);
    }

    Slabs run(Program program) {
        program.run(this);
        return this;
    }

    void set(DType dtype, int at, long bits) {
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

    void set(DType dtype, int at, long[] bits) {
        for (int k = 0; k < bits.length; k++) {
            set(dtype, at + k, bits[k]);
        }
    }

    /** Raw bits, all NaNs alike. */
    long get(DType dtype, int at) {
        return switch (dtype) {
            case F32 -> Float.floatToIntBits(f[at]);
            case F64 -> Double.doubleToLongBits(d[at]);
            case I32 -> i[at];
            case I64 -> l[at];
            case BOOL -> z[at] ? 1 : 0;
            case U8 -> u8[at] & 0xff;
            case I8 -> i8[at];
            case I16 -> i16[at];
            case BF16 -> Oracle.normal(dtype, bf16[at]);
        };
    }

    /** For messages. */
    static String text(DType dtype, long bits) {
        return switch (dtype) {
            case F32 -> Float.toString(Float.intBitsToFloat((int) bits));
            case F64 -> Double.toString(Double.longBitsToDouble(bits));
            case I32, I64, U8, I8, I16 -> Long.toString(bits);
            case BF16 -> Float.toString(Float.intBitsToFloat((int) bits << 16));
            case BOOL -> bits != 0 ? "true" : "false";
        };
    }
}
