package bytegrad.benchmarks.check;

import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.JarOptions;
import bytegrad.codegen.Options;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Npz;
import bytegrad.runtime.io.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Workloads as jars that run alone, in JVMs of their own. */
final class ModelJars {
    private static final List<Workload> PREDICTING = List.of(Workload.C1, Workload.C64, Workload.D1, Workload.E1);
    private static final List<Workload> TRAINING = List.of(Workload.A, Workload.B);
    private static final int STEPS = 100;
    private static final double RUNTIME_BYTES = 300_000;
    private static final double CODE_BYTES = 150_000;
    private static final int FORKS = 11;
    private static final double SCALAR_MILLIS = 200;
    private static final double SIMD_MILLIS = 350;
    private static final String MODULE = "jdk.incubator.vector";

    private ModelJars() {}

    /** What measures with a folder of its own. */
    @FunctionalInterface
    private interface In {
        void folder(Path folder) throws IOException;
    }

    private static void in(In body) {
        try (Scratch scratch = new Scratch()) {
            body.folder(scratch.folder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path java25() {
        return Path.of(System.getProperty("java.home"));
    }

    /** The workload with its numbers: those of inputs that are not learnt are the sample. */
    private static Path write(Workload w, Path folder) {
        Path jar = folder.resolve(w.title() + ".jar");
        Compiler.jar(w.task().graph(), Options.DEFAULT).write(jar, numbers(w).standalone(true));
        return jar;
    }

    private static JarOptions numbers(Workload w) {
        Task task = w.task();
        Map<String, Tensor> values = new LinkedHashMap<>(task.inputs());
        Map<String, Tensor> sample = new LinkedHashMap<>();
        for (String name : List.of("x", "label", "id", "target")) {
            Tensor t = values.remove(name);
            if (t != null) {
                sample.put(name, t);
            }
        }
        values.putAll(task.state());
        return JarOptions.DEFAULT.withValues(values).withSample(sample);
    }

    private static Session session(Workload w) {
        Session s = Compiler.compile(w.task().graph()).newSession();
        w.task().inputs().forEach(s::set);
        w.task().state().forEach(s::set);
        return s;
    }

    private static List<String> command(Path java, boolean simd, Path jar, String... more) {
        List<String> command = new ArrayList<>(List.of(java.resolve("bin/java").toString()));
        if (simd) {
            command.addAll(List.of("--add-modules", MODULE));
        }
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(List.of(more));
        return command;
    }

    /** {@code java -jar} on a plain Java 17, and what a session of this JVM has. */
    static void predicts(Report report) {
        in(folder -> {
            Optional<Path> java17 = Jdks.java17();
            if (java17.isEmpty()) {
                report.absent("java-jar-17", Jdks.USUAL);
                return;
            }
            for (Workload w : PREDICTING) {
                Path out = folder.resolve("out.npz");
                Path jar = write(w, folder);
                String said = Launcher.run(folder, command(java17.get(), false, jar, "--output", out.toString()));
                Session s = session(w);
                s.run();
                boolean same = Npz.read(out).equals(Map.of("logits", s.get("logits")));
                boolean scalar = said.contains("runs scalar") && said.contains("java --add-modules " + MODULE + " -jar " + jar);
                report.fact("java-jar-" + w.title(), (same ? "the same bits" : "other bits") + (scalar ? ", scalar, and the command for vectors" : ", not as a plain JVM says it"),
                        "the same bits as of vectors on " + Runtime.version().feature() + ", scalar, and the command for vectors", same && scalar);
            }
        });
    }

    /** A hundred steps in three JVMs. */
    static void trains(Report report) {
        in(folder -> {
            Optional<Path> java17 = Jdks.java17();
            if (java17.isEmpty()) {
                report.absent("bits-17", Jdks.USUAL);
                return;
            }
            for (Workload w : TRAINING) {
                Path jar = write(w, folder);
                Session s = session(w);
                for (int n = 0; n < STEPS; n++) {
                    s.run();
                }
                Map<String, Tensor> wanted = new LinkedHashMap<>();
                s.function().signature().states().stream().map(Slot::name).forEach(n -> wanted.put(n, s.state(n)));
                Path saved = folder.resolve("saved.safetensors");
                record Jvm(String name, Path java, boolean simd) {}
                for (Jvm jvm : List.of(new Jvm("17-scalar", java17.get(), false), new Jvm("17-simd", java17.get(), true), new Jvm("25-simd", java25(), true))) {
                    String said = Launcher.run(folder, command(jvm.java(), jvm.simd(), jar, "--steps", Integer.toString(STEPS), "--save", saved.toString()));
                    boolean same = Safetensors.read(saved).tensors().equals(wanted);
                    boolean code = said.contains("runs scalar") != jvm.simd();
                    report.fact("bits-" + w.title() + "-" + jvm.name(), (same ? "the same bits" : "other bits") + (code ? "" : ", of other code than asked for"), "the same bits",
                            same && code);
                }
            }
        });
    }

    private static long bytes(Path jar, Predicate<String> names) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return Collections.list(zip.entries()).stream().filter(e -> names.test(e.getName())).mapToLong(ZipEntry::getCompressedSize).sum();
        }
    }

    /** The runtime as it is published; and of A's jar all but tensors and the runtime. */
    static void sizes(Report report) {
        in(folder -> {
            Path target = Places.root().resolve("runtime/target");
            try (Stream<Path> files = Files.list(target)) {
                Optional<Path> runtime = files.filter(f -> f.getFileName().toString().matches("bytegrad-runtime-.*(?<!-tests|-sources|-javadoc)\\.jar")).findFirst();
                if (runtime.isEmpty()) {
                    report.absent("sizes-runtime", target);
                } else {
                    report.atMost("sizes-runtime-bytes", Files.size(runtime.get()), RUNTIME_BYTES);
                }
            }
            Path jar = folder.resolve("A.jar");
            Compiler.jar(Workload.A.task().graph()).write(jar, numbers(Workload.A));
            long tensors = bytes(jar, n -> n.endsWith(".safetensors"));
            report.atMost("sizes-A-code-bytes", Files.size(jar) - tensors, CODE_BYTES);
            report.figure("sizes-A-classes-bytes", bytes(jar, n -> n.endsWith(".class")));
            report.figure("sizes-A-jar-bytes", Files.size(jar));
        });
    }

    /** From before the process is started until it has ended, all output read: the middle of some. */
    static void coldStart(Report report) {
        in(folder -> {
            Path jar = write(Workload.C1, folder);
            row(report, "25", java25(), jar);
            Optional<Path> java17 = Jdks.java17();
            if (java17.isEmpty()) {
                report.absent("cold-start-17", Jdks.USUAL);
            } else {
                row(report, "17", java17.get(), jar);
            }
        });
    }

    private static void row(Report report, String version, Path java, Path jar) throws IOException {
        report.atMost("cold-start-" + version + "-scalar-ms", millis(jar, command(java, false, jar)), SCALAR_MILLIS);
        report.atMost("cold-start-" + version + "-simd-ms", millis(jar, command(java, true, jar)), SIMD_MILLIS);
    }

    private static double millis(Path jar, List<String> command) throws IOException {
        double[] took = new double[FORKS];
        for (int fork = 0; fork < FORKS; fork++) {
            long start = System.nanoTime();
            String said = Launcher.run(Objects.requireNonNull(jar.toAbsolutePath().getParent()), command);
            took[fork] = (System.nanoTime() - start) / 1e6;
            if (!said.contains("logits f32[1,10] {")) {
                throw new IllegalStateException(command + " gave no result:\n" + said);
            }
        }
        Arrays.sort(took);
        return took[FORKS / 2];
    }

    /** The same source twice, the second time from a graph built anew. */
    static void reproducible(Report report) {
        in(folder -> {
            for (Workload w : List.of(Workload.C1, Workload.A, Workload.E1)) {
                byte[] first = Files.readAllBytes(write(w, folder));
                byte[] second = Files.readAllBytes(write(w, folder));
                report.fact("reproducible-" + w.title(), Arrays.equals(first, second) ? "identical" : "differ at byte " + Arrays.mismatch(first, second), "identical",
                        Arrays.equals(first, second));
            }
        });
    }
}
