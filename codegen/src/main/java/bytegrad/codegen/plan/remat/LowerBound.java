package bytegrad.codegen.plan.remat;

/**
 * Bytes below which no plan can be, whatever runs again and in whichever order: what is pinned, and the most that is in use while some
 * kernel runs, or while the
 * last of the operands is made that it finds.
 *
 * @param kernel the kernel that sets the bound
 */
public record LowerBound(long bytes, int kernel) {
    public static LowerBound of(KernelGraph graph) {
        return of(new CompactGraph(graph));
    }

    /** The name of the kernel that sets the bound. */
    public String by(KernelGraph graph) {
        return graph.kernels().get(kernel).name();
    }

    static LowerBound of(CompactGraph g) {
        long most = 0;
        int kernel = 0;
        int[] mark = new int[g.values];
        for (int k = 0; k < g.kernels; k++) {
            long bound = Math.max(alone(g, k), whileMade(g, k, mark));
            if (bound > most) {
                most = bound;
                kernel = k;
            }
        }
        return new LowerBound(g.pinned + most, kernel);
    }

    /** Reads and writes, less what may share a place. */
    private static long alone(CompactGraph g, int k) {
        long bytes = 0;
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            bytes += g.bytes[g.reads[i]] - g.saves[i];
        }
        for (int i = g.firstWrite(k); i < g.endWrites(k); i++) {
            bytes += g.bytes[g.writes[i]];
        }
        return bytes;
    }

    /**
     * Of the runs that make the operands which a run of k finds, one is the last; when it is made, all other operands are stored
     * already, or are
     * made by the same run. So it takes at least the least over who is last. A value that may be written over there does not count.
     */
    private static long whileMade(CompactGraph g, int k, int[] mark) {
        long operands = 0;
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            operands += g.bytes[g.reads[i]];
            mark[g.reads[i]] = k + 1;
        }
        long least = Long.MAX_VALUE;
        for (int i = g.firstRead(k); i < g.endReads(k); i++) {
            int last = g.writer[g.reads[i]];
            long bytes = operands;
            for (int j = g.firstRead(last); j < g.endReads(last); j++) {
                bytes += mark[g.reads[j]] == k + 1 ? 0 : g.bytes[g.reads[j]] - g.saves[j];
            }
            for (int j = g.firstWrite(last); j < g.endWrites(last); j++) {
                bytes += mark[g.writes[j]] == k + 1 ? 0 : g.bytes[g.writes[j]];
            }
            least = Math.min(least, bytes);
        }
        return least == Long.MAX_VALUE ? 0 : least;
    }
}
