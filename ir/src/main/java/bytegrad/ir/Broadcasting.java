package bytegrad.ir;

import java.util.List;
import java.util.stream.Collectors;

/** Shapes that meet in one operation. */
final class Broadcasting {
    private Broadcasting() {}

    /** The shape of both, as NumPy has it: axes from the last on, those of one element as often as needed. */
    static Shape together(String what, Shape a, Node n, Node... all) {
        Shape b = n.shape();
        String of = what + " of " + List.of(all).stream().map(m -> m.type().toString()).collect(Collectors.joining(", ")) + ": ";
        int rank = Math.max(a.rank(), b.rank());
        int[] dims = new int[rank];
        for (int k = 1; k <= rank; k++) {
            int x = k > a.rank() ? 1 : a.dim(a.rank() - k);
            int y = k > b.rank() ? 1 : b.dim(b.rank() - k);
            if (x != y && x != 1 && y != 1) {
                throw GraphException.at(of + x + " and " + y + " elements along axis -" + k + " do not broadcast");
            }
            dims[rank - k] = x == 1 ? y : x;
        }
        return GraphException.within(of, () -> Shape.of(dims));
    }
}
