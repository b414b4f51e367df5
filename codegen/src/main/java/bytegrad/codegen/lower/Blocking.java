package bytegrad.codegen.lower;

import bytegrad.codegen.machine.MachineProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a contraction is tiled, packed, blocked and cut in chunks: by its extents and strides, and what the machine keeps in its second cache.
 *
 * <p>The loops, from outside in: outer axes that both operands or the right one alone have; blocks of rows whose part of the left operand
 * stays in L2; blocks of products, where {@link bytegrad.ir.ContractOrder} has several; panels of columns; tiles of rows.
 *
 * @param tile what a micro-kernel computes
 * @param blocked products come in several blocks, so that sums wait in scratch for the next one
 * @param right how the right operand is packed
 * @param leftPacked tiles of the left operand are packed, since a tile's rows at one product are neighbours but its products far apart
 * @param rowsOutside the panels, all packed and together in L2, are the inner loop: rows of the result, and of what its epilogue reads, are then met
 *     one after another, where columns of long rows would be a page apart
 * @param cuts the loops whose iterations are shared among chunks, outermost first; none where there is one chunk
 * @param rowBlocks blocks of rows
 */
record Blocking(TileShape tile, boolean blocked, Packed right, boolean leftPacked, boolean rowsOutside, List<Chunks> cuts, int rowBlocks) {
    Blocking {
        cuts = List.copyOf(cuts);
    }

    /** What of the right operand is copied, panel by panel, so that a micro-kernel reads neighbours. */
    enum Packed {
        /** Nothing. */
        NOT,
        /** Each panel when it is met. */
        PANEL,
        /** All of them before anything else: several blocks or chunks of rows read them. */
        WHOLE,
        /** Nothing, since panels are what is in memory: the operand stays from run to run. */
        STORED
    }

    /** Rows for which a copy of the right operand pays: it costs as much as the products of six rows. */
    private static final int ROWS_WORTH_PACKING = 96;

    /** Where the lines of a column are so many bytes apart, few sets of a cache hold all of them. */
    private static final int CROWDING = 4096;

    /** Where the lines of a row are so many bytes apart, each is in a page of its own after a few. */
    private static final int FAR = 1024;

    /** Bytes of a row of which a panel reads little. */
    private static final int LONG_ROW = 2048;

    /** Products from which on crowding matters. */
    private static final int LONG = 128;

    /** Rows of a chunk for which it may read all panels of a right operand too large for a cache. */
    private static final int ROWS_WORTH_PANELS = 256;

    /** Chunks of rows that can be shared out evenly among a few threads. */
    private static final int ENOUGH_CHUNKS = 8;

    /** How much larger an operand must be than another for threads to share that rather than it. */
    private static final int TIMES_LARGER = 2;

    /** Of so many rows, a copy in each run costs some 2 % of the products, unless its columns are no neighbours: less than it is worth in memory that lasts. */
    private static final int ROWS_WORTH_MORE = 256;

    /** Tiles of a chunk whose rows are packed: their lines are then read together, and those that two tiles share once. */
    private static final int ENOUGH_TILES = 8;

    /** Bytes of a panel that stay in the first cache while tiles of rows pass. */
    private static final int NEAR = 40 << 10;

    /** Elements of a packed right operand at most. */
    private static final long MOST_PACKED = 1 << 24;

    /**
     * Decides.
     *
     * @param accumulators vectors of sums in a tile, at most
     * @param turned the tile, if vectors run along rows
     * @param division at most so many chunks, of which loop
     * @param narrow not all of the sums are read, and the narrower a tile, the fewer of others are in it
     * @param resident bytes that stay in the second cache; see {@link MachineProfile#residentBytes}
     */
    static Blocking choose(Contraction c, int lanes, int accumulators, Optional<TileShape> turned, Division division, long resident, boolean narrow) {
        return new Choice(c, lanes, accumulators, turned, resident, narrow).choose(division);
    }

    /** Chunks at most. */
    int chunks() {
        return cuts.stream().mapToInt(Chunks::wanted).reduce(1, Math::multiplyExact);
    }

