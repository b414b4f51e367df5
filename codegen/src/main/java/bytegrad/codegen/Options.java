package bytegrad.codegen;

import bytegrad.codegen.machine.MachineProfile;
import bytegrad.ir.Graph;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * How to compile.
 *
 * @param simd which classes to make
 * @param passes simplify the graph first: no bit of a result changes but where overlapping windows are added, as in the gradient of a convolution by its data,
 *     which are added in another order ({@link bytegrad.ir.pass.ContractOverlaps})
 * @param fuse inline nodes into the kernels that read them; off, every node is stored by a kernel of its own
 * @param verify check every stage, the class files included, and overwrite what nothing may read any more during a run; slow, for tests
 * @param dump a folder for every stage, in numbered files; what an earlier dump left there is replaced
 * @param chunkNanos what a chunk of a parallel loop must be worth at least, in estimated nanoseconds of one thread; 0 cuts every loop
 *     that can be, for tests. It changes no bit of a result
 * @param profile take the time of every launch, for {@link bytegrad.runtime.Session#launchNanos}: some 25 ns each
 * @param start how a compiled function begins
 * @param machine the machine that code is to be fast on. It changes no bit of a result
 * @param memoryBudget bytes that the memory of a session may take; see {@link #withMemoryBudget}
 * @param cache a folder of compiled graphs, see {@link ClassCache}; by default what the system property {@code bytegrad.cache} says, or none
 * @param kept names of inputs that are set rarely; see {@link #withKept(Collection)}
 */
public record Options(Simd simd, boolean passes, boolean fuse, boolean verify, Optional<Path> dump, long chunkNanos, boolean profile,
        Start start, MachineProfile machine, OptionalLong memoryBudget, Optional<Path> cache, Set<String> kept) {
    /** A pebibyte: more than any session can have. */
    private static final long MOST_BYTES = 1L << 50;

    /** Checks the ranges of {@code chunkNanos} and {@code memoryBudget}, and copies the names. */
    public Options {
        kept = Collections.unmodifiableSet(new TreeSet<>(kept));
        if (chunkNanos < 0) {
            throw new OptionsException("chunkNanos is " + chunkNanos + ", but must be from 0 (as many chunks as can be) to " + Long.MAX_VALUE + " (none)");
        }
        if (memoryBudget.isPresent() && (memoryBudget.getAsLong() < 1 || memoryBudget.getAsLong() > MOST_BYTES)) {
            throw new OptionsException("a memory budget is a number of bytes from 1 to " + MOST_BYTES + ", not " + memoryBudget.getAsLong()
                    + "; leave it out for none");
        }
    }

    /** The width of vector code. */
    public enum Simd {
        /** What this JVM does best; see {@link bytegrad.runtime.SimdSupport}. */
        AUTO(-1),
        /** Plain Java arithmetic; needs no module. */
        SCALAR(0),
        BITS_128(16),
        BITS_256(32),
        BITS_512(64);

        private final int bytes;

        Simd(int bytes) {
            this.bytes = bytes;
        }

        int bytes() {
            return this == AUTO ? bytegrad.runtime.SimdSupport.choice().bits() / 8 : bytes;
        }
    }

    /**
     * How a compiled function begins: vector code is hundreds of times slower until HotSpot has compiled it. Its micro-kernels are prepared in front of a session's runs, on memory of
     * their own and for as long as the session has taken until then at most; not where there is a memory budget.
     */
    public enum Start {
        /** With the code that is to stay. */
        COLD,
        /**
         * With scalar code, which is fast sooner; when vector code is prepared, each session goes over to it between two runs: no bit changes. Of use with {@link Simd#AUTO};
         * a graph that is compiled to be looked at (with verification, a dump or a profile) begins cold, and so does one with a memory budget, since two memories would be in use
         * while a session goes over.
         */
        SCALAR,
        /** {@linkplain bytegrad.runtime.CompiledFunction#warmUp Warmed up} before the compiled function is returned. */
        WARM
    }

    /** Whether there are to be two classes: not where a graph is compiled to be looked at, nor where it can only be scalar code. */
    boolean startsScalar() {
        return start == Start.SCALAR && memoryBudget.isEmpty() && simd == Simd.AUTO && !verify && dump.isEmpty() && !profile && bytegrad.runtime.SimdSupport.mayBeVectors();
    }

    /** Whether micro-kernels can be called to have HotSpot compile them: that takes memory beside a session's. */
    boolean rehearses() {
        return simd != Simd.SCALAR && (start == Start.WARM || memoryBudget.isEmpty());
    }

    /** Refuses names of kept inputs that are none of a graph's, or have updates. */
    void checkKept(Graph graph) {
        List<String> inputs = graph.inputsWithoutUpdates();
        List<String> states = graph.updates().stream().map(Graph.Update::name).toList();
        List<String> wrong = kept.stream().filter(n -> !inputs.contains(n))
                .map(n -> "'" + n + "' is " + (states.contains(n) ? "a state, which each run changes" : "no input")).toList();
        if (!wrong.isEmpty()) {
            throw new OptionsException("kept inputs: " + String.join(", ", wrong) + "; inputs without updates are " + (inputs.isEmpty() ? "none" : String.join(", ", inputs)));
        }
    }

    /** With chunks of the usual size. */
    public Options(Simd simd, boolean passes, boolean fuse, boolean verify, Optional<Path> dump) {
        this(simd, passes, fuse, verify, dump, MachineProfile.DEFAULT.chunkNanos());
    }

    /** Without a profile and a warm-up. */
    public Options(Simd simd, boolean passes, boolean fuse, boolean verify, Optional<Path> dump, long chunkNanos) {
        this(simd, passes, fuse, verify, dump, chunkNanos, false, Start.COLD, MachineProfile.DEFAULT, OptionalLong.empty(), Optional.empty(), Set.of());
    }

    public static final Options DEFAULT = new Options(Simd.AUTO, true, true, false, Optional.empty());

    public Options withSimd(Simd newSimd) {
        return new Options(newSimd, passes, fuse, verify, dump, chunkNanos, profile, start, machine, memoryBudget, cache, kept);
    }

    public Options withPasses(boolean on) {
        return new Options(simd, on, fuse, verify, dump, chunkNanos, profile, start, machine, memoryBudget, cache, kept);
    }

    public Options withFusion(boolean on) {
        return new Options(simd, passes, on, verify, dump, chunkNanos, profile, start, machine, memoryBudget, cache, kept);
    }

    public Options withVerification(boolean on) {
        return new Options(simd, passes, fuse, on, dump, chunkNanos, profile, start, machine, memoryBudget, cache, kept);
    }

    public Options withDump(Path folder) {
        return new Options(simd, passes, fuse, verify, Optional.of(folder), chunkNanos, profile, start, machine, memoryBudget, cache, kept);
    }

    public Options withChunkNanos(long nanos) {
        return new Options(simd, passes, fuse, verify, dump, nanos, profile, start, machine, memoryBudget, cache, kept);
    }

    public Options withProfile(boolean on) {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, on, start, machine, memoryBudget, cache, kept);
    }

    public Options withWarmUp(boolean on) {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, profile, on ? Start.WARM : Start.COLD, machine, memoryBudget, cache, kept);
    }

    /** Another machine, and chunks of loops that suit it. */
    public Options withMachineProfile(MachineProfile newMachine) {
        return new Options(simd, passes, fuse, verify, dump, newMachine.chunkNanos(), profile, start, newMachine, memoryBudget, cache, kept);
    }

    /** These options with another way to begin. */
    public Options withStart(Start newStart) {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, profile, newStart, machine, memoryBudget, cache, kept);
    }

    /**
     * These options with a budget for the memory of each session: its arrays ({@link bytegrad.runtime.Session#bytes}), in which are inputs, parameters and other
     * states, constants, outputs, intermediate values, what kernels need while they run, and the padding between all of these. Not in it are the JVM's own objects, code,
     * what a caller holds, and the memory that {@link Start#WARM} uses before there is a session.
     *
     * <p>Where intermediate values are too many to be kept, some are computed again when they are next read: a run takes longer, and no bit of a result
     * changes. Of a scan whose gradient is computed too, the carries before some steps may be kept instead of all. A budget is met or
     * refused.
     *
     * @param bytes from 1 to 2^50
     * @throws OptionsException if it is none of these
     * @see MemoryBudgetException
     */
    public Options withMemoryBudget(long bytes) {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, profile, start, machine, OptionalLong.of(bytes), cache, kept);
    }

    /** These options without a memory budget: nothing is computed again. */
    public Options withoutMemoryBudget() {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, profile, start, machine, OptionalLong.empty(), cache, kept);
    }

    /** These options with a folder of compiled graphs, which is trusted like a class path: see {@link ClassCache}. */
    public Options withCache(Path folder) {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, profile, start, machine, memoryBudget, Optional.of(folder), kept);
    }

    /** These options without such a folder, unless the system property names one. */
    public Options withoutCache() {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, profile, start, machine, memoryBudget, Optional.empty(), kept);
    }

    /**
     * These options for a graph some of whose inputs are set rarely, such as the weights of a network that only predicts. What depends on them and on constants alone
     * is computed in the first run after one of them was set, and stays in the session's memory for all that follow: a transposed, scaled or converted weight, and copies of
     * matrices in the order in which products read them. Setting one of them again is always allowed and counts from the next run on, and no bit
     * of a result depends on it. Buffers over their places ({@link bytegrad.runtime.Session#floats}) are refused: they are set. Where a memory budget has no room for what would stay, it is
     * computed in each run, as without this.
     *
     * @param inputs names of inputs without updates; a graph without one of them is refused, with an {@link OptionsException}, when it is compiled
     */
    public Options withKept(Collection<String> inputs) {
        return new Options(simd, passes, fuse, verify, dump, chunkNanos, profile, start, machine, memoryBudget, cache, Set.copyOf(inputs));
    }

    /** As {@link #withKept(Collection)}. */
    public Options withKept(String... inputs) {
        return withKept(Arrays.asList(inputs));
    }
}
