package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One tile.
 *
 * @param axes the outer axes' indices
 * @param height rows; more than their axis has: all of several indices of {@link Contraction#groupAxis}, of which {@code axes} has the first
 * @param width columns
 * @param sums where its sums are put, those of a window's elements each behind the other
 * @param pitch how far apart these are
 * @param panel its columns of the right operand, if packed, k after k
 * @param packedRows its rows of the left operand, if packed, k after k
 * @param turned if vectors run along rows
 */
record Tile(Index[] axes, Index row, Index column, int height, int width, TilePart sums, int pitch, Optional<TilePart> panel, Optional<TilePart> packedRows, Optional<Turned.Tile> turned) {
    Tile {
        axes = axes.clone();
    }

    /** Vectors of its columns. */
    int vectors(int lanes) {
        return (width + lanes - 1) / lanes;
    }

    /** How far each is from the first, one behind the other: the last may go beyond the tile. */
    List<Integer> apart(int lanes) {
        return IntStream.range(0, vectors(lanes)).map(v -> v * lanes).boxed().toList();
    }

    /** The same where the last ends with the tile: some columns are in the one before it, too. The only one of a narrow tile goes beyond it. */
    List<Integer> overlapping(int lanes) {
        return IntStream.range(0, vectors(lanes)).map(v -> Math.min(v * lanes, Math.max(0, width - lanes))).boxed().toList();
    }
}