    /** For people, such as {@code tiles of 6 x 64, right operand packed whole, 4 blocks of rows}. */
    String words(int lanes) {
        StringBuilder s = new StringBuilder("tiles of " + tile.rows() + " x " + tile.vectors() * lanes);
        s.append(switch (right) {
            case NOT -> "";
            case PANEL -> ", right operand packed by panels";
            case WHOLE -> ", right operand packed whole";
            case STORED -> ", right operand stored as panels";
        });
        s.append(leftPacked ? ", rows of the left one packed" : "").append(blocked ? ", products in blocks" : "").append(rowsOutside ? ", rows outside" : "");
        boolean groups = cuts.size() > 1 && cuts.getFirst().axis().number() == TileAxis.COLUMNS;
        s.append(groups ? ", panels in " + cuts.getFirst().count() + " groups" : "");
        return s.append(rowBlocks > 1 ? ", " + rowBlocks + " blocks of rows" : "").toString();
    }

    private static final class Choice {
        private final Contraction c;
        private final long resident;
        private final int lanes;
        private final TileShape tile;
        private final boolean turned;
        private final boolean narrow;
        private final int panels;
        private final int bytes;
        private final boolean blocked;
        /** Products that a tile adds at a time. */
        private final int depth;
        private final long rows;
        private final long rowTiles;

        Choice(Contraction c, int lanes, int accumulators, Optional<TileShape> turned, long resident, boolean narrow) {
            this.narrow = narrow;
            this.turned = turned.isPresent();
            this.resident = resident;
            this.c = c;
            this.lanes = lanes;
            this.bytes = c.result().dtype().bytes();
            this.blocked = lanes > 1 && !c.contracted().isChain();
            this.depth = blocked ? c.contracted().longestBlock() : c.products();
            this.rows = c.extents(c.outerRows()) * c.rows() * c.window();
            this.tile = turned.orElseGet(() -> tile(accumulators));
            this.panels = (c.columns() + width() - 1) / width();
            this.rowTiles = tile.rows() > c.rows() ? Math.ceilDiv(rows, tile.rows()) : c.window() * c.extents(c.outerRows()) * ((c.rows() + tile.rows() - 1) / tile.rows());
        }

        /**
         * Where rows are copied a tile is high and narrow, unless so little of the result's rows would be in one that each of them is a page of its own; and where that lets a panel
         * stay in the first cache.
         */
        private TileShape tile(int accumulators) {
            boolean tall = narrow || areRowsFar() && rowBytes() < 2 * LONG_ROW || isNearIfNarrow();
            TileShape t = TileShape.choose(c.rows(), (c.columns() + lanes - 1) / lanes, lanes, accumulators, tall);
            boolean groups = lanes > 1 && c.columns() > 1 && c.rows() > 1 && c.groupAxis() != Contraction.NONE && !areRowsFar();
            return groups ? t.grouped(c.rows(), c.extent(c.groupAxis()), accumulators, c.contracted().isChain()) : t;
        }

        /** Tiles of many rows pass each panel, which is too large for the first cache if it is wide, and not if it is half as wide; lines of a tile's rows do not crowd each other out. */
        private boolean isNearIfNarrow() {
            long wide = (long) depth * TileShape.WIDE * lanes * bytes;
            return wide > NEAR && wide <= 2 * NEAR && rows >= ROWS_WORTH_PACKING && rowBytes() < FAR && c.hasRows() && (long) c.rowStride() * bytes % CROWDING != 0;
        }

        private int width() {
            return tile.vectors() * lanes;
        }

        Blocking choose(Division division) {
            int wanted = division.chunks();
            boolean panelled = lanes > 1 && !turned && c.hasColumns();
            boolean stored = panelled && c.mayBeStored() && (c.columnStride() != 1 || panels > 1 && rows < ROWS_WORTH_MORE);
            boolean packed = stored || panelled && (c.columnStride() != 1 || isWorthPacking());
            if (division.inSlices()) {
                return inSlices(division.slices(), stored, packed);
            }
            if (packed && areGroupsWorthIt(wanted)) {
                return new Blocking(tile, false, stored ? Packed.STORED : Packed.WHOLE, false, true, groupsByRows(wanted), 1);
            }
            boolean rowsOutside = packed && areRowsOutside();
            int blocks = panels == 1 && !blocked || rowsOutside ? 1 : rowBlocks();
            TileAxis cut = wanted < 2 ? new TileAxis(TileAxis.NONE, 1, 1) : cut(wanted, blocks, packed, rowsOutside);
            boolean byRows = cut.number() != TileAxis.COLUMNS && !c.sharedAxes().contains(cut.number()) && cut.number() != TileAxis.NONE;
            // What is prepared in a chunk has memory of its own: few keep that in a cache.
            int chunks = byRows ? Math.min(wanted, rowChunks(wanted, blocks)) : c.axesApart().isEmpty() ? wanted : Math.min(wanted, ENOUGH_CHUNKS);
            if (byRows && isLeftWorthPacking()) {
                chunks = Math.min(chunks, (int) Math.max(ENOUGH_CHUNKS, Math.ceilDiv(rowTiles, ENOUGH_TILES)));
            }
            int blocksLeft = byRows ? 1 : blocks;
            Packed right = !packed ? Packed.NOT : stored ? Packed.STORED : (byRows || blocksLeft > 1 || rowsOutside) && fitsWhole() ? Packed.WHOLE : Packed.PANEL;
            if (right == Packed.PANEL && wanted > 1) {
                chunks = TileAxis.chunks(chunks, (long) depth * width());
            }
            return new Blocking(tile, blocked, right, isLeftWorthPacking(), rowsOutside, chunks > 1 && cut.units() > 1 ? List.of(new Chunks(cut, chunks)) : List.of(), blocksLeft);
        }

