package bytegrad.runtime.artefact;

import bytegrad.runtime.BytegradException;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.WriteException;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.Npz;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code java -jar model.jar} does: says what the model is, and runs it on the sample in the jar or on the user's files. Written without lambdas, streams and
 * formats, here and in all that a first result needs: of the tenth of a second that this takes they would be half.
 */
public final class ArtefactMain {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int BAD_INPUT = 2;
    private static final int SHOWN = 64;

    private final Artefact artefact;
    private final TrialOptions options;
    private final PrintStream out;
    private final PrintStream err;

    private ArtefactMain(Artefact artefact, TrialOptions options, PrintStream out, PrintStream err) {
        this.artefact = artefact;
        this.options = options;
        this.out = out;
        this.err = err;
    }

    /** Called by a model's main class. Ends the JVM with another exit code than 0 where something is wrong. */
    public static void run(ArtefactClass model, String[] args) {
        int code = run(model, args, System.out, System.err);
        System.out.flush();
        if (code != DONE) {
            System.exit(code);
        }
    }

    /** As the command, on other streams; its exit code. */
    static int run(ArtefactClass model, String[] args, PrintStream out, PrintStream err) {
        String name = model.getClass().getName();
        try {
            Artefact artefact = Artefact.of(model);
            TrialOptions options = TrialOptions.of(args);
            if (options.help()) {
                out.println(TrialOptions.HELP);
                return DONE;
            }
            new ArtefactMain(artefact, options, out, err).run();
            return DONE;
        } catch (WriteException e) {
            err.println(name + ": " + e.getMessage());
            return FAILED;
        } catch (BytegradException e) {
            err.println(name + ": " + e.getMessage());
            return e.getCause() instanceof OutOfMemoryError ? FAILED : BAD_INPUT;
        } catch (OutOfMemoryError e) {
            err.println(name + ": out of memory: the heap is limited to " + Runtime.getRuntime().maxMemory() / 1_000_000 + " MB; raise it with java -Xmx…");
            return FAILED;
        }
    }

    private void run() {
        int bits = SimdSupport.bits();
        hint();
        // Few runs follow: those of the code that was asked for by how this JVM was started.
        CompiledFunction function = artefact.function(artefact.widest(bits));
        describe(function);
        if (options.info()) {
            return;
        }
        Session session = artefact.filled(function.newSession());
        if (!options.restore().isEmpty()) {
            artefact.restore(session, Path.of(options.restore()));
        }
        String from = fill(session);
        Optional<Progress> progress = run(session);
        out.println(from + (options.steps() == 1 ? "" : ", " + options.steps() + " runs"));
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (Slot s : options.steps() == 0 ? List.<Slot>of() : function.signature().outputs()) {
            Tensor t = session.get(s.name());
            outputs.put(s.name(), t);
            out.println("  " + s.name() + " " + t.toString(SHOWN));
        }
        write(session, outputs, progress);
    }

    /** Runs as often as asked for; how far the training has come then, if the values are of one and are to be saved. */
    private Optional<Progress> run(Session session) {
        @Nullable Progress progress = options.save().isEmpty() || artefact.checkpoint().isEmpty() ? null : artefact.checkpoint().get().progress();
        for (int step = 0; step < options.steps(); step++) {
            long start = System.nanoTime();
            session.run();
            progress = progress == null ? null : progress.stepped(numbers(session), (System.nanoTime() - start) / 1e9);
        }
        return Optional.ofNullable(progress);
    }

    /** Outputs of one number each. */
    private Map<String, Double> numbers(Session session) {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (Slot s : artefact.signature().outputs()) {
            if (s.size() == 1) {
                numbers.put(s.name(), session.scalar(s.name()));
            }
        }
        return numbers;
    }

    /** A manifest cannot add modules, so that a plain {@code java -jar} finds no Vector API; said once, and not to those who chose scalar code. */
    private void hint() {
        if (!SimdSupport.modulePresent() && System.getProperty(SimdSupport.PROPERTY) == null && artefact.widths().size() > 1) {
            // What -jar was given is then all of the class path.
            String jar = System.getProperty("java.class.path", "");
            boolean alone = jar.endsWith(".jar") && System.getProperty("sun.java.command", "").startsWith(jar);
            String quoted = jar.indexOf(' ') < 0 ? jar : '"' + jar + '"';
            err.println("scalar code; several times faster with vectors: java " + SimdSupport.FLAG + (alone ? " -jar " + quoted : " …"));
        }
    }

    private void describe(CompiledFunction function) {
        Provenance p = artefact.provenance();
        out.println(p.className() + ", made by " + p.compiler());
        out.println("  graph    sha256 " + p.graphHash());
        out.println("  options  " + p.options());
        StringBuilder code = new StringBuilder("  code     ");
        for (int k = 0; k < artefact.widths().size(); k++) {
            int bits = artefact.widths().get(k);
            code.append(k == 0 ? "" : ", ").append(bits == 0 ? "scalar" : bits + " bits");
        }
        int runs = artefact.widest(SimdSupport.bits());
        out.println(code + "; runs " + (runs == 0 ? "scalar" : runs + " bits") + ", " + function.arena().bytes() + " bytes a session");
        Signature s = artefact.signature();
        describe("input", s.inputs());
        describe("state", s.states());
        describe("output", s.outputs());
        if (!s.states().isEmpty() && artefact.checkpoint().isPresent()) {
            Progress done = artefact.checkpoint().get().progress();
            out.println("  training " + done.epoch() + " epochs and " + done.step() + " steps done");
        }
    }

    private void describe(String kind, List<Slot> slots) {
        for (Slot s : slots) {
            boolean stored = artefact.values().containsKey(s.name()) && !kind.equals("output");
            out.println("  " + (kind + "   ").substring(0, 7) + "  " + s.name() + " " + s.typeText() + (stored ? ", in the jar" : ""));
        }
    }

    /** Sets what is not in the jar; where it comes from. */
    private String fill(Session session) {
        Map<String, Tensor> given = options.inputs(artefact.signature(), artefact.values().keySet());
        boolean all = true;
        for (Slot s : artefact.signature().inputs()) {
            all &= given.containsKey(s.name()) || artefact.values().containsKey(s.name());
        }
        if (!all) {
            for (Map.Entry<String, Tensor> t : artefact.sample().entrySet()) {
                session.set(t.getKey(), t.getValue());
            }
        }
        for (Map.Entry<String, Tensor> t : given.entrySet()) {
            session.set(t.getKey(), t.getValue());
        }
        return given.isEmpty() ? "sample" : all ? "inputs" : "inputs, and the sample for those not given";
    }

    private void write(Session session, Map<String, Tensor> outputs, Optional<Progress> progress) {
        String output = options.output();
        if (output.endsWith(".safetensors")) {
            Safetensors.write(Path.of(output), outputs);
        } else if (!output.isEmpty()) {
            Npz.write(Path.of(output), outputs);
        }
        String save = options.save();
        if (save.isEmpty()) {
            return;
        }
        Map<String, Tensor> values = artefact.current(session);
        Map<String, String> notes = progress.isPresent() ? new Checkpoint(progress.get(), Map.of(), artefact.checkpoint().orElseThrow().metadata()).noted() : artefact.metadata();
        if (save.endsWith(".jar")) {
            artefact.writeJar(values, notes, Path.of(save));
        } else {
            AtomicFile.write(Path.of(save), Safetensors.checked(Path.of(save), values, notes));
        }
    }
}
