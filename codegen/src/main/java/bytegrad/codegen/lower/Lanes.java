package bytegrad.codegen.lower;

import java.util.List;

/**
 * How many lanes a kernel's loops use.
 *
 * @param loop lanes of the loop over the space's last axis
 * @param reduction lanes of a reduction along rows
 * @param bytes the width of a lane: 4 or 8; the two do not mix in a kernel
 */
record Lanes(int loop, int reduction, int bytes) {
    static final Lanes SCALAR = new Lanes(1, 1, 4);

    /** What to try for vectors of so many bytes (0: none), best first; the last always works. */
    static List<Lanes> choices(int vectorBytes) {
        int narrow = vectorBytes / 4;
        int wide = vectorBytes / 8;
        return vectorBytes == 0
                ? List.of(SCALAR)
                : List.of(new Lanes(narrow, narrow, 4), new Lanes(wide, wide, 8), new Lanes(1, narrow, 4), new Lanes(1, wide, 8), SCALAR);
    }
}
