package bytegrad.ir.testing;

import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * All samples: every kind of op and every scalar function at every dtype it takes (a test of this package sees to it), at
 * awkward sizes, then composites and graphs that fuse in interesting ways. Graphs are the same in every run; inputs are
 * drawn by seed.
 */
public final class Samples {
    /** The seed to use where a test needs just one; print it beside a failure. */
    public static final long SEED = 20260101;

    private static final List<Sample> ALL = gathered();

    private Samples() {}

    private static List<Sample> gathered() {
        List<Sample> all = new ArrayList<>();
        all.addAll(SourceSamples.all());
        all.addAll(StorageSamples.all());
        all.addAll(ElementwiseSamples.all());
        all.addAll(ReduceSamples.all());
        all.addAll(ContractSamples.all());
        all.addAll(IndexSamples.all());
        all.addAll(LineSamples.all());
        all.addAll(ViewSamples.all());
        all.addAll(WindowSamples.all());
        all.addAll(NnSamples.all());
        all.addAll(FusionSamples.all());
        all.addAll(NestedSamples.all());
        return List.copyOf(all);
    }

    /** Every sample, simplest kinds first. */
    public static List<Sample> all() {
        return ALL;
    }

    /** Those with a gradient to check. */
    public static List<Sample> differentiable() {
        return ALL.stream().filter(s -> !s.differentiable().isEmpty()).toList();
    }

    /** Those with an op of this kind. */
    public static List<Sample> with(Class<? extends Op> kind) {
        return ALL.stream().filter(s -> s.graph().nodes().stream().anyMatch(n -> kind.isInstance(n.op()))).toList();
    }

    /** The sample of this name. */
    public static Sample named(String name) {
        return ALL.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException("no sample is named " + name));
    }
}
