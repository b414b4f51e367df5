package bytegrad.runtime.flight;

import java.util.function.Supplier;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;

/** Tells Java Flight Recorder, if somebody has begun to record. */
public final class Flight {
    private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Flight() {}

    /** Names the recorder's class, so that it is only looked for where its module is. */
    private static final class Recorder {
        private Recorder() {}

        static boolean isOn() {
            return FlightRecorder.isInitialized();
        }
    }

    /** Whether somebody records, or has in this JVM. */
    private static boolean isOn() {
        return PRESENT && Recorder.isOn();
    }

    /** Asked of the recorder once there is one, which takes its time. */
    private static final class Types {
        static final EventType STEP = EventType.getEventType(Events.Step.class);

        private Types() {}
    }

    /** Whether somebody records steps just now; a nanosecond or two. */
    public static boolean recordsSteps() {
        return isOn() && Types.STEP.isEnabled();
    }

    /** Does a stage of a compilation. */
    public static <T> T phase(String phase, Supplier<T> work) {
        if (!isOn()) {
            return work.get();
        }
        Events.CompilePhase e = new Events.CompilePhase();
        e.begin();
        try {
            return work.get();
        } finally {
            e.phase = phase;
            e.commit();
        }
    }

    /** A graph was planned and emitted. */
    public static void plan(int nodes, int launches, long arenaBytes, long classBytes, int simdBits) {
        if (isOn()) {
            Events.Plan e = new Events.Plan();
            e.nodes = nodes;
            e.launches = launches;
            e.arenaBytes = arenaBytes;
            e.classBytes = classBytes;
            e.simdBits = simdBits;
            e.commit();
        }
    }

    /** Runs a session's program. */
    public static void step(String outputs, long run, int threads, Runnable program) {
        Events.Step e = new Events.Step();
        e.failed = true;
        e.begin();
        try {
            program.run();
            e.failed = false;
        } finally {
            e.outputs = outputs;
            e.run = run;
            e.threads = threads;
            e.commit();
        }
    }

    /** Which classes run. */
    public static void simd(int bits, String reason) {
        if (isOn()) {
            Events.SimdDecision e = new Events.SimdDecision();
            e.bits = bits;
            e.reason = reason;
            e.commit();
        }
    }

    /** A session has gone over to other code. */
    public static void handOver(long run, long bytes) {
        if (isOn()) {
            Events.HandOver e = new Events.HandOver();
            e.run = run;
            e.bytes = bytes;
            e.commit();
        }
    }

    /** A number that is not finite. */
    public static void number(String node, String index, String what) {
        if (isOn()) {
            Events.NumberOrigin e = new Events.NumberOrigin();
            e.node = node;
            e.index = index;
            e.what = what;
            e.commit();
        }
    }
}
