package bytegrad.codegen.lower;

import java.util.Optional;

/**
 * The register tile of a contraction.
 *
 * @param rows rows of the left operand; more than their axis has: all of several indices of the axis outside it
 * @param vectors vectors of columns of the right operand
 */
record TileShape(int rows, int vectors) {
    /** Sums that fit in registers beside the operands; more spill. 512-bit code has 32 registers, narrower code may have 16. */
    static int accumulators(int lanes) {
        return lanes >= 16 ? 24 : 12;
    }

    /** Tiles of which another method costs more than it saves. */
    private static final int FEW = 8;

    /** Rows of one vector that several indices of the axis outside them may have together where products come in blocks: HotSpot makes poor code of some such loops over more. */
    private static final int TALL = 16;

    /** Vectors of a panel: what lies apart in the right operand is then read in pieces of 256 bytes. */
    static final int WIDE = 4;

    /**
     * As wide as a panel, and as high as {@code accumulators} allow; with fewer rows, more vectors, to hide the latency of an fma; half as wide if it is
     * to be {@code tall}: where rows are copied, which goes by whole vectors, or where panels are to be small.
     */
    static TileShape choose(int rows, int vectors, int lanes, int accumulators, boolean tall) {
        if (lanes == 1) {
            return new TileShape(1, Math.clamp(vectors, 1, 256));
        }
        int wide = even(vectors, lanes >= 16 && !tall ? WIDE : 2);
        int high = wide == 1 ? alike(rows, accumulators) : even(rows, accumulators / wide);
        return new TileShape(high, Math.max(1, Math.min(vectors, accumulators / high)));
    }

    /**
     * Tiles of one vector are hardly slower for being a little lower. Where there are few, all are of one height if that can be: HotSpot then compiles one method for them,
     * where 64 rows in tiles of 22, 22 and 20 need two.
     */
    private static int alike(int rows, int most) {
        for (int high = Math.min(rows, most); rows <= FEW * most && 3 * high >= 2 * most; high--) {
            if (rows % high == 0) {
                return high;
            }
        }
        return even(rows, most);
    }

    /** So many in as few parts of at most {@code most} as it takes, about as large each, so that the last is no sliver. */
    private static int even(int count, int most) {
        int parts = Math.max(1, (count + most - 1) / most);
        return Math.max(1, (count + parts - 1) / parts);
    }

    /** With as many indices of the axis outside the rows as registers allow, each with all its rows, if there are few. */
    TileShape grouped(int rowExtent, int groupExtent, int accumulators, boolean chain) {
        int most = (vectors == 1 && !chain ? Math.min(accumulators, TALL) : accumulators) / vectors / rowExtent;
        return rows == rowExtent && most > 1 && groupExtent > 1 ? new TileShape(even(groupExtent, most) * rowExtent, vectors) : this;
    }

    /** Panels of columns: a loop over whole ones, then what is left, which may end inside a vector; or one chunk's part of them. */
    void overColumns(MethodWriter m, Scope s, int total, int lanes, Optional<Cut> cut, MethodWriter.Span span) {
        m.spans(s, total, vectors * lanes, cut, span);
    }

    /** Tiles of rows: a loop over whole ones, then what is left; or one chunk's part of them. */
    void overRows(MethodWriter m, Scope s, int total, Optional<Cut> cut, MethodWriter.Span span) {
        m.spans(s, total, rows, cut, span);
    }
}
