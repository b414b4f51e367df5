package bytegrad.ir;

import java.util.List;

/**
 * The order in which a contraction adds its products, a fact of the contracted extents alone. Up to {@value #LONG} products are one ascending
 * chain of fused multiply-adds from +0. More are chains of about {@value #BLOCK}, whose results are added, ascending, to +0: a chain's rounding
 * errors grow with its length, those of sums in blocks with that of a block and the number of blocks (Higham, <i>Accuracy and Stability of
 * Numerical Algorithms</i>, §4.2). A block is a run along one of the contracted axes with everything inside it, which can be written as loops.
 *
 * <p>Where very many products make few results, the compiler first writes the contraction as one of several parts, and their sum
 * ({@link bytegrad.ir.pass.SplitLongContractions}): that, too, by shapes alone.
 *
 * @param axis the position, among the contracted axes, of the one that is cut
 * @param runs into how many runs
 * @param size elements along it in each run, but in the last, which may have fewer
 */
public record ContractOrder(int axis, int runs, int size) {
    private static final long LONG = 1024;
    private static final long BLOCK = 256;

    /** Of the extents of the contracted axes, the last varying fastest. */
    public static ContractOrder of(List<Integer> extents, DType dtype) {
        long all = 1;
        for (int extent : extents) {
            all *= extent;
        }
        if (all <= LONG || !dtype.isFloat()) {
            return new ContractOrder(0, 1, extents.isEmpty() ? 1 : extents.getFirst());
        }
        int axis = extents.size() - 1;
        long inside = 1;
        while (axis > 0 && inside * extents.get(axis) <= BLOCK) {
            inside *= extents.get(axis--);
        }
        int extent = extents.get(axis);
        int runs = (int) Math.ceilDiv(extent * inside, BLOCK);
        int size = Math.ceilDiv(extent, Math.min(runs, extent));
        return new ContractOrder(axis, Math.ceilDiv(extent, size), size);
    }

    /** Whether all is one chain. */
    public boolean isChain() {
        return axis == 0 && runs == 1;
    }
}
