package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Call;
import bytegrad.benchmarks.Timing;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Slabs;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A step of A without the Vector API, in JVMs of their own, against the classes for vectors in this one. They take turns, and what counts is the middle of the rounds' ratios: a
 * processor that is shared with another machine may be slower by a third for seconds or minutes, which hits all kernels of a JVM, whichever it is.
 */
final class ScalarSpeed {
    private static final int ROUNDS = 5;
    private static final double WARM = 3;
    private static final double MEASURE = 0.5;
    private static final double PERCENT = 25;
    private static final Pattern MICROS = Pattern.compile("(?m)^micros: ([0-9.]+)");

    /** Needs the runtime alone: reads slabs, then runs as {@link Timing} does. Numbers of the states are those at the beginning again and again. */
    private static final String MAIN =
            """
            import java.io.*;
            import java.nio.file.*;
            import java.util.Arrays;
            public class Main extends ClassLoader {
                public static void main(String[] args) throws Exception {
                    Object[] s;
                    try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(Path.of("in")))) { s = (Object[]) in.readObject(); }
                    byte[] code = Files.readAllBytes(Path.of(args[0]));
                    Class<?> c = new Main().defineClass(null, code, 0, code.length);
                    bytegrad.runtime.Program p = (bytegrad.runtime.Program) c.getConstructor().newInstance();
                    bytegrad.runtime.Slabs slabs = new bytegrad.runtime.Slabs((float[]) s[0], (double[]) s[1], (int[]) s[2], (long[]) s[3], (boolean[]) s[4],
                        (byte[]) s[5], (byte[]) s[6], (short[]) s[7], (short[]) s[8]);
                    float[] start = slabs.f.clone();
                    double warm = Double.parseDouble(args[1]) * 1e9;
                    double measured = Double.parseDouble(args[2]) * 1e9;
                    long[] took = new long[1 << 20];
                    int calls = 0;
                    int from = -1;
                    for (long begin = System.nanoTime(); System.nanoTime() - begin < warm + measured && calls < took.length; calls++) {
                        if (calls % 200 == 199) {
                            System.arraycopy(start, 0, slabs.f, 0, start.length);
                        }
                        if (from < 0 && System.nanoTime() - begin >= warm) {
                            from = calls;
                        }
                        long t = System.nanoTime();
                        p.run(slabs);
                        took[calls] = System.nanoTime() - t;
                    }
                    Arrays.sort(took, from, calls);
                    System.out.println("micros: " + took[(from + calls) / 2] / 1e3);
                }
            }
            """;

    private ScalarSpeed() {}

    static void report(Report report) {
        Map<String, Path> jdks = new LinkedHashMap<>();
        jdks.put("25", Path.of(System.getProperty("java.home")));
        Map<String, List<Double>> micros = new HashMap<>();
        Map<String, List<Double>> percents = new HashMap<>();
        List<Double> simds = new ArrayList<>();
        try (Scratch scratch = new Scratch()) {
            Jdks.java17().ifPresent(java -> jdks.put("17", java));
            prepare(Workload.A.task(), scratch.folder());
            Call call = Call.of(Workload.A);
            for (int round = 0; round < ROUNDS; round++) {
                for (Map.Entry<String, Path> jdk : jdks.entrySet()) {
                    double simd = Timing.of(call, simds.isEmpty() ? WARM : 0, MEASURE).medianMicros();
                    double scalar = scalarMicros(jdk.getValue(), scratch.folder());
                    simds.add(simd);
                    micros.computeIfAbsent(jdk.getKey(), _ -> new ArrayList<>()).add(scalar);
                    percents.computeIfAbsent(jdk.getKey(), _ -> new ArrayList<>()).add(100 * simd / scalar);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        report.figure("scalar-simd-micros", Median.of(simds));
        for (String version : jdks.keySet()) {
            report.figure("scalar-micros-" + version, Median.of(Objects.requireNonNull(micros.get(version))));
            report.atLeast("scalar-percent-of-simd-" + version, Median.of(Objects.requireNonNull(percents.get(version))), PERCENT);
        }
        if (!jdks.containsKey("17")) {
            report.absent("scalar-percent-of-simd-17", Jdks.USUAL.resolve("java-17"));
        }
    }

    /** The folder gets the class, slabs with inputs and states, and a program that runs it. */
    private static void prepare(Task task, Path folder) throws IOException {
        CompiledFunction f = Compiler.compile(task.graph(), Options.DEFAULT.withSimd(Options.Simd.SCALAR).withDump(folder));
        Slabs slabs = new Slabs(f.arena());
        Object[] arrays = {slabs.f, slabs.d, slabs.i, slabs.l, slabs.z, slabs.u8, slabs.i8, slabs.i16, slabs.bf16};
        Map<String, Tensor> values = new HashMap<>(task.inputs());
        values.putAll(task.state());
        for (Slot slot : Stream.concat(f.signature().inputs().stream(), f.signature().states().stream()).toList()) {
            System.arraycopy(Objects.requireNonNull(values.get(slot.name())).array(), 0, arrays[slot.type().ordinal()], slot.offset(), slot.size());
        }
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(folder.resolve("in")))) {
            out.writeObject(arrays);
        }
        Files.writeString(folder.resolve("Main.java"), MAIN);
    }

    private static double scalarMicros(Path java, Path folder) throws IOException {
        List<String> command = new ArrayList<>(List.of(java.resolve("bin/java").toString()));
        // Regions as check.sh has them: a slab that is not aligned is another machine.
        command.addAll(List.of("-XX:+UseG1GC", "-XX:G1HeapRegionSize=1m", "-Xmn64m", "-cp", Places.root().resolve("runtime/target/classes").toString(),
                "Main.java", classFile(folder), Double.toString(WARM), Double.toString(MEASURE)));
        return Launcher.figure(MICROS, Launcher.run(folder, command));
    }

    private static String classFile(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> names = files.map(Path::toString).filter(n -> n.endsWith(".class")).sorted().toList();
            if (names.size() != 1) {
                throw new IllegalStateException("one class was wanted: " + names);
            }
            return names.getFirst();
        }
    }
}
