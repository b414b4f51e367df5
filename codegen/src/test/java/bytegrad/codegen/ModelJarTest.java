package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.optim.Adam;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.TensorType;
import bytegrad.ir.Shape;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Program;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.WriteException;
import bytegrad.runtime.artefact.Artefact;
import bytegrad.runtime.artefact.JarPart;
import bytegrad.runtime.io.Safetensors;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.util.CheckClassAdapter;

/** Jars of compiled graphs: on the JVMs that are here, in each way that an application can have them. */
final class ModelJarTest {
    private static final int RUNS = 5;
    private static final String FLAG = "jdk.incubator.vector";

    @TempDir
    private Path folder;

    /** A training step, its values and a batch. */
    record Step(Graph graph, Map<String, Tensor> values, Map<String, Tensor> sample) {
        static Step small() {
            Graph g = FactsTest.perceptron(new Adam(1e-3), 40, 33, 10);
            Map<String, Tensor> values = new LinkedHashMap<>();
            RandomGraphs.inputs(g, 1).forEach((name, v) -> values.put(name, Three.tensor(v)));
            // As a training begins: a second moment is no negative number.
            values.replaceAll((name, t) -> name.startsWith("adam.") ? Tensor.zeros(t.type(), t.shape()) : t);
            Map<String, Tensor> sample = new LinkedHashMap<>();
            List.of("x", "labels").forEach(n -> sample.put(n, values.remove(n)));
            return new Step(g, values, sample);
        }

        JarOptions options() {
            return JarOptions.DEFAULT.withValues(values).withSample(sample);
        }

        /** States after some runs of the code that this JVM has. */
        Map<String, Tensor> after(int runs) {
            Session s = Compiler.compile(graph).newSession();
            values.forEach(s::set);
            sample.forEach(s::set);
            for (int n = 0; n < runs; n++) {
                s.run();
            }
            return states(s);
        }
    }

    static Map<String, Tensor> states(Session s) {
        Map<String, Tensor> states = new LinkedHashMap<>();
        s.function().signature().states().stream().map(Slot::name).forEach(n -> states.put(n, s.state(n)));
        return states;
    }

