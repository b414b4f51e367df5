package bytegrad.codegen.lower;

import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The places of a picture that a pad puts a border around, where a {@linkplain Turned.Copy copy} with that border has them: lines of what is in memory, with places of the border before,
 * behind and between them.
 *
 * @param count lines
 * @param length places of a line
 * @param first places before the first line's
 * @param pitch from one line to the next, in places of the copy
 * @param border bits of what is put around them
 */
record PaddedLines(int count, int length, int first, int pitch, long border) {
    /** A square of a line's end is one of places that the square before has, too: copies of lines may have so many times the squares that copies of all places have. */
    private static final double MOST_SQUARES = 4.0 / 3;

    /** Squares of a line at most: each is a call of its own. */
    private static final int MOST_CALLS = 32;

    /** The copy of such pictures, made of what is in memory without a border; nothing where it is a copy of something else, or lines are too short for vectors, or too long. */
    static Optional<Turned.Copy> copy(Turned.Copy padded, Node pad, Operand inside, int lanes) {
        Op.Pad p = (Op.Pad) pad.op();
        Shape shape = pad.input(0).shape();
        int column = shape.rank() - 2;
        boolean rowMajor = inside.strides().equals(Arrays.stream(shape.strides()).boxed().toList());
        if (column < 1 || !rowMajor || shape.size() == 0 || shape.dim(column) < lanes || shape.dim(column) > MOST_CALLS * lanes) {
            return Optional.empty();
        }
        int line = column - 1;
        boolean around = IntStream.range(0, shape.rank()).allMatch(a -> p.interior().get(a) == 0 && (a == line || a == column || p.low().get(a) == 0 && p.high().get(a) == 0));
        int pitch = pad.shape().dim(column);
        int elements = pad.shape().dim(line) * pitch * padded.columns();
        Operand from = padded.from();
        boolean pictures = shape.dim(column + 1) == padded.columns() && elements == padded.rows() * padded.columns() && from.constant() % elements == 0
                && from.strides().stream().allMatch(s -> s % elements == 0);
        if (!around || !pictures) {
            return Optional.empty();
        }
        int own = shape.dim(line) * shape.dim(column) * padded.columns();
        List<Integer> strides = from.strides().stream().map(s -> s / elements * own).toList();
        PaddedLines lines = new PaddedLines(shape.dim(line), shape.dim(column), p.low().get(line) * pitch + p.low().get(column), pitch, Literal.of(pad.dtype(), p.fill()).bitsAt(0));
        if ((double) lanes * Math.ceilDiv(lines.length, lanes) * lines.count > MOST_SQUARES * padded.rows()) {
            return Optional.empty();
        }
        Operand unpadded = new Operand(inside.place(), inside.constant() + from.constant() / elements * own, strides);
        return Optional.of(new Turned.Copy(padded.rows(), padded.columns(), padded.pitch(), unpadded, padded.apart(), Optional.of(lines)));
    }
}
