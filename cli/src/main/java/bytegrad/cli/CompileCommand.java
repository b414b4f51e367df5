package bytegrad.cli;

import bytegrad.cli.data.InputError;
import bytegrad.cli.train.Trained;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.JarOptions;
import bytegrad.codegen.Options;
import bytegrad.codegen.facade.ModelInterface;
import bytegrad.codegen.machine.MachineProfile;
import bytegrad.runtime.artefact.Artefact;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bytegrad compile}. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Compiles a trained model, or the step of a training, into a jar that runs wherever Java 17 does.",
            "`java -jar FILE` says what it is and runs it on a sample; an application has it on its class path, or opens it (bytegrad.runtime.artefact.Artefact). "
                    + "The same source gives the same bytes."
        })
final class CompileCommand implements Callable<Integer> {
    private static final String JAR = ".jar";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "SOURCE", description = "The folder of a training, a .graph file, or a workload's name (such as C1).")
    private String source = "";

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "The jar; its name ends in .jar.")
    private Path jar = Path.of("");

    @Option(names = "--train", description = "Of a training's folder, the step with all its states, to train further, instead of the model.")
    private boolean train;

    @Option(names = "--batch", paramLabel = "N", description = "Of a training's folder, images that the model takes at a time (default: as many as its predict.graph).")
    private @Nullable Integer batch;

    @Option(
            names = "--standalone",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "With the runtime in the jar, so that it needs nothing else (the default), or --no-standalone without: it then needs bytegrad-runtime "
                    + "beside it or on the class path.")
    private boolean standalone;

    @Option(names = "--name", paramLabel = "CLASS", description = "The model's class, such as com.acme.digits.Digits; its package is the module (default: made of FILE).")
    private @Nullable String name;

    @Option(names = "--weights", paramLabel = "FILE", description = "For a .graph file: a .safetensors file with values of inputs and states by name.")
    private @Nullable Path weights;

    @Option(names = "--sample", paramLabel = "FILE", description = "An .npz or .safetensors file with inputs to try the model with.")
    private @Nullable Path sample;

    @Option(
            names = "--start",
            paramLabel = "NAME",
            defaultValue = "scalar",
            description = "How an application begins where it can run vector code: ${COMPLETION-CANDIDATES} (default: scalar, which is fast sooner, until vector code is).")
    private Start start = Start.SCALAR;

    @Option(names = "--profile", paramLabel = "FILE", description = "The machine to compile for, as benchmarks/peak.sh --profile writes it.")
    private @Nullable Path profile;

    @Option(
            names = "--keep",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "What depends on weights in the jar alone is computed once in a session (the default), or --no-keep in each run: slower, in less memory.")
    private boolean keep;

    @Option(names = "--force", description = "Replace a jar that is not a model's.")
    private boolean force;

    /** As {@link Options.Start}. */
    enum Start {
        COLD(Options.Start.COLD),
        SCALAR(Options.Start.SCALAR),
        WARM(Options.Start.WARM);

        private final Options.Start start;

        Start(Options.Start start) {
            this.start = start;
        }

        /** As on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Integer call() {
        checkTarget();
        JarSource from = source();
        JarSource whole = sample == null ? from : from.withSample(sample);
        Options options = Options.DEFAULT.withStart(start.start).withKept(keep ? whole.kept() : Set.of());
        JarOptions with = JarOptions.DEFAULT.standalone(standalone).withValues(whole.values()).withMetadata(whole.metadata()).withSample(whole.sample())
                .with((layout, signature) -> ModelInterface.parts(layout, signature, whole.values().keySet()));
        Compiler.jar(whole.graph(), profile == null ? options : options.withMachineProfile(MachineProfile.read(profile))).write(jar, name == null ? with : with.named(name));
        report(whole);
        return Main.DONE;
    }

    private void checkTarget() {
        if (!String.valueOf(jar.getFileName()).endsWith(JAR) || jar.endsWith(JAR)) {
            throw new InputError("--output " + jar + ": should be a file whose name ends in " + JAR);
        }
        if (Files.isDirectory(jar)) {
            throw new InputError("--output " + jar + ": is a folder");
        }
        if (Files.exists(jar) && !force && !Artefact.isModel(jar)) {
            throw new InputError("--output " + jar + ": exists, and is not a model's jar; add --force to replace it");
        }
    }

    private JarSource source() {
        boolean folder = isFolder();
        only(folder, train, "--train");
        only(folder, batch != null, "--batch");
        Optional<Workload> workload = Workload.named(source);
        if (weights != null && (folder || workload.isPresent())) {
            throw new InputError("--weights is for a .graph file; " + source + " has values of its own");
        }
        if (folder && train) {
            if (batch != null) {
                throw new InputError("--batch is for the model; a step takes the batch of its training");
            }
            return JarSource.of(Trained.step(Path.of(source)));
        }
        if (folder) {
            return JarSource.prediction(Path.of(source), batch == null ? OptionalInt.empty() : OptionalInt.of(batch));
        }
        return workload.map(JarSource::of).orElseGet(() -> JarSource.file(source, Optional.ofNullable(weights)));
    }

    private boolean isFolder() {
        try {
            return Workload.named(source).isEmpty() && Files.isDirectory(Path.of(source));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    private void only(boolean folder, boolean asked, String option) {
        if (asked && !folder) {
            throw new InputError(option + " is for the folder of a training; " + source + " is none");
        }
    }

    private void report(JarSource whole) {
        PrintWriter out = spec.commandLine().getOut();
        try {
            out.println(String.format(Locale.ROOT, "written %s: %,d bytes, class %s", jar, Files.size(jar), Artefact.open(jar).provenance().className()));
        } catch (IOException e) {
            throw new InputError(jar + ": was written, but cannot be read: " + e.getMessage(), e);
        }
        out.println("sample  " + whole.sampleText());
        out.println("run     java -jar " + jar + (standalone ? "" : "   (with bytegrad-runtime-" + Compiler.VERSION + ".jar beside it)"));
        out.flush();
    }
}
