package bytegrad.codegen.lower;

import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.kernel.Index;

/** What a contraction's kernel makes of its sums, one index or vector of them at a time. */
record TilePoints(Contraction contraction, Definitions definitions, Cluster cluster) {
    /** The tile's first column, which stops short of the end by where the last vector begins behind it, or that would seem to leave the row. */
    Index lastVector(Tile tile, int last) {
        return definitions.known(tile.column(), contraction.columns() - last);
    }

    /** Stores what the kernel makes of the sum at an index. */
    void store(Scope s, Index[] axes, Index row, Index column, Definitions.Tile sums) {
        definitions.tile(sums);
        definitions.store(cluster.roots(), contraction.with(axes, row, column), s);
    }
}
