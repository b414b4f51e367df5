package bytegrad.runtime.artefact;

import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Mismatches;
import bytegrad.runtime.Program;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.States;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A compiled model out of its jar: code, and the values it goes with. A jar on the class path or module path has a class for it,
 *
 * <pre>{@code
 * Session session = com.acme.Digits.load().newSession();
 * session.set("x", image).run();
 * float[] logits = session.get("logits").floats();
 * }</pre>
 *
 * <p>and any other is {@linkplain #open opened}, which trusts its code as a class path does, but nothing else in it.
 *
 * <p>Immutable, and shared by any number of threads; for a server, {@code new SessionPool(artefact.function(), 4, artefact::filled)} has sessions that all begin with
 * the values of the jar. A step of a training goes on from the values in the jar; {@link #save} writes those a session has come to, and
 * {@link #restore} gives them to another, as {@link #writeJar} does with the whole jar.
 */
public final class Artefact {
    private final ArtefactFiles files;
    private final Description description;
    // Made when first asked for.
    private @Nullable CompiledFunction function;
    private @Nullable Safetensors values;
    private @Nullable Safetensors constants;

    private Artefact(ArtefactFiles files) {
        this.files = files;
        this.description = files.description();
    }

    /**
     * Opens a jar with a class loader of its own, whose classes go when nothing refers to them any more.
     *
     * @throws FormatException if it is no model's jar, or a damaged one
     */
    public static Artefact open(Path jar) {
        return of(OpenedJar.model(jar), jar);
    }

    /** Whether a file is a model's jar, as far as its manifest says so. Nothing of it is loaded. */
    public static boolean isModel(Path jar) {
        return OpenedJar.is(jar);
    }

    /**
     * The artefact of a model's main class, such as {@code com.acme.Digits.class}.
     *
     * @throws InputException if the class is none
     * @throws FormatException if what is beside it is missing or damaged
     */
    public static Artefact of(Class<?> model) {
        return of(OpenedJar.instance(model));
    }

    /** The artefact of a model's main class; what the class itself calls. Throws FormatException as {@link #of(Class)}. */
    public static Artefact of(ArtefactClass model) {
        return of(model, null);
    }

    private static Artefact of(ArtefactClass model, @Nullable Path origin) {
        return new Artefact(ArtefactFiles.of(model, origin));
    }

    /** Where its code comes from. */
    public Provenance provenance() {
        return description.provenance();
    }

    /** What it takes, keeps and returns. Places are those of scalar code; {@link #function} may have others. */
    public Signature signature() {
        return description.scalar().signature();
    }

    /** The widths of its code in bits, 0 for scalar code, ascending. */
    public List<Integer> widths() {
        List<Integer> widths = new ArrayList<>();
        for (Description.Variant v : description.variants()) {
            widths.add(v.bits());
        }
        return widths;
    }

    /** The width of the widest code that is no wider than so many bits. */
    int widest(int bits) {
        return description.widest(bits).bits();
    }

    /**
     * The function, in the code that suits this JVM best: {@link SimdSupport} chooses. Made once.
     *
     * @throws bytegrad.runtime.SimdException if the system property that overrides the choice cannot be followed
     */
    public synchronized CompiledFunction function() {
        CompiledFunction known = function;
        if (known == null) {
            known = made();
            function = known;
        }
        return known;
    }

    private CompiledFunction made() {
        if (description.start() == Start.SCALAR && SimdSupport.mayBeVectors() && description.variants().size() > 1) {
            Description.Variant scalar = description.scalar();
            return new CompiledFunction(scalar.signature(), fitting(scalar), constants(scalar), program(scalar), this::chosen);
        }
        CompiledFunction chosen = chosen();
        if (description.start() == Start.WARM) {
            chosen.warmUp();
        }
        return chosen;
    }

    private CompiledFunction chosen() {
        return function(description.widest(SimdSupport.bits()));
    }

    /**
     * The function in code of a given width, whatever suits this JVM.
     *
     * @param bits of a vector, or 0 for scalar code
     * @throws InputException if the jar has none of that width
     * @throws bytegrad.runtime.SimdException if this JVM was started without the module that vector code needs
     */
    public CompiledFunction function(int bits) {
        for (Description.Variant v : description.variants()) {
            if (v.bits() == bits) {
                return function(v);
            }
        }
        throw new InputException(provenance().className(), "has no code of " + bits + " bits, but of " + widths());
    }

    private CompiledFunction function(Description.Variant v) {
        if (v.bits() > 0) {
            SimdSupport.requireModule();
        }
        return new CompiledFunction(v.signature(), fitting(v), constants(v), program(v));
    }

    /** The arena, which could be a lie of any size. */
    private bytegrad.runtime.Arena fitting(Description.Variant v) {
        long most = Runtime.getRuntime().maxMemory();
        if (v.arena().bytes() > most) {
            throw new FormatException(files.place(Layout.DESCRIPTION), "a session takes " + v.arena().bytes() + " bytes, but the Java heap has " + most + " at most (see -Xmx)");
        }
        return v.arena();
    }

    private Program program(Description.Variant v) {
        Program program;
        try {
            program = files.model().program(v.bits());
        } catch (LinkageError e) {
            throw new FormatException(files.place(Layout.DESCRIPTION), FormatException.NOWHERE, "code of " + v.bits() + " bits does not link: " + e, e);
        }
        if (program == null) {
            throw new FormatException(files.place(Layout.DESCRIPTION), "tells of code of " + v.bits() + " bits, which is missing");
        }
        return program;
    }

    private synchronized List<CompiledFunction.Constant> constants(Description.Variant v) {
        List<CompiledFunction.Constant> all = new ArrayList<>();
        for (Description.ConstantPlace c : v.constants()) {
            Safetensors file = constants == null ? files.read(Layout.CONSTANTS) : constants;
            constants = file;
            Tensor value = file.tensors().get(c.name());
            if (value == null || value.type() != c.slot().type() || !value.hasShape(c.slot().dims())) {
                throw new FormatException(files.place(Layout.CONSTANTS), "constant " + c.name() + " should be " + c.slot().typeText() + " but "
                        + (value == null ? "is missing" : "is " + value.typeText()));
            }
            all.add(new CompiledFunction.Constant(c.slot(), value));
        }
        return all;
    }

    /** A session that has the values of the jar; what it has none for is yet to be set. */
    public Session newSession() {
        return newSession(Session.defaultThreads());
    }

    /**
     * A session that has the values of the jar; what it has none for is yet to be set.
     *
     * @param threads how many may work on a run, the caller's included
     */
    public Session newSession(int threads) {
        return filled(function().newSession(threads));
    }

    /** Gives a session of this artefact's function, of any width, the values of the jar. */
    public Session filled(Session session) {
        for (Map.Entry<String, Tensor> value : values().entrySet()) {
            session.set(value.getKey(), value.getValue());
        }
        return session;
    }

    /** The values of inputs and states that are in the jar, by name; not to be changed. */
    public Map<String, Tensor> values() {
        return stored().tensors();
    }

    /** What its maker noted with the values, such as the names of classes. */
    public Map<String, String> metadata() {
        return stored().metadata();
    }

    private synchronized Safetensors stored() {
        Safetensors known = values;
        if (known == null) {
            known = files.fitting(Layout.VALUES);
            values = known;
        }
        return known;
    }

    /** Values of inputs to try it with; empty where the jar has none. */
    public Map<String, Tensor> sample() {
        return files.fitting(Layout.SAMPLE).tensors();
    }

    /**
     * The moment of the training that the values are of, if they are of one: {@link bytegrad.runtime.train.TrainingLoop#resume} goes on from there.
     *
     * @throws FormatException if what is noted is no progress
     */
    public Optional<Checkpoint> checkpoint() {
        return Checkpoint.of(files.place(Layout.VALUES), stored());
    }

    /** Writes what a session has come to: all its states, and the other values that came with the jar, to a safetensors file with a checksum. */
    public void save(Session session, Path file) {
        AtomicFile.write(file, Safetensors.checked(file, current(session), metadata()));
    }

    /**
     * Gives a session the values that {@link #save} wrote.
     *
     * @throws InputException if any is missing or of another type: all of them in one message, and nothing was changed
     */
    public void restore(Session session, Path file) {
        States.load(session, current(), file);
    }

    /**
     * Writes this jar once more, with the values a session has come to in the place of those it has: the same code, and a training step that goes on from here.
     *
     * @param target may be the jar itself
     * @throws InputException if this artefact is of classes that are not in a jar
     */
    public void writeJar(Session session, Path target) {
        writeJar(current(session), metadata(), target);
    }

    /** Writes this jar once more as of another moment of its training, such as {@link bytegrad.runtime.train.TrainingLoop#checkpoint} is. */
    public void writeJar(Checkpoint moment, Path target) {
        writeJar(moment.states(), moment.noted(), target);
    }

    /**
     * Writes this jar once more with other values.
     *
     * @param values of inputs and states, by name
     * @param metadata to note with them
     * @param target may be the jar itself
     * @throws InputException if a value does not fit, or this artefact is of classes that are not in a jar
     */
    public void writeJar(Map<String, Tensor> values, Map<String, String> metadata, Path target) {
        List<String> mismatches = new ArrayList<>();
        Map<String, String> types = new TreeMap<>();
        signature().inputs().forEach(s -> types.put(s.name(), s.typeText()));
        signature().states().forEach(s -> types.put(s.name(), s.typeText()));
        values.forEach((name, t) -> {
            if (!t.typeText().equals(types.get(name))) {
                mismatches.add("'" + name + "' is " + t.typeText() + ", not " + types.getOrDefault(name, "an input or state"));
            }
        });
        Mismatches.refuse("the map of values", mismatches);
        OpenedJar.rewrite(files.jar(), target, files.layout(), description, Safetensors.body(target, values, metadata));
    }

    /** What a session has of what is saved. */
    Map<String, Tensor> current(Session session) {
        if (!names(session.function().signature()).equals(names(signature()))) {
            throw new InputException("session", "is of another function than " + provenance().className());
        }
        Map<String, Tensor> current = new LinkedHashMap<>();
        for (String name : current()) {
            current.put(name, session.state(name));
        }
        return current;
    }

    private static List<String> names(Signature s) {
        List<String> names = new ArrayList<>();
        s.inputs().forEach(x -> names.add(x.name() + x.typeText()));
        s.states().forEach(x -> names.add(x.name() + x.typeText()));
        return names;
    }

    /** The names of what is saved. */
    private List<String> current() {
        List<String> names = new ArrayList<>();
        signature().states().forEach(s -> names.add(s.name()));
        values().keySet().stream().filter(n -> !names.contains(n)).forEach(names::add);
        return names;
    }
}