        /** A chunk for each index of so many outer axes; in one piece where they are no loops of their own. */
        private Blocking inSlices(int axes, boolean stored, boolean packed) {
            List<Integer> sliced = c.outerAxes().stream().filter(a -> c.extent(a) > 1).limit(axes).toList();
            boolean byRows = sliced.stream().anyMatch(c.outerRows()::contains);
            boolean possible = sliced.size() == axes && (!byRows || isRightSmall() && (!packed || fitsWhole()));
            List<Chunks> cuts = sliced.stream().filter(_ -> possible)
                    .map(a -> new Chunks(c.outerRows().contains(a) ? outerRows(c, tile, a) : new TileAxis(a, c.extent(a), 1), c.extent(a))).toList();
            Packed right = !packed ? Packed.NOT : stored ? Packed.STORED : byRows && fitsWhole() ? Packed.WHOLE : Packed.PANEL;
            return new Blocking(tile, blocked, right, isLeftWorthPacking(), packed && areRowsOutside(), cuts, 1);
        }

        /** Rows that are copied would be so for each group. */
        private boolean areGroupsWorthIt(int wanted) {
            return wanted > 1 && mayRowsBeOutside() && !isLeftWorthPacking() && groups(wanted) > 1;
        }

        /**
         * Groups of panels, each of which stays in the second cache, at least two; one where that is not worth it. Threads that share a loop have neighbours among its chunks, of one
         * group if there are two of each: then both read all of the left operand, and of the right one the panels that they have packed themselves, where with chunks of rows
         * each reads its own rows, and panels that the other has in its cache. So are rows that have been computed, of which each would have its own.
         */
        private int groups(int wanted) {
            boolean worthIt = c.isLeftComputed() ? TIMES_LARGER * leftBytes() <= panelBytes() : leftBytes() <= TIMES_LARGER * panelBytes();
            return worthIt ? Math.clamp(Math.ceilDiv(panelBytes(), resident), 2, Math.min(panels, wanted)) : 1;
        }

        private List<Chunks> groupsByRows(int wanted) {
            int groups = groups(wanted);
            int each = wanted / groups;
            TileAxis byRows = TileAxis.best(rowAxes(), each);
            Chunks columns = new Chunks(columnAxis(), groups);
            return each > 1 && byRows.units() > 1 ? List.of(columns, new Chunks(byRows, each)) : List.of(columns);
        }

        private TileAxis columnAxis() {
            return new TileAxis(TileAxis.COLUMNS, panels, width());
        }

        private List<TileAxis> rowAxes() {
            List<TileAxis> axes = new ArrayList<>();
            c.outerRows().forEach(a -> axes.add(outerRows(c, tile, a)));
            axes.add(new TileAxis(TileAxis.ROWS, (c.rows() + tile.rows() - 1) / tile.rows(), tile.rows()));
            return axes;
        }

        private long panelBytes() {
            return (long) c.products() * panels * width() * bytes;
        }

        /** Bytes of the left operand that the panels of one block of products read. */
        private long leftBytes() {
            return Math.min((long) c.left().place().size() * bytes, rows * depth * bytes);
        }

        private long rightBytes() {
            return (long) c.right().place().size() * bytes;
        }

        private int rowBlocks() {
            long sums = blocked ? rows * panels * width() * bytes : 0;
            long units = rowUnits();
            return (int) Math.clamp(Math.ceilDiv(leftBytes() + sums, resident), 1, Math.max(1, Math.min(units, rows / ROWS_WORTH_PACKING)));
        }

