package bytegrad.runtime;

import java.util.List;

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

    /** Made by the compiler or by an artefact's own code. */
    public CompiledFunction(Signature signature, Arena arena, List<Constant> constants, Program program) {
        this.signature = signature;
        this.arena = arena;
        this.constants = List.copyOf(constants);
        this.program = program;
    }

    /** What it takes, keeps and returns. */
    public Signature signature() {
        return signature;
    }

    /** The memory that each session takes. */
    public Arena arena() {
        return arena;
    }

    List<Constant> constants() {
        return constants;
    }

    Program program() {
        return program;
    }

    /**
     * A session with memory and state of its own; nothing is set yet. Its runs use as many threads as the system property
     * {@code bytegrad.threads} says, or as there are processors.
     *
     * @throws SessionException if the property is not a number of threads
     */
    public Session newSession() {
        return newSession(Workers.threads());
    }

    /**
     * A session with memory and state of its own; nothing is set yet. No bit of a result depends on the number of threads.
     *
     * @param threads how many may work on a run, the caller's included; fewer do where all sessions together would use more than
     *     {@link #newSession()} allows
     * @throws SessionException if the number is below 1, or the property is not a number of threads
     */
    public Session newSession(int threads) {
        if (threads < 1) {
            throw new SessionException("a session needs a thread at least, the caller's; asked for " + threads);
        }
        Workers.threads();
        return new Session(this, threads);
    }
}
