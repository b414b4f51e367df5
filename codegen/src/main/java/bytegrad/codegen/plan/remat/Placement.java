package bytegrad.codegen.plan.remat;

import bytegrad.codegen.plan.offsets.Interval;
import bytegrad.codegen.plan.offsets.Packer;
import bytegrad.codegen.plan.offsets.Packing;
import java.util.ArrayList;
import java.util.List;

/** From a sequence of runs to buffers with offsets. */
final class Placement {
    private final KernelGraph graph;
    private final Profile profile;
    /** Of each buffer: value, first and last position; and the buffer that it shares a place with, or itself. */
    private final List<int[]> buffers = new ArrayList<>();

    private Placement(KernelGraph graph, Profile profile) {
        this.graph = graph;
        this.profile = profile;
    }

    /**
     * The plan of a sequence.
     *
     * @param arena what all slabs together should not exceed
     */
    static StepPlan of(KernelGraph graph, CompactGraph g, int[] sequence, long arena, long steps) {
        Profile profile = new Profile(g, arena);
        if (!profile.load(sequence, sequence.length)) {
            throw new IllegalStateException("a sequence reads what it has not written");
        }
        return new Placement(graph, profile).plan(arena, steps);
    }

    private StepPlan plan(long arena, long steps) {
        List<Integer> runs = new ArrayList<>();
        int[] bufferOf = new int[graph.values().size()];
        int[] parent = new int[profile.positionOf.length];
        for (int p = 0; p < profile.length; p++) {
            KernelGraph.Kernel kernel = graph.kernels().get(profile.runs[p]);
            runs.add(profile.runs[p]);
            int s = profile.slot(p);
            for (int v : kernel.writes()) {
                int last = profile.link[s++];
                if (!graph.values().get(v).pinned()) {
                    int b = buffers.size();
                    parent[b] = b;
                    for (KernelGraph.Overlay o : kernel.overlays()) {
                        int under = bufferOf[o.read()];
                        if (o.written() == v && !graph.values().get(o.read()).pinned() && buffers.get(under)[2] == p) {
                            parent[b] = parent[under];
                        }
                    }
                    bufferOf[v] = b;
                    buffers.add(new int[] {v, p, last});
                }
            }
        }
        return place(runs, parent, arena, steps);
    }

    private StepPlan place(List<Integer> runs, int[] parent, long arena, long steps) {
        int n = buffers.size();
        int slabs = graph.values().stream().mapToInt(KernelGraph.Value::slab).max().orElse(-1) + 1;
        // Those that share a place follow one another: together they last from the first's start to the last's end.
        int[] end = new int[n];
        for (int b = 0; b < n; b++) {
            end[parent[b]] = Math.max(end[parent[b]], buffers.get(b)[2] + 1);
        }
        long[] offsets = new long[n];
        List<Long> heights = new ArrayList<>();
        long sum = 0;
        for (int slab = 0; slab < slabs; slab++) {
            List<Integer> roots = new ArrayList<>();
            List<Interval> intervals = new ArrayList<>();
            for (int b = 0; b < n; b++) {
                KernelGraph.Value v = graph.values().get(buffers.get(b)[0]);
                // What takes no bytes is in nobody's way, wherever it lies.
                if (parent[b] == b && v.slab() == slab && v.bytes() > 0) {
                    roots.add(b);
                    intervals.add(new Interval(buffers.get(b)[1], end[b], v.bytes()));
                }
            }
            Packing packing = Packer.pack(intervals, slabs == 1 ? arena : 0, steps);
            for (int i = 0; i < roots.size(); i++) {
                offsets[roots.get(i)] = packing.offsets().get(i);
            }
            heights.add(packing.height());
            sum += packing.height();
        }
        List<StepPlan.Buffer> placed = new ArrayList<>();
        for (int b = 0; b < n; b++) {
            int[] at = buffers.get(b);
            placed.add(new StepPlan.Buffer(at[0], at[1], at[2], offsets[parent[b]]));
        }
        long pinned = profile.graph.pinned;
        return new StepPlan(runs, placed, heights, profile.cost, pinned + profile.peak, pinned + sum);
    }
}
