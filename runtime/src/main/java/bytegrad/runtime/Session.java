package bytegrad.runtime;

import bytegrad.runtime.flight.Flight;
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
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A compiled function with memory and state of its own. Set every input and state, then {@link #run} as often as wanted;
 * a run allocates nothing. One thread at a time: another that enters meanwhile is refused, not made to wait. Otherwise a
 * session may go from thread to thread; each sees what the one before did.
 *
 * <p>If a run fails, there are no outputs to read. Where it fails before it writes into the first state, as most checks of indices
 * do, all states are as they were. Later, some may be old and others new; the session then refuses to run until every state has
 * been set again, as {@link #restore} does.
 */
public final class Session {
    private final CompiledFunction function;
    private final int threads;
    /** The function whose program runs: another than the session's once that one has handed over. */
    private CompiledFunction current;
    private Slabs slabs;
    private ParallelFor loops;
    private final Pace pace = new Pace();
    private final Map<String, Slot> settable = new LinkedHashMap<>();
    private final Map<String, Slot> outputs = new LinkedHashMap<>();
    /** Names that have no value yet. */
    private final Set<String> unset = new LinkedHashSet<>();
    /** Outputs that were new values of states, written in place, until the state was set. */
    private final Set<String> overwritten = new LinkedHashSet<>();
    /** Inputs that keep their values; see {@link #fix}. */
    private Set<String> fixed = Set.of();
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();
    /** How often the thread inside holds the session; only that thread reads or writes it. */
    private int holds;
    private boolean broken;
    private boolean ran;
    /** How often it ran to the end. */
    private long runs;
    /** For those who watch. */
    private final String outputNames;

    @SuppressWarnings("this-escape")
    Session(CompiledFunction function, int threads) {
        this.function = function;
        this.threads = threads;
        this.outputNames = names(function.signature().outputs());
        adopt(function, function.newSlabs());
        unset.addAll(settable.keySet());
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

    /** Bytes of its memory, and of what its function has in use to prepare other code. */
    public long bytes() {
        Successor successor = function.successor();
        return current.arena().bytes() + (successor == null ? 0 : successor.bytes());
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
        enter();
        try {
            if (broken) {
                throw new SessionException("an earlier run failed after it may have changed states; set all of them again: " + names(function.signature().states()));
            }
            if (!unset.isEmpty()) {
                throw new SessionException("these were never set: " + String.join(", ", unset));
            }
            ran = false;
            overwritten.clear();
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
            leave();
        }
    }

    private void runOnce() {
        long start = System.nanoTime();
        Program program = current.program();
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
        pace.ran(System.nanoTime() - start);
    }

    /** Goes on with the function that takes over, if there is one, and over to it when that is ready. */
    private void prepare() {
        Successor successor = current.successor();
        if (successor == null) {
            return;
        }
        successor.goOn(pace.slice());
        if (successor.isReady()) {
            handOver(successor.function());
        }
    }

    /** Goes over to the function that takes over: inputs, states and outputs move to new slabs. */
    private void handOver(CompiledFunction next) {
        Slabs from = slabs;
        Slabs to = next.newSlabs();
        Signature old = current.signature();
        Signature s = next.signature();
        from.copyTo(to, old.inputs(), s.inputs());
        from.copyTo(to, old.states(), s.states());
        for (int k = 0; ran && k < s.outputs().size(); k++) {
            Slot was = old.outputs().get(k);
            Slot o = s.outputs().get(k);
            // In place of a state, where it was not before: if the state was set since, that is what is there.
            boolean shared = s.states().stream().anyMatch(o::sharesPlace);
            boolean differs = shared && old.states().stream().noneMatch(was::sharesPlace);
            if (differs) {
                overwritten.add(o.name());
            } else if (!shared) {
                from.copyTo(to, List.of(was), List.of(o));
            }
        }
        adopt(next, to);
        Flight.handOver(runs, next.arena().bytes());
    }

    private void adopt(CompiledFunction next, Slabs memory) {
        current = next;
        slabs = memory;
        loops = new ParallelFor(next.program(), memory, threads, next.checks());
        Signature s = next.signature();
        // Loops, here and in put: the first lambda of a JVM takes as long as some models' whole run.
        for (Slot x : s.inputs()) {
            settable.put(x.name(), x);
        }
        for (Slot x : s.states()) {
            settable.put(x.name(), x);
        }
        for (Slot x : s.outputs()) {
            outputs.put(x.name(), x);
        }
    }

    private void runProgram(Program program) {
        loops.clock().reset();
        program.steps(slabs, loops);
        try {
            program.updates(slabs, loops);
            ran = true;
        } finally {
            if (!ran && !function.signature().states().isEmpty()) {
                broken = true;
                function.signature().states().forEach(s -> unset.add(s.name()));
            }
        }
    }

    /**
     * Nanoseconds of each launch in the last run, by the numbers that an explanation has them under; empty where the function was not compiled
     * with a profile.
     */
    public long[] launchNanos() {
        enter();
        try {
            return loops.clock().nanos();
        } finally {
            leave();
        }
    }

    /**
     * Keeps other threads out until {@link #release}, so that several calls are one: none can come between an input and the run it is for. What the
     * holding thread calls goes on as usual; holds nest.
     *
     * @throws SessionException if another thread is inside
     */
    public void hold() {
        if (!isHeld()) {
            enter();
        }
        holds++;
    }

    /**
     * Ends a {@link #hold} of this thread.
     *
     * @throws SessionException if it has none
     */
    public void release() {
        if (!isHeld()) {
            throw new SessionException("thread " + Thread.currentThread().getName() + " released a session that it does not hold");
        }
        holds--;
        leave();
    }

    /** Whether this thread holds it. Only it can have made itself the one inside, so that it may read the number of holds then. */
    private boolean isHeld() {
        return inside.getPlain() == Thread.currentThread() && holds > 0;
    }

    private void enter() {
        if (isHeld()) {
            return;
        }
        Thread me = Thread.currentThread();
        if (!inside.compareAndSet(null, me)) {
            Thread other = inside.get();
            throw new SessionException("thread " + me.getName() + " entered a session that thread " + (other == null ? "?" : other.getName())
                    + " is using; give each thread a session of its own");
        }
    }

    private void leave() {
        if (holds == 0) {
            inside.set(null);
        }
    }

    /** Copies a value into an input or state. */
    public Session set(String name, Tensor value) {
        Slot s = open(name);
        if (value.type() != s.type() || !Arrays.equals(value.shape(), s.dims())) {
            throw new InputException(name, "expected " + s.typeText() + ", got " + value.type().text() + Arrays.toString(value.shape()).replace(" ", ""));
        }
        return put(s, value.array(), value.size());
    }

    /** Copies values into an f32 input or state, row-major. */
    public Session set(String name, float[] values) {
        return set(name, ElementType.F32, values, values.length);
    }

    /** Copies values into an f64 input or state, row-major. */
    public Session set(String name, double[] values) {
        return set(name, ElementType.F64, values, values.length);
    }

    /** Copies values into an i32 input or state, row-major. */
    public Session set(String name, int[] values) {
        return set(name, ElementType.I32, values, values.length);
    }

    /** Copies values into an i64 input or state, row-major. */
    public Session set(String name, long[] values) {
        return set(name, ElementType.I64, values, values.length);
    }

    /** Copies values into a bool input or state, row-major. */
    public Session set(String name, boolean[] values) {
        return set(name, ElementType.BOOL, values, values.length);
    }

    /** Copies values into a u8 (0 to 255 as Java's bytes) or i8 input or state, row-major. */
    public Session set(String name, byte[] values) {
        return set(name, settable(name).type() == ElementType.U8 ? ElementType.U8 : ElementType.I8, values, values.length);
    }

    /** Copies values into an i16 or (as bits, see {@link Bfloat16}) bf16 input or state, row-major. */
    public Session set(String name, short[] values) {
        return set(name, settable(name).type() == ElementType.BF16 ? ElementType.BF16 : ElementType.I16, values, values.length);
    }

    private Session set(String name, ElementType type, Object values, int length) {
        Slot s = open(name);
        if (type != s.type() || length != s.size()) {
            throw new InputException(name, "expected " + s.typeText() + " (" + s.size() + " elements), got " + length + " of " + type.text());
        }
        return put(s, values, length);
    }

    private Session put(Slot s, Object array, int length) {
        enter();
        try {
            write(s, array, length);
        } finally {
            leave();
        }
        return this;
    }

    private void write(Slot s, Object array, int length) {
        System.arraycopy(array, 0, slabs.of(s.type()), s.offset(), length);
        filled(s);
    }

    /**
     * Gives several inputs and states their values: all, or none.
     *
     * @throws InputException if a name is none of theirs, or a value is of another type or shape: all of them in one message, and nothing was changed
     */
    public Session setAll(Map<String, Tensor> values) {
        values.keySet().forEach(this::open);
        Mismatches.refuse("a value", Mismatches.of(values, types(settable.values().stream().filter(s -> values.containsKey(s.name())).toList())));
        return writeAll(values);
    }

    private Session writeAll(Map<String, Tensor> values) {
        enter();
        try {
            values.forEach((name, t) -> write(settable(name), t.array(), t.size()));
        } finally {
            leave();
        }
        return this;
    }

    /**
     * Copies of all states, of one moment, by name.
     *
     * @throws SessionException if a state has no value: it was never set, or a run failed half-way
     */
    public Map<String, Tensor> snapshot() {
        enter();
        try {
            Map<String, Tensor> states = new LinkedHashMap<>();
            function.signature().states().forEach(s -> states.put(s.name(), copy(given(s.name()))));
            return Collections.unmodifiableMap(states);
        } finally {
            leave();
        }
    }

    /**
     * Gives every state the value it has in a {@linkplain #snapshot snapshot}, of this session or another of the same states. A session that a failed
     * run broke is whole again.
     *
     * @throws InputException if a state is missing, a name is no state, or a type or shape is another: all of them in one message, and nothing was changed
     */
    public Session restore(Map<String, Tensor> snapshot) {
        Mismatches.refuse("a snapshot", Mismatches.ofAll(snapshot, types(function.signature().states())));
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
        function.signature().inputs().forEach(s -> given.add(s.name()));
        given.removeAll(unset);
        return given;
    }

    /** The states that have a value, with a copy of it. */
    Map<String, Tensor> givenStates() {
        Map<String, Tensor> given = new LinkedHashMap<>();
        function.signature().states().stream().map(Slot::name).filter(name -> !unset.contains(name)).forEach(name -> given.put(name, state(name)));
        return given;
    }

    /** From now on these inputs keep their values: setting one is refused. */
    void fix(Set<String> inputs) {
        fixed = inputs;
    }

    /** As new for another user: but for the fixed inputs and these states nothing has a value, not even an output. */
    void renew(Map<String, Tensor> states) {
        enter();
        try {
            broken = false;
            ran = false;
            overwritten.clear();
            unset.addAll(settable.keySet());
            unset.removeAll(fixed);
            states.forEach((name, t) -> write(settable(name), t.array(), t.size()));
        } finally {
            leave();
        }
    }

    private void filled(Slot s) {
        unset.remove(s.name());
        if (broken && function.signature().states().stream().noneMatch(x -> unset.contains(x.name()))) {
            broken = false;
        }
        for (Slot o : current.signature().outputs()) {
            if (o.sharesPlace(s)) {
                overwritten.add(o.name());
            }
        }
    }

    /** A place to be filled. */
    private Slot open(String name) {
        if (fixed.contains(name)) {
            throw new InputException(name, "belongs to all users of the pool that this session is from, and keeps the value it was begun with");
        }
        return settable(name);
    }

    private Slot settable(String name) {
        Slot s = settable.get(name);
        if (s == null) {
            throw new InputException(name, "no input or state has this name; there are " + String.join(", ", settable.keySet()));
        }
        return s;
    }

    private Slot ofType(String name, ElementType type) {
        Slot s = open(name);
        if (s.type() != type) {
            throw new InputException(name, "expected a buffer of " + s.typeText() + ", asked for one of " + type.text());
        }
        enter();
        try {
            // A place that was given away cannot move any more.
            Successor successor = current.successor();
            if (successor != null) {
                handOver(successor.function());
                s = settable(name);
            }
            filled(s);
        } finally {
            leave();
        }
        return s;
    }

    /** The place of an f32 input or state itself, to be filled without a copy; counts as set. */
    public FloatBuffer floats(String name) {
        Slot s = ofType(name, ElementType.F32);
        return FloatBuffer.wrap(slabs.f, s.offset(), s.size()).slice();
    }

    /** The place of an f64 input or state itself, to be filled without a copy; counts as set. */
    public DoubleBuffer doubles(String name) {
        Slot s = ofType(name, ElementType.F64);
        return DoubleBuffer.wrap(slabs.d, s.offset(), s.size()).slice();
    }

    /** The place of an i32 input or state itself, to be filled without a copy; counts as set. */
    public IntBuffer ints(String name) {
        Slot s = ofType(name, ElementType.I32);
        return IntBuffer.wrap(slabs.i, s.offset(), s.size()).slice();
    }

    /** The place of an i64 input or state itself, to be filled without a copy; counts as set. */
    public LongBuffer longs(String name) {
        Slot s = ofType(name, ElementType.I64);
        return LongBuffer.wrap(slabs.l, s.offset(), s.size()).slice();
    }

    /** The place of a u8 or i8 input or state itself, to be filled without a copy; counts as set. */
    public ByteBuffer bytes(String name) {
        Slot s = ofType(name, settable(name).type() == ElementType.U8 ? ElementType.U8 : ElementType.I8);
        return ByteBuffer.wrap(s.type() == ElementType.U8 ? slabs.u8 : slabs.i8, s.offset(), s.size()).slice();
    }

    /** The place of an i16 or (as bits) bf16 input or state itself, to be filled without a copy; counts as set. */
    public ShortBuffer shorts(String name) {
        Slot s = ofType(name, settable(name).type() == ElementType.BF16 ? ElementType.BF16 : ElementType.I16);
        return ShortBuffer.wrap(s.type() == ElementType.BF16 ? slabs.bf16 : slabs.i16, s.offset(), s.size()).slice();
    }

    private Slot readable(String name) {
        Slot s = outputs.get(name);
        if (s != null) {
            if (!ran) {
                throw new SessionException("output '" + name + "' has no value: there was no run yet, or the last one failed");
            }
            if (overwritten.contains(name)) {
                throw new SessionException("output '" + name + "' is the new value of a state that was set since the last run; read it before");
            }
            return s;
        }
        if (!settable.containsKey(name)) {
            throw new InputException(name, "no output, state or input has this name; there are " + String.join(", ", outputs.keySet()) + "; "
                    + String.join(", ", settable.keySet()));
        }
        return given(name);
    }

    /** An input or state that has a value. */
    private Slot given(String name) {
        Slot s = settable(name);
        if (unset.contains(name)) {
            throw new SessionException("'" + name + "' has no value: " + (broken ? "a run failed, which may have left it half changed" : "it was never set"));
        }
        return s;
    }

    /** A copy of an output, state or input (an output hides a state or input of its name: {@link #state} has that). */
    public Tensor get(String name) {
        enter();
        try {
            return copy(readable(name));
        } finally {
            leave();
        }
    }

    /** A copy of a state or input, even where an output has its name. */
    public Tensor state(String name) {
        enter();
        try {
            return copy(given(name));
        } finally {
            leave();
        }
    }

    private Tensor copy(Slot s) {
        Object copy = s.type().newArray(s.size());
        System.arraycopy(slabs.of(s.type()), s.offset(), copy, 0, s.size());
        return Tensor.ofArray(s.type(), copy, s.dims());
    }

    private void copy(Slot s, Object into) {
        if (!s.type().arrayType().isInstance(into) || java.lang.reflect.Array.getLength(into) != s.size()) {
            throw new InputException(s.name(), "is " + s.typeText() + ", which needs a " + s.type().arrayType().getSimpleName() + " of " + s.size()
                    + " elements, not " + into.getClass().getSimpleName() + (into.getClass().isArray() ? " of " + java.lang.reflect.Array.getLength(into) : ""));
        }
        System.arraycopy(slabs.of(s.type()), s.offset(), into, 0, s.size());
    }

    /** Copies an output, state or input into an array of its type; allocates nothing. */
    public void read(String name, Object into) {
        enter();
        try {
            copy(readable(name), into);
        } finally {
            leave();
        }
    }

    /** Copies a state or input into an array of its type, even where an output has its name; allocates nothing. */
    public void readState(String name, Object into) {
        enter();
        try {
            copy(given(name), into);
        } finally {
            leave();
        }
    }

    /** Inputs and states that have no value yet, or none any more since a run failed; a copy. */
    public Set<String> unset() {
        enter();
        try {
            return Set.copyOf(unset);
        } finally {
            leave();
        }
    }

    /** A numeric output, state or input of one element, as a double; allocates nothing. */
    public double scalar(String name) {
        enter();
        try {
            Slot s = readable(name);
            if (s.size() != 1) {
                throw new InputException(name, "is " + s.typeText() + ", not one number");
            }
            return slabs.number(s);
        } finally {
            leave();
        }
    }

    private static String names(List<Slot> slots) {
        StringJoiner names = new StringJoiner(", ");
        for (Slot s : slots) {
            names.add(s.name());
        }
        return names.toString();
    }
}
