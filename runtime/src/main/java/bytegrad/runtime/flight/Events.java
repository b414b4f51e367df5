package bytegrad.runtime.flight;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The events themselves: loaded only where somebody records. Flight Recorder reads the fields. */
@SuppressWarnings("unused")
final class Events {
    private static final String BYTEGRAD = "Bytegrad";

    private Events() {}

    /** A run of a session. */
    @Name("bytegrad.Step")
    @Label("Step")
    @Category(BYTEGRAD)
    @Description("A run of a compiled function")
    @StackTrace(false)
    static final class Step extends Event {
        @Label("Outputs")
        String outputs = "";

        @Label("Run")
        @Description("How often the session ran before")
        long run;

        @Label("Threads")
        @Description("The most that may work on it")
        int threads;

        @Label("Failed")
        boolean failed;
    }

    /** A stage of a compilation, or a pass. */
    @Name("bytegrad.CompilePhase")
    @Label("Compile Phase")
    @Category(BYTEGRAD)
    @Description("A stage of a compilation; a pass over its graph has two spaces in front of its name, and is within the stage passes")
    @StackTrace(false)
    static final class CompilePhase extends Event {
        @Label("Phase")
        String phase = "";
    }

    /** What was planned and emitted. */
    @Name("bytegrad.Plan")
    @Label("Plan")
    @Category(BYTEGRAD)
    @StackTrace(false)
    static final class Plan extends Event {
        @Label("Nodes")
        @Description("Of the graph after the passes")
        int nodes;

        @Label("Launches")
        int launches;

        @Label("Arena")
        @DataAmount
        @Description("The memory of a session")
        long arenaBytes;

        @Label("Class Files")
        @DataAmount
        long classBytes;

        @Label("SIMD Bits")
        @Description("0 for scalar code")
        int simdBits;
    }

    /** Scalar code or vectors, and why. */
    @Name("bytegrad.SimdDecision")
    @Label("SIMD Decision")
    @Category(BYTEGRAD)
    @StackTrace(false)
    static final class SimdDecision extends Event {
        @Label("Bits")
        int bits;

        @Label("Reason")
        String reason = "";
    }

    /** From scalar to vector code. */
    @Name("bytegrad.HandOver")
    @Label("Hand-over")
    @Category(BYTEGRAD)
    @Description("A session goes on with the code that is fast in the end")
    @StackTrace(false)
    static final class HandOver extends Event {
        @Label("Run")
        @Description("How often the session ran before")
        long run;

        @Label("Memory")
        @DataAmount
        long bytes;
    }

    /** A number that is not finite, where it came from. */
    @Name("bytegrad.NumberOrigin")
    @Label("Number Origin")
    @Category(BYTEGRAD)
    @Description("The first node whose value is NaN or infinite though its operands explain neither")
    static final class NumberOrigin extends Event {
        @Label("Node")
        String node = "";

        @Label("Index")
        String index = "";

        @Label("What")
        String what = "";
    }
}