        private long rowUnits() {
            int axis = blockAxis(c);
            return axis == TileAxis.ROWS ? (c.rows() + tile.rows() - 1) / tile.rows() : outerRows(c, tile, axis).units();
        }

        private boolean isWorthPacking() {
            boolean crowded = last(c.rightProductStrides()) * bytes % CROWDING == 0 && depth >= LONG && rowTiles > 1;
            boolean aligned = c.columns() % lanes == 0 && last(c.rightProductStrides()) % lanes != 0 && rows >= ROWS_WORTH_MORE;
            return aligned || panels > 1 && (crowded || rows >= ROWS_WORTH_PACKING);
        }

        private long rowBytes() {
            return (long) c.columns() * bytes;
        }

        private boolean mayRowsBeOutside() {
            return !blocked && panels > 1 && rows >= ROWS_WORTH_PACKING && fitsWhole() && rowBytes() >= FAR;
        }

        private boolean areRowsOutside() {
            return mayRowsBeOutside() && panelBytes() <= resident;
        }

        private boolean isLeftWorthPacking() {
            return lanes > 1 && tile.rows() > 1 && panels > 2 && areRowsFar();
        }

        /** Rows are neighbours, but what is added to them lies far apart. */
        private boolean areRowsFar() {
            return c.hasRows() && c.rowStride() == 1 && last(c.leftProductStrides()) * bytes >= FAR;
        }

        private static long last(List<Integer> strides) {
            return strides.isEmpty() ? 0 : Math.abs((long) strides.getLast());
        }

        private boolean fitsWhole() {
            return c.extents(c.sharedAxes()) == 1 && (long) c.products() * (panels * width()) <= MOST_PACKED;
        }

        /** It stays in the cache beside what else passes, however few rows there are between two readings of it. */
        private boolean isRightSmall() {
            return rightBytes() <= resident / 4;
        }

        private int rowChunks(int wanted, int blocks) {
            long most = isRightSmall() || areRowsOutside() ? wanted : Math.max(blocks, rows / ROWS_WORTH_PANELS);
            return Math.clamp(most, 1, wanted);
        }

        /** Where chunks of rows would each read a left operand that no cache holds, once; else the panels, so that each is read and packed once. */
        private TileAxis cut(int wanted, int blocks, boolean packed, boolean rowsOutside) {
            if (!c.axesApart().isEmpty()) {
                // What is prepared at an index of theirs is so once.
                return TileAxis.best(c.axesApart().stream().map(a -> new TileAxis(a, c.extent(a), 1)).toList(), Math.min(wanted, ENOUGH_CHUNKS));
            }
            TileAxis columns = columnAxis();
            Stream<TileAxis> shared = c.sharedAxes().stream().map(a -> new TileAxis(a, c.extent(a), 1));
            boolean rowsFirst = (blocks > 1 || rowsOutside) && rowChunks(wanted, blocks) > 1;
            boolean rowsWorthIt = rowsFirst || rowChunks(wanted, blocks) > panels;
            List<TileAxis> rowAxes = rowsWorthIt && (!packed || fitsWhole()) ? rowAxes() : List.of();
            if (rowsOutside && rowsFirst) {
                // Panels in chunks would be the outermost loop again.
                TileAxis byRows = TileAxis.best(rowAxes, Math.min(wanted, ENOUGH_CHUNKS));
                if (byRows.units() >= Math.min(wanted, ENOUGH_CHUNKS)) {
                    return byRows;
                }
            }
            Stream<TileAxis> inside = rowsFirst ? Stream.concat(rowAxes.stream(), Stream.of(columns)) : Stream.concat(Stream.of(columns), rowAxes.stream());
            return TileAxis.best(Stream.concat(shared, inside).toList(), rowsFirst ? Math.min(wanted, rowChunks(wanted, blocks)) : wanted);
        }
    }

    /** The loop over an axis outside rows: a tile may have several of its indices. */
    static TileAxis outerRows(Contraction c, TileShape tile, int axis) {
        int unit = axis == c.groupAxis() ? c.groups(tile.rows()) : 1;
        return new TileAxis(axis, Math.ceilDiv(c.extent(axis), unit), unit);
    }

    /** The loop that blocks of rows cut: the outermost one over rows that has several iterations. */
    static int blockAxis(Contraction c) {
        return c.outerRows().stream().filter(a -> c.extent(a) > 1).findFirst().orElse(TileAxis.ROWS);
    }
}
