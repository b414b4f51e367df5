package bytegrad.codegen.lower;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The vectors that run along a tile's lines of rows. Where a line ends inside its last vector, and the next begins before that vector ends, they run on through what is between
 * the lines: sums of that mean nothing, but are fewer than lanes that would stay empty.
 *
 * @param lines lines of rows
 * @param rows of each
 * @param count vectors
 * @param offsets how far those that one micro-kernel sums up are from its first
 * @param line from one line to the next among the sums
 */
record RowVectors(int lines, int rows, int count, List<Integer> offsets, int line) {
    RowVectors {
        offsets = List.copyOf(offsets);
    }

    /**
     * Of such a tile.
     *
     * @param pitch from one line to the next in what is multiplied
     * @param together vectors of a micro-kernel at most, if they run through
     */
    static RowVectors of(int lines, int rows, int pitch, int together, int lanes) {
        int each = Math.ceilDiv(rows, lanes);
        if (lines == 1 || runThrough(rows, pitch, lanes)) {
            int count = Math.ceilDiv((lines - 1) * pitch + rows, lanes);
            return new RowVectors(lines, rows, count, IntStream.range(0, Math.min(count, together)).map(v -> v * lanes).boxed().toList(), pitch);
        }
        return new RowVectors(lines, rows, lines * each, IntStream.range(0, lines * each).map(v -> v / each * pitch + v % each * lanes).boxed().toList(), each * lanes);
    }

    static boolean runThrough(int rows, int pitch, int lanes) {
        return pitch >= rows && pitch <= lanes * Math.ceilDiv(rows, lanes);
    }

    /** How often a micro-kernel runs: the last time, some vectors may be summed once more. */
    int calls() {
        return Math.ceilDiv(count, offsets.size());
    }

    /** Vectors that are summed. */
    int summed() {
        return calls() * offsets.size();
    }

    /** Writes the calls, with the first of each one's vectors. */
    void each(MethodWriter m, Scope s, int lanes, MethodWriter.Body body) {
        int step = offsets.size() * lanes;
        m.overlapping(s, count * lanes, step, body);
    }
}
