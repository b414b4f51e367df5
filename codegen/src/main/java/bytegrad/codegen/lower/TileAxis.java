package bytegrad.codegen.lower;

import java.util.List;

/**
 * A loop around a contraction's tiles that can be cut into chunks.
 *
 * @param number an outer axis of the result, {@link #COLUMNS} or {@link #ROWS}
 * @param units iterations
 * @param unit elements of the axis in each
 */
record TileAxis(int number, int units, int unit) {
    static final int NONE = -1;
    /** Panels of columns. */
    static final int COLUMNS = -2;
    /** Tiles of rows. */
    static final int ROWS = -3;

    /** Elements of packed panels in all chunks together; each has its own. */
    private static final int MOST_PACKED = 1 << 20;

    /** Chunks that are worth more memory than that. */
    private static final int FEW = 4;

    /** The outermost with enough iterations, else the one with most. */
    static TileAxis best(List<TileAxis> axes, int wanted) {
        TileAxis best = axes.getFirst();
        for (TileAxis a : axes) {
            best = best.units < wanted && a.units > best.units ? a : best;
        }
        return best;
    }

    /** How many chunks may have panels of so many elements: as many as wanted, unless that takes much memory. */
    static int chunks(int wanted, long panel) {
        long most = Math.max(FEW, MOST_PACKED / Math.max(1, panel));
        return panel > Integer.MAX_VALUE / (2 * FEW) ? 1 : (int) Math.min(wanted, most);
    }
}
