package bytegrad.benchmarks.check;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Rows that are measured together, in a JVM of their own. A group's name begins the names of its rows. */
record Group(String name, Consumer<Report> rows) {
    /** The groups of each issue's table "It must show". */
    static final Map<String, List<Group>> BY_ISSUE = Map.of(
            "01",
            List.of(
                    new Group("workload", WorkloadGoldens::simple),
                    new Group("golden", TrainGoldens::report),
                    new Group("same-bits", SameBits::report),
                    new Group("accuracy", Accuracy::report),
                    new Group("allocation", Allocation::report),
                    new Group("fusion", Fusion::report),
                    new Group("linearity", Linearity::report),
                    new Group("speed", Speed::report),
                    new Group("fashion", TrainedAccuracy::fashion),
                    new Group("mnist", TrainedAccuracy::mnist),
                    new Group("main-job", MainJob::report)),
            "02",
            List.of(
                    new Group("samples", SampleTests::report),
                    new Group("threads", Threads::report),
                    new Group("hessian-product", HessianProduct::report),
                    new Group("gradient-cost", GradientCost::report),
                    new Group("scan", ScanSize::report),
                    new Group("convolution", ConvolutionGradient::report),
                    new Group("slices", SliceGradient::report),
                    new Group("accuracy", AccuracyTable::report),
                    new Group("tanh", TanhSpeed::report)),
            "03",
            List.of(
                    new Group("workload", WorkloadGoldens::models),
                    new Group("golden", TrainGoldens::report),
                    new Group("accuracy", TrainedAccuracy::models),
                    new Group("charlm", CharacterModels::report),
                    new Group("stored", StoredBuffers::report),
                    new Group("determinism", Determinism::report)),
            "04",
            List.of(
                    new Group("launches", LaunchCount::report),
                    new Group("compile", CompileTime::report),
                    new Group("first-result", Beginning::first),
                    new Group("steady", Beginning::steady),
                    new Group("same-bits", BitsOfTraining::report),
                    new Group("accuracy", Accuracy::report),
                    new Group("allocation", Allocation::all),
                    new Group("scalar", ScalarSpeed::report),
                    new Group("threads", Scaling::report),
                    new Group("fused-by-op-by-op", FusionGain::report),
                    new Group("sweep", Shapes::report),
                    new Group("ratio", Ratios::report)),
            "05",
            List.of(
                    new Group("golden", MemoryGoldens::report),
                    new Group("rlg", RandomLayered::report),
                    new Group("chain", UnitChains::report),
                    new Group("oracle", SmallGraphOracle::report),
                    new Group("offsets", Offsets::report),
                    new Group("size", PlannerSizes::report),
                    new Group("measured", MemoryBudgets::measured),
                    new Group("refusal", MemoryBudgets::refusals),
                    new Group("real-step", MemoryBudgets::real),
                    new Group("scan", ScanBudgets::report),
                    new Group("hints", Hints::report)),
            "06",
            List.of(
                    new Group("java-jar", ModelJars::predicts),
                    new Group("bits", ModelJars::trains),
                    new Group("sizes", ModelJars::sizes),
                    new Group("cold-start", ModelJars::coldStart),
                    new Group("reproducible", ModelJars::reproducible),
                    new Group("typed", TypedCalls::report),
                    new Group("stack-trace", TypedCalls::trace),
                    new Group("kill-9", Kills::report),
                    new Group("threads-64", ManySessions::report),
                    new Group("classes", DroppedClasses::report)));
}
