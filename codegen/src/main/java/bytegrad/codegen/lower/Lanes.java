package bytegrad.codegen.lower;

import java.util.List;

/**
 * How many lanes a kernel's loops use.
 *
 * @param loop lanes of the loop over the space's last axis
 * @param reduction lanes of a reduction along rows
 * @param bytes the width of a lane: 4 or 8; the two do not mix in a kernel
 * @param parts what is left of a row behind whole vectors is one more, of which a part is stored; else it is done lane by lane
 */
record Lanes(int loop, int reduction, int bytes, boolean parts) {
    static final Lanes SCALAR = new Lanes(1, 1, 4);

    private Lanes(int loop, int reduction, int bytes) {
        this(loop, reduction, bytes, loop > 1);
    }

    Lanes withoutParts() {
        return new Lanes(loop, reduction, bytes, false);
    }

    /** What to try for vectors of so many bytes (0: none), best first; the last always works. */
    static List<Lanes> choices(int vectorBytes) {
        int narrow = vectorBytes / 4;
        int wide = vectorBytes / 8;
        return vectorBytes == 0
                ? List.of(SCALAR)
                : List.of(new Lanes(narrow, narrow, 4), new Lanes(wide, wide, 8), new Lanes(1, narrow, 4), new Lanes(1, wide, 8), SCALAR);
    }
}