    private String java(Path java, Object... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(java.toString(), "-Xverify:all"));
        Stream.of(words).map(Object::toString).forEach(command::add);
        return Child.run(folder, command);
    }

    private static String runtime() {
        try {
            return Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStepAloneTrainsWithTheSameBitsOnEachJvm() throws Exception {
        Path java17 = Child.java17();
        Step step = Step.small();
        Path jar = folder.resolve("my-step.jar");
        Compiler.jar(step.graph()).write(jar, step.options().standalone(true));
        Map<String, Tensor> wanted = step.after(RUNS);
        Path saved = folder.resolve("saved.safetensors");
        String said = java(java17, "-jar", jar, "--steps", RUNS, "--save", saved);
        assertTrue(said.contains("my_step.MyStep, made by Bytegrad") && said.contains("runs scalar") && said.contains("loss f32[] {"), said);
        assertEquals(1, said.split("java --add-modules jdk.incubator.vector -jar " + jar, -1).length - 1, said);
        assertEquals(wanted, Safetensors.read(saved).tensors());
        for (Path java : List.of(java17, Child.java())) {
            said = java(java, "--add-modules", FLAG, "-jar", jar, "--steps", RUNS, "--save", saved);
            assertFalse(said.contains("runs scalar") || said.contains("-jar"), said);
            assertEquals(wanted, Safetensors.read(saved).tensors());
        }
    }

    @Test
    void onTheModulePathItIsAModule() throws Exception {
        Step step = Step.small();
        Path jar = folder.resolve("thin.jar");
        Compiler.jar(step.graph()).write(jar, step.options().named("com.acme.steps.Small"));
        String path = jar + File.pathSeparator + runtime();
        String said = java(Child.java(), "--add-modules", FLAG, "-p", path, "-m", "com.acme.steps");
        assertTrue(said.contains("com.acme.steps.Small, made by") && !said.contains("runs scalar"), said);
        Path alone = folder.resolve("alone.jar");
        Compiler.jar(step.graph()).write(alone, step.options().standalone(true));
        assertTrue(java(Child.java(), "-p", alone, "-m", "alone").contains("alone.Alone, made by"));
    }

    @Test
    void severalOnAClassPath() throws Exception {
        Step step = Step.small();
        List<URL> path = new ArrayList<>();
        for (String name : List.of("com.acme.One", "com.acme.Two", "other.Three")) {
            Path jar = folder.resolve(name + ".jar");
            Compiler.jar(step.graph()).write(jar, step.options().named(name).standalone(name.startsWith("other")));
            path.add(jar.toUri().toURL());
        }
        try (URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), Artefact.class.getClassLoader())) {
            for (String name : List.of("com.acme.One", "com.acme.Two", "other.Three")) {
                Class<?> model = loader.loadClass(name);
                Artefact loaded = (Artefact) model.getMethod("load").invoke(null);
                assertEquals(name, loaded.provenance().className());
                assertEquals(step.after(RUNS), after(loaded, loaded.newSession(), RUNS));
                assertEquals(step.values(), Artefact.of(model).values());
            }
        }
        assertThrows(InputException.class, () -> Artefact.of(String.class));
    }

    private static Map<String, Tensor> after(Artefact artefact, Session s, int runs) {
        artefact.sample().forEach(s::set);
        for (int n = 0; n < runs; n++) {
            s.run();
        }
        return states(s);
    }

    @Test
    void opensSavesRestoresAndWritesItselfOnceMore() throws IOException {
        Step step = Step.small();
        Path jar = folder.resolve("step.jar");
        Compiler.jar(step.graph(), Options.DEFAULT.withStart(Options.Start.SCALAR)).write(jar, step.options().withMetadata(Map.of("classes", "ten")));
        Artefact artefact = Artefact.open(jar);
        assertEquals(List.of(0, 128, 256, 512), artefact.widths());
        assertEquals("ten", artefact.metadata().get("classes"));
        assertEquals(List.of("x", "labels"), artefact.signature().inputs().stream().map(Slot::name).toList());
        Session session = artefact.newSession();
        Map<String, Tensor> middle = after(artefact, session, 2);
        assertEquals(step.after(2), middle);
        Path file = folder.resolve("saved.safetensors");
        artefact.save(session, file);
        byte[] before = Files.readAllBytes(jar);
        artefact.writeJar(session, jar);
        assertNotEquals(-1, java.util.Arrays.mismatch(before, Files.readAllBytes(jar)));

        Map<String, Tensor> wanted = step.after(RUNS);
        assertEquals(wanted, after(artefact, session, RUNS - 2));
        Session restored = artefact.function(0).newSession();
        artefact.restore(restored, file);
        assertEquals(wanted, after(artefact, restored, RUNS - 2));
        Artefact moved = Artefact.open(jar);
        assertEquals(middle, moved.values());
        assertEquals("ten", moved.metadata().get("classes"));
        assertEquals(wanted, after(moved, moved.newSession(), RUNS - 2));
        // Back to where it began, the jar is what it was, byte for byte.
        moved.writeJar(step.values(), moved.metadata(), jar);
        assertArrayEquals(before, Files.readAllBytes(jar));

        InputException e = assertThrows(InputException.class, () -> moved.writeJar(Map.of("W1", Tensor.scalar(1f), "nix", Tensor.scalar(1)), Map.of(), jar));
        assertTrue(e.getMessage().contains("'W1' is f32[], not f32[40,33]") && e.getMessage().contains("'nix'"), e.getMessage());
        assertThrows(InputException.class, () -> artefact.save(Compiler.compile(constants()).newSession(), file));
        assertArrayEquals(before, Files.readAllBytes(jar));
    }

    @Test
    void eachWidthHasTheSameBits() {
        Step step = Step.small();
        Path jar = folder.resolve("step.jar");
        Compiler.jar(step.graph()).write(jar, step.options().withWidths(Set.of(256)));
        Artefact artefact = Artefact.open(jar);
        assertEquals(List.of(0, 256), artefact.widths());
        for (int bits : artefact.widths()) {
            assertEquals(step.after(RUNS), after(artefact, artefact.filled(artefact.function(bits).newSession(1)), RUNS));
        }
        assertThrows(InputException.class, () -> artefact.function(512));
    }

    /** With a constant that is no part of the code. */
    private static Graph constants() {
        GraphBuilder b = new GraphBuilder();
        float[] table = new float[300];
        for (int i = 0; i < table.length; i++) {
            table[i] = i * i % 17;
        }
        b.output("y", b.gather(b.constant(Literal.of(Shape.of(300), table)), b.input("at", DType.I32, 7), 0));
        return b.build();
    }

    @Test
    void constantsAreResources() {
        Path jar = folder.resolve("table.jar");
        Compiler.jar(constants()).write(jar, JarOptions.DEFAULT);
        Session s = Artefact.open(jar).newSession();
        s.set("at", new int[] {0, 1, 2, 3, 4, 5, 299}).run();
        assertEquals(Tensor.of(new float[] {0, 1, 4, 9, 16, 8, 299 * 299 % 17}, 7), s.get("y"));
    }

    @Test
    void twoBuildsAreOfTheSameBytes() throws IOException {
        Step step = Step.small();
        Path jar = folder.resolve("step.jar");
        Compiler.jar(step.graph()).write(jar, step.options().standalone(true));
        byte[] first = Files.readAllBytes(jar);
        TimeZone here = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Tokyo"));
            Compiler.jar(Step.small().graph()).write(jar, Step.small().options().standalone(true));
        } finally {
            TimeZone.setDefault(here);
        }
        assertArrayEquals(first, Files.readAllBytes(jar));
    }

    @Test
    void classesAreOf17AndPutNothingTogetherWhileTheyRun() throws IOException {
        Step step = Step.small();
        Path jar = folder.resolve("step.jar");
        Compiler.jar(step.graph()).write(jar, step.options().standalone(true));
        List<String> linked = new ArrayList<>();
        try (ZipFile zip = new ZipFile(jar.toFile()); URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, Artefact.class.getClassLoader())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (entry.getName().endsWith(".class")) {
                    byte[] bytes = zip.getInputStream(entry).readAllBytes();
                    dynamic(entry.getName(), bytes, loader, linked);
                }
            }
            String listing = new String(zip.getInputStream(zip.getEntry("step/Step_scalar.kernels")).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            assertTrue(listing.contains("W1"), listing);
        }
        assertEquals(List.of(), linked);
    }

    /** Notes each call that is linked when it runs, if emitted code has it, or if it puts a string together. */
    private static void dynamic(String name, byte[] bytes, ClassLoader loader, List<String> linked) {
        assertEquals(Opcodes.V17, bytes[7], name);
        boolean ours = !name.startsWith("bytegrad/runtime/");
        if (ours && !name.equals("module-info.class")) {
            StringWriter complaints = new StringWriter();
            CheckClassAdapter.verify(new ClassReader(bytes), loader, false, new PrintWriter(complaints));
            assertEquals("", complaints.toString(), name);
        }
        new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String method, String descriptor, String signature, String[] exceptions) {
                return new MethodVisitor(Opcodes.ASM9) {
                    @Override
                    public void visitInvokeDynamicInsn(String call, String type, Handle bootstrap, Object... arguments) {
                        if (ours || bootstrap.getOwner().equals("java/lang/invoke/StringConcatFactory")) {
                            linked.add(name + "." + method);
                        }
                    }
                };
            }
        }, 0);
    }

    @Test
    void furtherEntries() throws IOException {
        Path jar = folder.resolve("step.jar");
        Step step = Step.small();
        JarOptions with = step.options().with((layout, signature) -> List.of(JarPart.of(layout.path("_notes.txt"),
                (signature.outputs().getFirst().name() + "!").getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        Compiler.jar(step.graph()).write(jar, with);
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            assertArrayEquals("loss!".getBytes(java.nio.charset.StandardCharsets.UTF_8), zip.getInputStream(zip.getEntry("step/Step_notes.txt")).readAllBytes());
        }
        byte[] before = Files.readAllBytes(jar);
        WriteException e = assertThrows(WriteException.class,
                () -> Compiler.jar(step.graph()).write(jar, step.options().with((layout, s) -> List.of(JarPart.of(layout.path(".class"), new byte[0])))));
        assertTrue(e.getMessage().contains("two entries are called 'step/Step.class'"), e.getMessage());
        assertArrayEquals(before, Files.readAllBytes(jar));
        for (String path : List.of("", "/a", "../a", "a/../b", "a//b", "C:/a", "a\\b", "a\nb", ".")) {
            assertThrows(InputException.class, () -> JarPart.of(path, new byte[0]), path);
        }
    }

    @Test
    void whatDoesNotFitIsRefusedAndNothingIsWritten() throws IOException {
        Step step = Step.small();
        ModelJar jar = Compiler.jar(step.graph());
        Map<String, Tensor> values = Map.of("W1", Tensor.scalar(1f), "nix", Tensor.scalar(2));
        InputException e = assertThrows(InputException.class,
                () -> jar.write(folder.resolve("a.jar"), JarOptions.DEFAULT.withValues(values).withSample(Map.of("b1", step.values().get("b1")))));
        for (String part : List.of("value \"W1\" is f32[], but the graph has f32[40,33]", "value \"nix\" is i32[], but the graph has no such input or state",
                "sample \"b1\" is f32[33], but the graph has no such input")) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
        for (String name : List.of("Digits", "", "a.b.", "a..b", ".a", "a.new", "java.util.Digits", "bytegrad.Digits", "a.b-c", "a.1b", "a.B$C", "a b.c", "x/y.Z")) {
            assertThrows(InputException.class, () -> JarOptions.DEFAULT.named(name), name);
        }
        assertThrows(OptionsException.class, () -> JarOptions.DEFAULT.withWidths(Set.of(64)));
        assertThrows(WriteException.class, () -> jar.write(folder, step.options().named("a.B")));
        assertThrows(WriteException.class, () -> jar.write(folder.resolve("none/a.jar"), step.options()));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void namesOfFilesBecomeNamesOfClasses() {
        Map<String, String> names = Map.of("digits-mlp.jar", "digits_mlp.DigitsMlp", "model.jar", "model.Model", "2nd.jar", "model_2nd.Model2nd", "new.jar", "new_.New",
                "java.jar", "java_.Java", "...jar", "model.Model", "größe.jar", "gr_e.GrE", "A.b.C.jar", "a_b_c.ABC");
        names.forEach((file, name) -> assertEquals(name, JarOptions.DEFAULT.layout(Path.of(file)).className(), file));
    }
}
