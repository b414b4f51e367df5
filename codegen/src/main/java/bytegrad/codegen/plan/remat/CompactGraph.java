package bytegrad.codegen.plan.remat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A kernel graph as arrays, for the searches' inner loops. Reads of what no kernel writes are left out, and pinned values have no bytes:
 * what is said about memory here is about all the rest.
 */
final class CompactGraph {
    final int kernels;
    final int values;
    private final int[] writeStart;
    private final int[] readStart;
    /** Values written, kernel after kernel. */
    final int[] writes;
    /** Values read, kernel after kernel, each once. */
    final int[] reads;
    /** For each of {@link #reads}, the bytes that a value written at that kernel saves by taking its place. */
    final long[] saves;
    final long[] bytes;
    final long[] cost;
    final int[] writer;
    /** Runs just once and must run: its results are wanted, or it may not run again. */
    final boolean[] once;
    /** Kernels that all runs of a kernel must come before. */
    final int[][] before;
    /** Kernels whose runs must all come before a kernel. */
    final int[][] after;
    final long pinned;

    CompactGraph(KernelGraph graph) {
        kernels = graph.kernels().size();
        values = graph.values().size();
        writer = graph.writers();
        bytes = graph.values().stream().mapToLong(v -> v.pinned() ? 0 : v.bytes()).toArray();
        cost = graph.kernels().stream().mapToLong(KernelGraph.Kernel::cost).toArray();
        pinned = graph.pinnedBytes();
        writeStart = new int[kernels + 1];
        readStart = new int[kernels + 1];
        List<int[]> r = new ArrayList<>();
        boolean[] read = new boolean[values];
        for (int k = 0; k < kernels; k++) {
            r.add(graph.kernels().get(k).reads().stream().mapToInt(v -> v).filter(v -> writer[v] >= 0).distinct().toArray());
            Arrays.stream(r.get(k)).forEach(v -> read[v] = true);
            readStart[k + 1] = readStart[k] + r.get(k).length;
            writeStart[k + 1] = writeStart[k] + graph.kernels().get(k).writes().size();
        }
        reads = r.stream().flatMapToInt(Arrays::stream).toArray();
        writes = graph.kernels().stream().flatMapToInt(k -> k.writes().stream().mapToInt(v -> v)).toArray();
        saves = new long[reads.length];
        once = new boolean[kernels];
        List<List<Integer>> earlier = new ArrayList<>(IntStream.range(0, kernels).mapToObj(_ -> new ArrayList<Integer>()).toList());
        after = new int[kernels][];
        for (int k = 0; k < kernels; k++) {
            KernelGraph.Kernel kernel = graph.kernels().get(k);
            once[k] = kernel.once() || kernel.writes().isEmpty() || kernel.writes().stream().anyMatch(v -> graph.values().get(v).pinned())
                    || kernel.writes().stream().noneMatch(v -> read[v]);
            after[k] = kernel.after().stream().mapToInt(o -> o).distinct().toArray();
            int it = k;
            Arrays.stream(after[k]).forEach(o -> earlier.get(o).add(it));
            for (KernelGraph.Overlay o : kernel.overlays()) {
                for (int i = readStart[k]; i < readStart[k + 1]; i++) {
                    if (reads[i] == o.read() && bytes[o.written()] > 0) {
                        saves[i] = bytes[o.read()];
                    }
                }
            }
        }
        before = earlier.stream().map(l -> l.stream().mapToInt(k -> k).toArray()).toArray(int[][]::new);
    }

    int firstWrite(int k) {
        return writeStart[k];
    }

    int endWrites(int k) {
        return writeStart[k + 1];
    }

    int firstRead(int k) {
        return readStart[k];
    }

    int endReads(int k) {
        return readStart[k + 1];
    }

    int slots(int k) {
        return writeStart[k + 1] - writeStart[k] + readStart[k + 1] - readStart[k];
    }

    /** Whether a sequence runs whatever must run, finds what it reads, and keeps to who waits for whom. */
    boolean canRun(int[] sequence) {
        boolean[] there = new boolean[values];
        int[] runs = new int[kernels];
        int[] left = new int[kernels];
        for (int k : sequence) {
            left[k]++;
        }
        for (int k : sequence) {
            for (int i = firstRead(k); i < endReads(k); i++) {
                if (!there[reads[i]]) {
                    return false;
                }
            }
            left[k]--;
            runs[k]++;
            for (int earlier : after[k]) {
                if (left[earlier] > 0) {
                    return false;
                }
            }
            for (int i = firstWrite(k); i < endWrites(k); i++) {
                there[writes[i]] = true;
            }
        }
        for (int k = 0; k < kernels; k++) {
            if (once[k] && runs[k] != 1) {
                return false;
            }
        }
        return true;
    }
}
