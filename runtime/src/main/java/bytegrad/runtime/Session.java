package bytegrad.runtime;

import bytegrad.runtime.flight.Flight;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A compiled function with memory and state of its own. Set every input and state, then {@link #run} as often as wanted;
 * once its code is prepared, a run allocates nothing. One thread at a time: another that enters meanwhile is refused, not made to wait. Otherwise a
 * session may go from thread to thread; each sees what the one before did.
 *
 * <p>If a run fails, there are no outputs to read. Where it fails before it writes into the first state, as most checks of indices
 * do, all states are as they were. Later, some may be old and others new; the session then refuses to run until every state has
 * been set again, as {@link #restore} does.
 */
public final class Session {
    /** The most threads that may work on a run. */
    public static final int MOST_THREADS = Workers.MOST;

    private final CompiledFunction function;
    private final int threads;
    /** The function whose program runs: another than the session's once that one has handed over. */
    private CompiledFunction current;
    private Slabs slabs;
    private ParallelFor loops;
    private final Pace pace;
    private final NamedSlots slots;
    private final Entrance entrance = new Entrance();
    /** How often it ran to the end. */
    private long runs;
    /** For those who watch. */
    private final String outputNames;

    @SuppressWarnings("this-escape")
    Session(CompiledFunction function, int threads) {
        this.function = function;
        this.threads = threads;
        this.outputNames = NamedSlots.names(function.signature().outputs());
        pace = new Pace(function.program().estimatedNanos());
        slots = new NamedSlots(function.signature());
        adopt(function, function.newSlabs());
    }

    /** With the memory and all that is known of another, which must not be used any more. */
    private Session(Session other) {
        function = other.function;
        threads = other.threads;
        current = other.current;
        slabs = other.slabs;
        loops = other.loops;
        pace = other.pace;
        slots = other.slots;
        runs = other.runs;
        outputNames = other.outputNames;
    }

    /**
     * How many threads work on a run where the caller asks for no number: what the system property {@code bytegrad.threads} says, or as many as there
     * are processors.
     *
     * @throws SessionException if the property is not a number of threads from 1 to 1024
     */
    public static int defaultThreads() {
        return Workers.threads();
    }

    /** Whether it has gone over from the code that starts fast to the code that is fast in the end; false where there is one code only. */
    public boolean handedOver() {
        return current != function;
    }

    /** Bytes of its memory, and of what its function has in use to prepare code. */
    public long bytes() {
        return current.arena().bytes() + function.preparationBytes();
    }

    /** Bytes of its memory alone. */
    long arenaBytes() {
        return current.arena().bytes();
    }

    /** The function this is a session of. */
    public CompiledFunction function() {
        return function;
    }

    /**
     * Runs the function once: outputs become readable, states take their new values.
     *
     * @throws SessionException if an input was never set, another thread is inside, or an earlier run broke the state
     */
    public void run() {
        entrance.enter();
        try {
            slots.begin();
            NumberChecks checks = current.checks();
            if (checks != null) {
                checks.before(current.signature(), slabs);
            }
            prepare();
            if (Flight.recordsSteps()) {
                Flight.step(outputNames, runs, threads, this::runOnce);
            } else {
                runOnce();
            }
            runs++;
        } finally {
            entrance.leave();
        }
    }

    private void runOnce() {
        Program program = current.program();
        pace.runBegins(!current.isPrepared());
        if (program.regions() > 0) {
            Workers.shared().enter();
            try {
                runProgram(program);
            } finally {
                Workers.shared().leave();
            }
        } else {
            runProgram(program);
        }
        pace.runEnds();
    }

    /** Goes on to prepare code, and over to the function that takes over when that is ready. */
    private void prepare() {
        if (pace.slice() > 0 && !current.isPrepared()) {
            pace.begins();
            current.prepare(pace.slice(), pace.allocates());
            pace.ends();
        }
        Successor successor = current.successor();
        if (successor != null && successor.isReady()) {
            handOver(successor.function());
        }
    }

    /** Goes over to the function that takes over: inputs, states and outputs move to new slabs. */
    private void handOver(CompiledFunction next) {
        Slabs to = next.newSlabs();
        Signature old = current.signature();
        Signature s = next.signature();
        slabs.copyTo(to, old.inputs(), s.inputs());
        slabs.copyTo(to, old.states(), s.states());
        for (int k = 0; slots.hasRun() && k < s.outputs().size(); k++) {
            Slot was = old.outputs().get(k);
            Slot o = s.outputs().get(k);
            // In place of a state, where it was not before: if the state was set since, that is what is there.
            boolean shared = s.states().stream().anyMatch(o::sharesPlace);
            boolean differs = shared && old.states().stream().noneMatch(was::sharesPlace);
            if (differs) {
                slots.overwritten(o);
            } else if (!shared) {
                slabs.copyTo(to, List.of(was), List.of(o));
            }
        }
        adopt(next, to);
        Flight.handOver(runs, next.arena().bytes());
    }

    private void adopt(CompiledFunction next, Slabs memory) {
        current = next;
        slabs = memory;
        loops = new ParallelFor(next.program(), memory, threads, next.checks());
        slots.adopt(next.signature());
    }

    private void runProgram(Program program) {
        loops.clock().reset();
        slots.derive(program, slabs, loops);
        program.steps(slabs, loops);
        try {
            program.updates(slabs, loops);
            slots.ran();
        } finally {
            if (!slots.hasRun()) {
                slots.failed();
            }
        }
    }

    /**
     * Nanoseconds of each launch in the last run, 0 where it did not run in it, by the numbers that an explanation has them under; empty where the function was not compiled
     * with a profile.
     */
    public long[] launchNanos() {
        entrance.enter();
        try {
            return loops.clock().nanos();
        } finally {
            entrance.leave();
        }
    }

    /**
     * Keeps other threads out until {@link #release}, so that several calls are one: none can come between an input and the run it is for. What the
     * holding thread calls goes on as usual; holds nest.
     *
     * @throws SessionException if another thread is inside
     */
    public void hold() {
        entrance.hold();
    }

    /**
     * Ends a {@link #hold} of this thread.
     *
     * @throws SessionException if it has none
     */
    public void release() {
        entrance.release();
    }

    /** Copies a value into an input or state. */
    public Session set(String name, Tensor value) {
        Slot s = slots.open(name);
        refuseNull(s, value);
        if (value.type() != s.type() || !Arrays.equals(value.shape(), s.dims())) {
            throw new InputException(name, "expected " + s.typeText() + ", got " + value.type().text() + Arrays.toString(value.shape()).replace(" ", ""));
        }
        return put(s, value.array(), value.size());
    }

    /** Copies values into an f32 input or state, row-major. */
    public Session set(String name, float[] values) {
        return set(name, ElementType.F32, values);
    }

    /** Copies values into an f64 input or state, row-major. */
    public Session set(String name, double[] values) {
        return set(name, ElementType.F64, values);
    }

    /** Copies values into an i32 input or state, row-major. */
    public Session set(String name, int[] values) {
        return set(name, ElementType.I32, values);
    }

    /** Copies values into an i64 input or state, row-major. */
    public Session set(String name, long[] values) {
        return set(name, ElementType.I64, values);
    }

    /** Copies values into a bool input or state, row-major. */
    public Session set(String name, boolean[] values) {
        return set(name, ElementType.BOOL, values);
    }

    /** Copies values into a u8 (0 to 255 as Java's bytes) or i8 input or state, row-major. */
    public Session set(String name, byte[] values) {
        return set(name, slots.settable(name).type() == ElementType.U8 ? ElementType.U8 : ElementType.I8, values);
    }

    /** Copies values into an i16 or (as bits, see {@link Bfloat16}) bf16 input or state, row-major. */
    public Session set(String name, short[] values) {
        return set(name, slots.settable(name).type() == ElementType.BF16 ? ElementType.BF16 : ElementType.I16, values);
    }

    private Session set(String name, ElementType type, Object values) {
        Slot s = slots.open(name);
        refuseNull(s, values);
        int length = Array.getLength(values);
        if (type != s.type() || length != s.size()) {
            throw new InputException(name, "expected " + s.typeText() + " (" + s.size() + " elements), got " + length + " of " + type.text());
        }
        return put(s, values, length);
    }

    private static void refuseNull(Slot s, @Nullable Object value) {
        if (value == null) {
            throw new InputException(s.name(), "expected " + s.typeText() + ", got null");
        }
    }

    private Session put(Slot s, Object array, int length) {
        entrance.enter();
        try {
            write(s, array, length);
        } finally {
            entrance.leave();
        }
        return this;
    }

    private void write(Slot s, Object array, int length) {
        System.arraycopy(array, 0, slabs.of(s.type()), s.offset(), length);
        slots.filled(s);
    }

    /**
     * Gives several inputs and states their values: all, or none.
     *
     * @throws InputException if a name is none of theirs, or a value is of another type or shape: all of them in one message, and nothing was changed
     */
    public Session setAll(Map<String, Tensor> values) {
        Objects.requireNonNull(values, "values are null");
        Mismatches.refuse("the map of values", slots.mismatches(values));
        return writeAll(values);
    }

    private Session writeAll(Map<String, Tensor> values) {
        entrance.enter();
        try {
            values.forEach((name, t) -> write(slots.settable(name), t.array(), t.size()));
        } finally {
            entrance.leave();
        }
        return this;
    }

    /**
     * Copies of all states, of one moment, by name.
     *
     * @throws SessionException if a state has no value: it was never set, or a run failed half-way
     */
    public Map<String, Tensor> snapshot() {
        entrance.enter();
        try {
            Map<String, Tensor> states = new LinkedHashMap<>();
            function.signature().states().forEach(s -> states.put(s.name(), copy(slots.given(s.name()))));
            return Collections.unmodifiableMap(states);
        } finally {
            entrance.leave();
        }
    }

    /**
     * Gives every state the value it has in a {@linkplain #snapshot snapshot}, of this session or another of the same states. A session that a failed
     * run broke is whole again.
     *
     * @throws InputException if a state is missing, a name is no state, or a type or shape is another: all of them in one message, and nothing was changed
     */
    public Session restore(Map<String, Tensor> snapshot) {
        Objects.requireNonNull(snapshot, "snapshot is null");
        Mismatches.refuse("the snapshot", Mismatches.ofAll(snapshot, types(function.signature().states())));
        return writeAll(snapshot);
    }

    private static Map<String, String> types(List<Slot> slots) {
        Map<String, String> types = new LinkedHashMap<>();
        slots.forEach(s -> types.put(s.name(), s.typeText()));
        return types;
    }

    /** The inputs that have a value. */
    Set<String> givenInputs() {
        Set<String> given = new LinkedHashSet<>();
        function.signature().inputs().stream().map(Slot::name).filter(name -> !slots.isUnset(name)).forEach(given::add);
        return given;
    }

    /** The states that have a value, with a copy of it. */
    Map<String, Tensor> givenStates() {
        Map<String, Tensor> given = new LinkedHashMap<>();
        function.signature().states().stream().map(Slot::name).filter(name -> !slots.isUnset(name)).forEach(name -> given.put(name, state(name)));
        return given;
    }

    /** From now on these inputs keep their values: setting one is refused. */
    void fix(Set<String> inputs) {
        slots.fix(inputs);
    }

    /**
     * What goes on with its memory, {@linkplain #renew as new}, for another user: whoever kept this one is refused.
     *
     * @throws SessionException if another thread is inside
     */
    Session passOn(Map<String, Tensor> states) {
        entrance.hold();
        renew(states);
        entrance.shut();
        return new Session(this);
    }

    /** As new for another user: but for the fixed inputs and these states nothing has a value, not even an output. */
    void renew(Map<String, Tensor> states) {
        entrance.enter();
        try {
            slots.renew();
            states.forEach((name, t) -> write(slots.settable(name), t.array(), t.size()));
        } finally {
            entrance.leave();
        }
    }

    private Slot ofType(String name, ElementType type) {
        Slot s = slots.shared(name);
        if (s.type() != type) {
            throw new InputException(name, "expected a buffer of " + s.typeText() + ", asked for one of " + type.text());
        }
        entrance.enter();
        try {
            // A place that was given away cannot move any more.
            Successor successor = current.successor();
            if (successor != null) {
                handOver(successor.function());
                s = slots.settable(name);
            }
            slots.filled(s);
        } finally {
            entrance.leave();
        }
        return s;
    }

    /** The place of an f32 input or state itself, to be filled without a copy; counts as set. Kept inputs are {@linkplain #set set} instead. */
    public FloatBuffer floats(String name) {
        Slot s = ofType(name, ElementType.F32);
        return FloatBuffer.wrap(slabs.f, s.offset(), s.size()).slice();
    }

    /** The place of an f64 input or state itself, to be filled without a copy; counts as set. Kept inputs are {@linkplain #set set} instead. */
    public DoubleBuffer doubles(String name) {
        Slot s = ofType(name, ElementType.F64);
        return DoubleBuffer.wrap(slabs.d, s.offset(), s.size()).slice();
    }

    /** The place of an i32 input or state itself, to be filled without a copy; counts as set. Kept inputs are {@linkplain #set set} instead. */
    public IntBuffer ints(String name) {
        Slot s = ofType(name, ElementType.I32);
        return IntBuffer.wrap(slabs.i, s.offset(), s.size()).slice();
    }

    /** The place of an i64 input or state itself, to be filled without a copy; counts as set. Kept inputs are {@linkplain #set set} instead. */
    public LongBuffer longs(String name) {
        Slot s = ofType(name, ElementType.I64);
        return LongBuffer.wrap(slabs.l, s.offset(), s.size()).slice();
    }

    /** The place of a u8 or i8 input or state itself, to be filled without a copy; counts as set. Kept inputs are {@linkplain #set set} instead. */
    public ByteBuffer bytes(String name) {
        Slot s = ofType(name, slots.settable(name).type() == ElementType.U8 ? ElementType.U8 : ElementType.I8);
        return ByteBuffer.wrap(s.type() == ElementType.U8 ? slabs.u8 : slabs.i8, s.offset(), s.size()).slice();
    }

    /** The place of an i16 or (as bits) bf16 input or state itself, to be filled without a copy; counts as set. Kept inputs are {@linkplain #set set} instead. */
    public ShortBuffer shorts(String name) {
        Slot s = ofType(name, slots.settable(name).type() == ElementType.BF16 ? ElementType.BF16 : ElementType.I16);
        return ShortBuffer.wrap(s.type() == ElementType.BF16 ? slabs.bf16 : slabs.i16, s.offset(), s.size()).slice();
    }

    /** A copy of an output, state or input (an output hides a state or input of its name: {@link #state} has that). */
    public Tensor get(String name) {
        entrance.enter();
        try {
            return copy(slots.readable(name));
        } finally {
            entrance.leave();
        }
    }

    /** A copy of a state or input, even where an output has its name. */
    public Tensor state(String name) {
        entrance.enter();
        try {
            return copy(slots.given(name));
        } finally {
            entrance.leave();
        }
    }

    private Tensor copy(Slot s) {
        Object copy = s.type().newArray(s.size());
        System.arraycopy(slabs.of(s.type()), s.offset(), copy, 0, s.size());
        return Tensor.ofArray(s.type(), copy, s.dims());
    }

    private void copy(Slot s, Object into) {
        refuseNull(s, into);
        if (!s.type().arrayType().isInstance(into) || Array.getLength(into) != s.size()) {
            throw new InputException(s.name(), "is " + s.typeText() + ", which needs a " + s.type().arrayType().getSimpleName() + " of " + s.size()
                    + " elements, not " + into.getClass().getSimpleName() + (into.getClass().isArray() ? " of " + Array.getLength(into) : ""));
        }
        System.arraycopy(slabs.of(s.type()), s.offset(), into, 0, s.size());
    }

    /** Copies an output, state or input into an array of its type; allocates nothing. */
    public void read(String name, Object into) {
        entrance.enter();
        try {
            copy(slots.readable(name), into);
        } finally {
            entrance.leave();
        }
    }

    /** Copies a state or input into an array of its type, even where an output has its name; allocates nothing. */
    public void readState(String name, Object into) {
        entrance.enter();
        try {
            copy(slots.given(name), into);
        } finally {
            entrance.leave();
        }
    }

    /** Inputs and states that have no value yet, or none any more since a run failed; a copy. */
    public Set<String> unset() {
        entrance.enter();
        try {
            return slots.unset();
        } finally {
            entrance.leave();
        }
    }

    /** A numeric output, state or input of one element, as a double; allocates nothing. */
    public double scalar(String name) {
        entrance.enter();
        try {
            Slot s = slots.readable(name);
            if (s.size() != 1) {
                throw new InputException(name, "is " + s.typeText() + ", not one number");
            }
            return slabs.number(s);
        } finally {
            entrance.leave();
        }
    }
}
