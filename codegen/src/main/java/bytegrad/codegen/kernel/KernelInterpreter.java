package bytegrad.codegen.kernel;

import bytegrad.codegen.plan.Plan;
import java.util.List;

/**
 * Runs the loop IR as it stands, one lane after another in Java's own arithmetic. It is the oracle of the emitted
 * bytecode: the two agree in every bit (but for the payload of a NaN), and share nothing but the loop IR and what emitted
 * code itself calls, {@link bytegrad.runtime}.
 */
public final class KernelInterpreter {
    private KernelInterpreter() {}

    /**
     * Runs a kernel once.
     *
     * @param offsets where each of its buffers starts in the slab of its dtype, in elements
     * @throws KernelException where an access leaves its buffer, or an expression has no meaning
     */
    public static void run(Kernel kernel, Slabs slabs, List<Integer> offsets) {
        KernelCode.entry(kernel, slabs, offsets).run();
    }

    /** Runs a whole plan once; the errors are those of {@link #run(Kernel, Slabs, List)}. */
    public static void run(Plan plan, Slabs slabs) {
        prepare(plan, slabs).run();
    }

    private static Runnable prepare(Plan plan, Slabs slabs) {
        return switch (plan) {
            case Plan.Seq p -> {
                List<Runnable> steps = p.steps().stream().map(s -> prepare(s, slabs)).toList();
                yield () -> steps.forEach(Runnable::run);
            }
            case Plan.Launch p -> KernelCode.entry(p.kernel(), slabs, p.offsets());
            case Plan.Repeat p -> {
                Runnable body = prepare(p.body(), slabs);
                yield () -> {
                    for (int i = 0; i < p.times(); i++) {
                        body.run();
                    }
                };
            }
            case Plan.Poison p -> () -> slabs.poison(p.dtype(), p.offset(), p.count());
            case Plan.If p -> {
                Runnable then = prepare(p.then(), slabs);
                Runnable otherwise = prepare(p.otherwise(), slabs);
                yield () -> (slabs.z[p.offset()] ? then : otherwise).run();
            }
        };
    }
}
