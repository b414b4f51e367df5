package bytegrad.codegen.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.Compiler;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Program;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.typed.FacadeException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interfaces made of signatures: what is in them, that class and source say the same, and that they work. */
final class ModelInterfaceTest {
    @TempDir
    private Path folder;

    private static String source(Map<String, byte[]> files, String path) {
        return new String(files.get(path), StandardCharsets.UTF_8);
    }

    private URLClassLoader loader(Path root, Map<String, byte[]> files, String ending) throws IOException {
        for (Map.Entry<String, byte[]> f : files.entrySet()) {
            if (f.getKey().endsWith(ending)) {
                Path file = root.resolve(f.getKey());
                Files.createDirectories(file.getParent());
                Files.write(file, f.getValue());
            }
        }
        return new URLClassLoader(new URL[] {root.toUri().toURL()}, getClass().getClassLoader());
    }

    /** Source and class file declare the same: methods, types, names of parameters, and annotations. */
    private void sameAsCompiled(String className, Map<String, byte[]> files) throws Exception {
        Path sources = folder.resolve("sources");
        Path compiled = folder.resolve("compiled");
        String classPath = Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        List<String> arguments = new ArrayList<>(List.of("-parameters", "-proc:none", "-Xlint:all", "-Werror", "-Xdoclint:all", "--release", "17", "-cp", classPath, "-d", compiled.toString()));
        try (URLClassLoader binary = loader(folder.resolve("binary"), files, ".class"); URLClassLoader none = loader(sources, files, ".java")) {
            files.keySet().stream().filter(f -> f.endsWith(".java")).forEach(f -> arguments.add(sources.resolve(f).toString()));
            assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)));
            try (URLClassLoader fromSource = new URLClassLoader(new URL[] {compiled.toUri().toURL()}, getClass().getClassLoader())) {
                assertEquals(text(fromSource.loadClass(className)), text(binary.loadClass(className)));
            }
        }
    }

    private static Set<String> text(Class<?> type) {
        Set<String> methods = new TreeSet<>();
        for (Method m : type.getDeclaredMethods()) {
            methods.add(m.toGenericString() + Arrays.toString(m.getAnnotations()) + Arrays.toString(m.getParameters()) + Arrays.deepToString(m.getParameterAnnotations()));
            if (m.getReturnType().isRecord()) {
                methods.add(Arrays.toString(m.getReturnType().getRecordComponents())
                        + Arrays.stream(m.getReturnType().getRecordComponents()).map(c -> Arrays.toString(c.getAnnotations())).toList());
            }
        }
        return methods;
    }

    @Test
    void aTrainingStep() throws Exception {
        CompiledFunction step = FacadesTest.step();
        Map<String, byte[]> files = ModelInterface.of("com.acme.Step", step.signature(), Set.of("scale")).files();
        assertEquals(Set.of("com/acme/Step.class", "com/acme/Step.java", "com/acme/Step$Facade.class", "com/acme/StepOutputs.class", "com/acme/StepOutputs.java"), files.keySet());
        String source = source(files, "com/acme/Step.java");
        assertTrue(source.contains("    com.acme.StepOutputs step(@bytegrad.runtime.typed.Named(\"i\") int[] i);".replace("com.acme.", "")), source);
        assertTrue(source.contains("@param i i, i32[4]: 4 elements, row-major"), source);
        assertTrue(source.contains("@return a copy of table, f32[5,3]: 15 elements, row-major"), source);
        sameAsCompiled("com.acme.Step", files);
        try (URLClassLoader loader = loader(folder.resolve("run"), files, ".class")) {
            Class<?> type = loader.loadClass("com.acme.Step");
            Session session = step.newSession();
            Object s = type.getMethod("over", Session.class).invoke(null, session);
            type.getMethod("scale", float.class).invoke(s, 2f);
            type.getMethod("table", float[].class).invoke(s, (Object) new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
            type.getMethod("count", long.class).invoke(s, 3L);
            Object outputs = type.getMethod("step", int[].class).invoke(s, (Object) new int[] {0, 0, 0, 1});
            assertEquals(66f, outputs.getClass().getMethod("loss").invoke(outputs));
            assertEquals(4L, type.getMethod("count").invoke(s));
            assertEquals(4, type.getMethod("batch").invoke(s));
            float[] rows = new float[12];
            type.getMethod("stepInto", int[].class, float[].class, float[].class).invoke(s, new int[] {4, 4, 4, 4}, new float[1], rows);
            assertEquals(26, rows[0]);
        }
    }

    @Test
    void namesOfAnyKind() throws Exception {
        List<String> names = List.of("dense1.weight", "dense1-weight", "class", "W1", "1st", "", "a\"b\\u000a*/ {@code <b>}", "ein Maß ☃", "hashCode", "session", "batch", "x$y", "\ttab\n");
        List<Slot> inputs = IntStream.range(0, names.size()).mapToObj(k -> new Slot(names.get(k), ElementType.values()[k % 9], List.of(k % 3 + 1), 0)).toList();
        List<Slot> outputs = List.of(new Slot("class", ElementType.F32, List.of(), 0), new Slot("toString", ElementType.F32, List.of(2, 2), 0));
        Signature signature = new Signature(inputs.subList(2, names.size()), inputs.subList(0, 2), outputs);
        Map<String, byte[]> files = ModelInterface.of("Odd", signature, Set.of("W1", "session")).files();
        sameAsCompiled("Odd", files);
        String source = source(files, "Odd.java");
        for (String id : List.of("dense1Weight(", "dense1Weight_2(", "class_", "_1st", "tensor,", "einMaß", "hashCode_", "session_2(", "batch", "xY")) {
            assertTrue(source.contains(id), id + " in " + source);
        }
        assertArrayEquals(files.get("Odd.java"), ModelInterface.of("Odd", signature, Set.of("W1", "session")).files().get("Odd.java"));
        assertArrayEquals(files.get("Odd$Facade.class"), ModelInterface.of("Odd", signature, Set.of("W1", "session")).files().get("Odd$Facade.class"));
        assertArrayEquals(files.get("OddOutputs.class"), ModelInterface.of("Odd", signature, Set.of("W1", "session")).files().get("OddOutputs.class"));
    }

    @Test
    void aFunctionOfOneOutput() throws Exception {
        CompiledFunction f = Compiler.compile(GraphParser.parse(
                "graph\nimage: f32[2,3] = input \"image\"\nw: f32[3,3] = input \"w\"\n%0: f32[2,3] = neg(image)\noutput \"logits\" = %0\n"));
        Map<String, byte[]> files = ModelInterface.of("a.b.Classifier", f.signature(), Set.of("w")).files();
        sameAsCompiled("a.b.Classifier", files);
        String source = source(files, "a/b/Classifier.java");
        assertTrue(source.contains("    float[] logits(@bytegrad.runtime.typed.Named(\"image\") float[] image);"), source);
        assertTrue(source.contains("    int batch();"), source);
        assertFalse(files.containsKey("a/b/ClassifierOutputs.class"));
    }

    @Test
    void badNamesAndTooManyInputs() {
        Signature none = new Signature(List.of(), List.of(), List.of(new Slot("y", ElementType.F32, List.of(), 0)));
        for (String name : List.of("", "1a", "a..b", "a/b", "a$b", "a b")) {
            assertThrows(IllegalArgumentException.class, () -> ModelInterface.of(name, none, Set.of()), name);
        }
        List<Slot> many = IntStream.range(0, 300).mapToObj(k -> new Slot("x" + k, ElementType.F64, List.of(), k)).toList();
        Signature wide = new Signature(many, List.of(), none.outputs());
        String source = source(ModelInterface.of("A", wide, Set.of()).files(), "A.java");
        assertTrue(source.contains(" float y();") && source.contains(" double x299();") && source.contains("void x299("), source);
        List<Slot> outputs = IntStream.range(0, 121).mapToObj(k -> new Slot("y" + k, ElementType.F64, List.of(), k)).toList();
        FacadeException e = assertThrows(FacadeException.class, () -> ModelInterface.of("A", new Signature(List.of(), List.of(), outputs), Set.of()));
        assertTrue(e.getMessage().contains("121 outputs"), e.getMessage());
    }
}
