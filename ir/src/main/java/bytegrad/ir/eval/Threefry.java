package bytegrad.ir.eval;

import bytegrad.ir.TensorType;

/**
 * Threefry-2x32 with 20 rounds: J. Salmon, M. Moraes, R. Dror and D. Shaw, <i>Parallel random numbers: as easy as 1, 2, 3</i> (SC 2011). The key is
 * the node's operand, low word first; the counter is (position, site).
 */
final class Threefry {
    private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};
    private static final int PARITY = 0x1BD11BDA;

    private Threefry() {}

    /** Word 0 of each block for i32; for i64 word 1 above it. */
    static Value random(TensorType type, int site, Value key) {
        long k = key.longAt(0);
        long[] y = new long[type.size()];
        for (int i = 0; i < y.length; i++) {
            long block = block((int) k, (int) (k >>> 32), i, site);
            y[i] = ScalarMath.wrap(type.dtype(), block);
        }
        return Value.owning(type, y);
    }

    /** The two words of a block, word 0 in the low half. */
    static long block(int k0, int k1, int c0, int c1) {
        int[] k = {k0, k1, PARITY ^ k0 ^ k1};
        int x0 = c0 + k0;
        int x1 = c1 + k1;
        for (int round = 0; round < 20; round++) {
            x0 += x1;
            x1 = Integer.rotateLeft(x1, ROTATIONS[round % 8]) ^ x0;
            if (round % 4 == 3) {
                int s = round / 4 + 1;
                x0 += k[s % 3];
                x1 += k[(s + 1) % 3] + s;
            }
        }
        return (x0 & 0xFFFF_FFFFL) | (long) x1 << 32;
    }
}
