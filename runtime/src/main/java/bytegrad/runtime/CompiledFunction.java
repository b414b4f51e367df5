package bytegrad.runtime;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A compiled graph: immutable, and shared by any number of sessions. All that changes lives in {@link Session}.
 */
public final class CompiledFunction {
    /** A constant that a session's arena is filled with once. */
    public record Constant(Slot slot, Tensor value) {}

    private final Signature signature;
    private final Arena arena;
    private final List<Constant> constants;
    private final Program program;
    private final Rehearsal rehearsal;
    private final @Nullable Successor successor;
    private final @Nullable NumberChecks checks;

    /** Made by the compiler or by an artefact's own code. */
    public CompiledFunction(Signature signature, Arena arena, List<Constant> constants, Program program) {
        this(signature, arena, constants, program, null, null);
    }

    /**
     * Made by the compiler: looks at all that its launches store.
     *
     * @param program with a profile, which tells of each launch
     */
    public CompiledFunction(Signature signature, Arena arena, List<Constant> constants, Program program, NumberChecks checks) {
        this(signature, arena, constants, program, null, checks);
    }

    /**
     * Made by the compiler: starts fast, and hands over.
     *
     * @param successor makes a function of the same graph, with the same names and bits, that sessions go over to between two runs once it is fast
     */
    public CompiledFunction(Signature signature, Arena arena, List<Constant> constants, Program program, Supplier<CompiledFunction> successor) {
        this(signature, arena, constants, program, new Successor(successor), null);
    }

    private CompiledFunction(Signature signature, Arena arena, List<Constant> constants, Program program, @Nullable Successor successor,
            @Nullable NumberChecks checks) {
        this.signature = signature;
        this.arena = arena;
        this.constants = List.copyOf(constants);
        this.program = program;
        this.rehearsal = new Rehearsal(program, arena);
        this.successor = successor;
        this.checks = checks;
    }

    /** What it takes, keeps and returns. */
    public Signature signature() {
        return signature;
    }

    /** The memory that each session takes, until it goes over to another class: that one's may be of another size. */
    public Arena arena() {
        return arena;
    }

    /** What has its methods compiled. */
    Rehearsal rehearsal() {
        return rehearsal;
    }

    /** Whether there is no code left to prepare: its methods, or the micro-kernels of what takes over from it. */
    boolean isPrepared() {
        return successor == null ? rehearsal.isOver() : successor.isReady();
    }

    /**
     * Goes on to prepare that for about so long; does nothing while another thread does.
     *
     * @param allocates whether the last run made objects: not all of its code is compiled then
     */
    void prepare(long nanos, boolean allocates) {
        if (successor == null) {
            rehearsal.goOnBetweenRuns(nanos, allocates);
        } else {
            successor.goOn(nanos);
        }
    }

    /** Bytes in use for that, beside the memory of sessions. */
    long preparationBytes() {
        return successor == null ? rehearsal.bytes() : successor.bytes();
    }

    /** What takes over from it, if something does. */
    @Nullable Successor successor() {
        return successor;
    }

    /** What looks at what its launches store, if something does. */
    @Nullable NumberChecks checks() {
        return checks;
    }

    Program program() {
        return program;
    }

    /** An arena's arrays, with the constants in them. */
    Slabs newSlabs() {
        Slabs slabs = zeroed();
        for (Constant c : constants) {
            System.arraycopy(c.value().array(), 0, slabs.of(c.slot().type()), c.slot().offset(), c.slot().size());
        }
        return slabs;
    }

    private Slabs zeroed() {
        try {
            return new Slabs(arena);
        } catch (OutOfMemoryError e) {
            throw new SessionException("a session needs " + arena.bytes() + " bytes, for which there is no room in a heap limited to "
                    + Runtime.getRuntime().maxMemory() + " bytes; raise the limit with -Xmx, or compile with a memory budget", e);
        }
    }

    /**
     * Runs on an arena of its own, which is dropped afterwards, until runs get no faster: every session's first run is then as fast as any. It
     * takes as long as HotSpot needs for the kernels: tenths of a second for a small graph, many seconds for a big one.
     */
    public WarmUp warmUp() {
        Successor next = successor;
        if (next != null) {
            WarmUp warm = WarmUp.of(next.function());
            next.finish();
            return warm;
        }
        return WarmUp.of(this);
    }

    /**
     * A session with memory and state of its own; nothing is set yet. Its runs use as many threads as the system property
     * {@code bytegrad.threads} says, or as there are processors.
     *
     * @throws SessionException if the property is not a number of threads, or the heap has no room for the session's memory
     */
    public Session newSession() {
        return newSession(Workers.threads());
    }

    /**
     * A session with memory and state of its own; nothing is set yet. No bit of a result depends on the number of threads.
     *
     * @param threads how many may work on a run, the caller's included; fewer do where all sessions together would use more than
     *     {@link #newSession()} allows
     * @throws SessionException if the number is not from 1 to 1024, the property is not a number of threads, or the heap has no room for the session's memory
     */
    public Session newSession(int threads) {
        if (threads < 1 || threads > Workers.MOST) {
            throw new SessionException("asked for " + threads + " threads, but a session may have 1 (the caller's alone) to " + Workers.MOST);
        }
        Workers.threads();
        return new Session(this, threads);
    }
}
