package bytegrad.codegen;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.jar.MainClass;
import bytegrad.codegen.jar.ManifestText;
import bytegrad.codegen.jar.ModuleClass;
import bytegrad.codegen.jar.RuntimeClasses;
import bytegrad.ir.Graph;
import bytegrad.ir.Literal;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.WriteException;
import bytegrad.runtime.artefact.Description;
import bytegrad.runtime.artefact.DescriptionWriter;
import bytegrad.runtime.artefact.JarPart;
import bytegrad.runtime.artefact.JarWriter;
import bytegrad.runtime.artefact.Layout;
import bytegrad.runtime.artefact.Provenance;
import bytegrad.runtime.artefact.Start;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A graph that is to be compiled ahead of time, into a jar that {@link bytegrad.runtime.artefact.Artefact} opens and {@code java -jar} runs.
 *
 * @param graph to compile; inputs that have updates are states
 * @param options how; the width is not used
 */
public record ModelJar(Graph graph, Options options) {
    /**
     * Writes the jar, whole or not at all. The same graph, options and runtime give the same bytes.
     *
     * @throws InputException if values or samples do not fit the graph: all of them in one message
     * @throws WriteException if the file cannot be written, or further entries have paths that are taken
     */
    public void write(Path jar, JarOptions with) {
        Layout layout = with.layout(jar);
        List<Description.Variant> variants = new ArrayList<>();
        List<JarPart> code = new ArrayList<>();
        Constants constants = new Constants();
        Set<Integer> widths = new TreeSet<>(with.widths());
        widths.add(0);
        for (int bits : widths) {
            Compilation c = Compilation.of(graph, options.withSimd(width(bits)), layout.program(bits));
            if (variants.isEmpty()) {
                check(Compiler.signature(c), with);
            }
            List<Description.ConstantPlace> places =
                    c.literals().entrySet().stream().map(k -> new Description.ConstantPlace(k.getKey(), constants.name(k.getValue()))).toList();
            variants.add(new Description.Variant(bits, Compiler.signature(c), Compiler.arena(c.plan()), places));
            add(code, c.image());
        }
        String text = GraphPrinter.print(graph);
        Provenance provenance = new Provenance(layout.className(), "Bytegrad " + Compiler.VERSION, sha256(text), optionsText());
        List<JarPart> resources = new ArrayList<>();
        List<Description.Resource> described = new ArrayList<>();
        tensors(jar, layout, Layout.VALUES, with.values(), with.metadata(), resources, described);
        if (!with.sample().isEmpty()) {
            tensors(jar, layout, Layout.SAMPLE, with.sample(), Map.of(), resources, described);
        }
        if (!constants.tensors.isEmpty()) {
            tensors(jar, layout, Layout.CONSTANTS, constants.tensors, Map.of(), resources, described);
        }
        Description description = new Description(provenance, start(), described, variants);
        List<JarPart> more = with.parts().stream().flatMap(m -> m.parts(layout, variants.getFirst().signature()).stream()).toList();
        Optional<RuntimeClasses> runtime = with.standalone() ? Optional.of(RuntimeClasses.read(jar)) : Optional.empty();
        List<JarPart> all = new ArrayList<>();
        all.add(JarPart.of("META-INF/MANIFEST.MF", manifest(provenance, widths, with.standalone())));
        all.add(JarPart.of("module-info.class", ModuleClass.bytes(layout, runtime.map(RuntimeClasses::module), packages(more))));
        all.add(JarPart.of(layout.path(".class"), MainClass.bytes(layout, List.copyOf(widths))));
        all.add(JarPart.of(layout.path(Layout.DESCRIPTION), DescriptionWriter.bytes(description)));
        all.addAll(code);
        all.addAll(resources);
        all.add(JarPart.of(layout.path(Layout.GRAPH), text.getBytes(StandardCharsets.UTF_8)));
        all.addAll(more);
        runtime.ifPresent(r -> all.addAll(r.parts()));
        JarWriter.write(jar, all);
    }

    private static Options.Simd width(int bits) {
        return bits == 0 ? Options.Simd.SCALAR : Options.Simd.valueOf("BITS_" + bits);
    }

    /** Constants of all widths: those of equal bits are stored once. */
    private static final class Constants {
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();
        private final Map<Literal, String> names = new HashMap<>();

