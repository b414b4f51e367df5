package bytegrad.codegen.lower;

import bytegrad.codegen.kernel.Index;

/** Positions in a buffer that belong to a {@link Tile} begin at {@code first}. */
record TilePart(int buffer, Index first) {
    Index at(Index i) {
        return first.plus(i);
    }
}
