package bytegrad.codegen.emit;

/**
 * How kernels become methods.
 *
 * @param bakeOffsets whether buffer offsets are constants in the code, so that HotSpot vectorises plain loops; then only launches
 *     with equal offsets share a method. Else they are arguments, and all launches of equal kernels share one.
 * @param profile whether every launch is timed, by the session's clock
 * @param nanos what a run is estimated to take, in nanoseconds, where micro-kernels can be {@linkplain Rehearsal rehearsed}; 0 where they are not to be
 * @param check is shown every finished class file
 */
public record EmitOptions(boolean bakeOffsets, boolean profile, long nanos, ClassCheck check) {
    /** A verifier of class files; throws what it likes. */
    @FunctionalInterface
    public interface ClassCheck {
        /** Looks at one class file. */
        void accept(String internalName, byte[] bytes);
    }

    /** Offsets are arguments: for vector kernels. */
    public static final EmitOptions SHARED = new EmitOptions(false, false, 0, (name, bytes) -> {});

    /** Offsets are constants: for scalar kernels. */
    public static final EmitOptions BAKED = new EmitOptions(true, false, 0, (name, bytes) -> {});

    /** These options with another verifier. */
    public EmitOptions withCheck(ClassCheck newCheck) {
        return new EmitOptions(bakeOffsets, profile, nanos, newCheck);
    }

    /** These options, with or without a profile. */
    public EmitOptions withProfile(boolean on) {
        return new EmitOptions(bakeOffsets, on, nanos, check);
    }

    /** These options for a class whose micro-kernels can be rehearsed, and whose runs are estimated to take so long. */
    public EmitOptions withNanos(long estimated) {
        return new EmitOptions(bakeOffsets, profile, estimated, check);
    }
}