        String name(Literal value) {
            String name = names.computeIfAbsent(value, v -> Integer.toString(names.size()));
            tensors.computeIfAbsent(name, n -> Literals.tensor(value));
            return name;
        }
    }

    private static void add(List<JarPart> parts, ClassImage image) {
        for (String name : image.classNames()) {
            parts.add(JarPart.of(name + ".class", image.bytes(name)));
        }
        image.listings().forEach((name, text) -> parts.add(JarPart.of(name + ".kernels", text.getBytes(StandardCharsets.UTF_8))));
    }

    private static void tensors(Path jar, Layout layout, String suffix, Map<String, Tensor> tensors, Map<String, String> metadata, List<JarPart> parts,
            List<Description.Resource> described) {
        AtomicFile.Body body = Safetensors.body(jar, tensors, metadata);
        try {
            described.add(JarWriter.measure(suffix, body));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
        parts.add(JarPart.stored(layout.path(suffix), body));
    }

    private static void check(Signature signature, JarOptions with) {
        Map<String, String> inputs = new LinkedHashMap<>();
        signature.inputs().forEach(s -> inputs.put(s.name(), s.typeText()));
        Map<String, String> all = new LinkedHashMap<>(inputs);
        signature.states().forEach(s -> all.put(s.name(), s.typeText()));
        List<String> mismatches = Stream.concat(mismatches("value", with.values(), all), mismatches("sample", with.sample(), inputs)).toList();
        if (!mismatches.isEmpty()) {
            throw new InputException("jar", "what is to go into it does not fit the graph: " + String.join("; ", mismatches));
        }
    }

    private static Stream<String> mismatches(String what, Map<String, Tensor> tensors, Map<String, String> wanted) {
        return tensors.entrySet().stream().filter(t -> !t.getValue().typeText().equals(wanted.get(t.getKey()))).map(t -> what + " \"" + t.getKey() + "\" is "
                + t.getValue().typeText() + ", but the graph has " + wanted.getOrDefault(t.getKey(), "no such input" + (what.equals("value") ? " or state" : "")));
    }

    private Start start() {
        return switch (options.start()) {
            case COLD -> Start.COLD;
            // As in Options.startsScalar: two memories at once would not be within a budget.
            case SCALAR -> options.memoryBudget().isPresent() || options.profile() ? Start.COLD : Start.SCALAR;
            case WARM -> Start.WARM;
        };
    }

    /** What of the options decides the code. */
    private String optionsText() {
        return "passes=" + options.passes() + " fuse=" + options.fuse() + " chunk-nanos=" + options.chunkNanos() + " profile=" + options.profile() + " start="
                + options.start().name().toLowerCase(Locale.ROOT) + " memory-budget="
                + (options.memoryBudget().isPresent() ? options.memoryBudget().getAsLong() : "none")
                + (options.kept().isEmpty() ? "" : " kept=" + String.join(",", options.kept())) + " machine="
                + options.machine().text().lines().map(l -> l.substring(l.indexOf('=') + 1)).collect(Collectors.joining(","));
    }

    private static byte[] manifest(Provenance p, Set<Integer> widths, boolean standalone) {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("Created-By", p.compiler());
        m.put("Main-Class", p.className());
        if (!standalone) {
            m.put("Class-Path", "bytegrad-runtime-" + Compiler.VERSION + ".jar bytegrad-runtime.jar");
        }
        m.put(Layout.ATTRIBUTE, p.className());
        m.put("Bytegrad-Graph-SHA-256", p.graphHash());
        m.put("Bytegrad-Options", p.options());
        m.put("Bytegrad-Code", widths.stream().map(w -> w == 0 ? "scalar" : w + " bits").collect(Collectors.joining(", ")));
        m.put("Bytegrad-Standalone", Boolean.toString(standalone));
        return ManifestText.bytes(m);
    }

    /** The packages of classes. */
    private static List<String> packages(List<JarPart> parts) {
        Set<String> packages = new LinkedHashSet<>();
        for (JarPart part : parts) {
            int slash = part.path().lastIndexOf('/');
            if (part.path().endsWith(".class") && slash > 0 && !part.path().startsWith("META-INF/")) {
                packages.add(part.path().substring(0, slash));
            }
        }
        return List.copyOf(packages);
    }

    static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }
}
