package bytegrad.codegen.emit;

import bytegrad.ir.DType;
import java.util.Random;

/** Operands that hurt: every pair of the notable values of a dtype, by raw bits, with random third operands; then random ones. */
final class Values {
    static final int COUNT = 640;

    private static final float[] FLOATS = {
        0f, -0f, 1, -1, 0.5f, -1.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -Float.MIN_VALUE,
        Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, 2147483648f, -2147483648f, 2147483520f, -2147483904f, 9.3e18f,
        -1e19f, 16777217f, 3.1415927f
    };
    private static final double[] DOUBLES = {
        0.0, -0.0, 1, -1, 0.5, -1.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, -Double.MIN_VALUE,
        Double.MIN_NORMAL, Double.MAX_VALUE, -Double.MAX_VALUE, 2147483648.0, -2147483649.0, 9.223372036854775807e18, -9.3e18,
        1e300, 3.3, -740, 17.25
    };
    private static final long[] INTS = {
        0, 1, -1, 2, 3, -7, 31, 32, 33, -32, 63, 64, 100, 16777217, -16777219, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE,
        Integer.MIN_VALUE + 1
    };
    private static final long[] LONGS = {
        0, 1, -1, 2, 3, -7, 31, 32, 33, 63, 64, 65, -64, 1L << 31, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE,
        Long.MIN_VALUE + 1
    };

    private Values() {}

    static long[] notable(DType dtype) {
        return switch (dtype) {
            case F32 -> {
                long[] b = new long[FLOATS.length];
                for (int i = 0; i < b.length; i++) {
                    b[i] = Float.floatToRawIntBits(FLOATS[i]);
                }
                yield b;
            }
            case F64 -> {
                long[] b = new long[DOUBLES.length];
                for (int i = 0; i < b.length; i++) {
                    b[i] = Double.doubleToRawLongBits(DOUBLES[i]);
                }
                yield b;
            }
            case I32 -> INTS;
            case I64 -> LONGS;
            case BOOL -> new long[] {0, 1};
            case U8 -> new long[] {0, 1, 2, 127, 128, 254, 255};
            case I8 -> new long[] {0, 1, -1, 2, 126, 127, -127, -128};
            case I16 -> new long[] {0, 1, -1, 127, 128, 255, 256, -129, 32767, -32768};
            case BF16 -> new long[] {0, (short) 0x8000, 0x3f80, (short) 0xbf80, 1, (short) 0x8001, 0x7f7f, (short) 0xff7f, 0x7f80, (short) 0xff80, 0x7fc0,
                (short) 0xffc1, 0x42ff, 0x4f00, 0x5f00, 0x0080};
        };
    }

    static long random(DType dtype, Random r) {
        return switch (dtype) {
            case F32 -> Float.floatToRawIntBits((float) r.nextGaussian());
            case F64 -> Double.doubleToRawLongBits(r.nextGaussian() * 3);
            case I32 -> r.nextInt();
            case I64 -> r.nextLong();
            case BOOL -> r.nextInt(2);
            case U8 -> r.nextInt(256);
            case I8 -> (byte) r.nextInt();
            case I16, BF16 -> (short) r.nextInt();
        };
    }

    /** Operand number {@code which} of each of {@link #COUNT} applications. */
    static long[] operands(DType dtype, int which) {
        long[] special = notable(dtype);
        Random r = new Random(17 + which);
        long[] v = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            int n = special.length;
            boolean pair = i < n * n;
            if (pair && which < 2) {
                v[i] = special[which == 0 ? i % n : i / n];
            } else {
                v[i] = r.nextInt(3) == 0 ? special[r.nextInt(n)] : random(dtype, r);
            }
        }
        return v;
    }
}
