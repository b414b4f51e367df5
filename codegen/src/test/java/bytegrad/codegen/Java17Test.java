package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import bytegrad.autodiff.optim.Adam;
import bytegrad.codegen.load.ArtefactLoader;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Program;
import bytegrad.runtime.Slabs;
import bytegrad.runtime.Slot;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class files of a whole training step with nothing but the runtime, on a plain Java 17: the same bits as here. */
final class Java17Test {
    private static final int RUNS = 5;
    /** Reads slabs, runs, writes slabs. */
    private static final String MAIN =
            """
            import java.io.*;
            import java.nio.file.*;
            public class Main {
                public static void main(String[] args) throws Exception {
                    Object[] s;
                    try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(Path.of("in")))) { s = (Object[]) in.readObject(); }
                    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) { throw new AssertionError("a plain JVM was wanted"); }
                    bytegrad.runtime.Program p = (bytegrad.runtime.Program) Class.forName(args[0]).getConstructor().newInstance();
                    bytegrad.runtime.Slabs slabs = new bytegrad.runtime.Slabs((float[]) s[0], (double[]) s[1], (int[]) s[2], (long[]) s[3], (boolean[]) s[4],
                        (byte[]) s[5], (byte[]) s[6], (short[]) s[7], (short[]) s[8]);
                    for (int n = 0; n < Integer.parseInt(args[1]); n++) {
                        p.run(slabs);
                    }
                    try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(Path.of("out")))) { out.writeObject(s); }
                    System.out.println("Java " + Runtime.version().feature());
                }
            }
            """;

    @TempDir
    private Path folder;

    private static Object[] slabs(Compilation c, Map<String, Value> in) {
        Object[] s = {
            new float[c.plan().slab(DType.F32)], new double[c.plan().slab(DType.F64)], new int[c.plan().slab(DType.I32)],
            new long[c.plan().slab(DType.I64)], new boolean[c.plan().slab(DType.BOOL)], new byte[c.plan().slab(DType.U8)], new byte[c.plan().slab(DType.I8)],
            new short[c.plan().slab(DType.I16)], new short[c.plan().slab(DType.BF16)]
        };
        CompiledFunction f = Compiler.load(c);
        Stream.concat(f.signature().inputs().stream(), f.signature().states().stream()).forEach(slot -> put(s, slot, Three.tensor(in.get(slot.name())).array()));
        c.constants().forEach(k -> put(s, k.slot(), k.value().array()));
        return s;
    }

    private static void put(Object[] slabs, Slot slot, Object array) {
        System.arraycopy(array, 0, slabs[slot.type().ordinal()], slot.offset(), slot.size());
    }

    @Test
    void scalarClassesNeedNoMoreThanJava17() throws Exception {
        Path java17 = Child.java17();
        Graph g = FactsTest.perceptron(new Adam(1e-3), 40, 33, 10);
        Compilation c = Compilation.of(g, Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        assertFalse(c.image().usesSimd());
        for (String name : c.image().classNames()) {
            Path file = folder.resolve(name + ".class");
            Files.createDirectories(file.getParent());
            Files.write(file, c.image().bytes(name));
        }
        Object[] slabs = slabs(c, RandomGraphs.inputs(g, 1));
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(folder.resolve("in")))) {
            out.writeObject((Serializable) slabs);
        }
        Path source = Files.writeString(folder.resolve("Main.java"), MAIN);
        String runtime = Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        String classPath = folder + System.getProperty("path.separator") + runtime;
        assertEquals(0, ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-proc:none", "--release", "17", "-cp", classPath, "-d", folder.toString(), source.toString()));
        String said = Child.run(folder, List.of(java17.toString(), "-cp", classPath, "Main", c.image().mainClass().replace('/', '.'), Integer.toString(RUNS)));
        assertEquals("Java 17", said.strip());
        Program here = ArtefactLoader.load(c.image());
        for (int n = 0; n < RUNS; n++) {
            here.run(new Slabs((float[]) slabs[0], (double[]) slabs[1], (int[]) slabs[2], (long[]) slabs[3], (boolean[]) slabs[4], (byte[]) slabs[5],
                    (byte[]) slabs[6], (short[]) slabs[7], (short[]) slabs[8]));
        }
        try (ObjectInputStream in = new ObjectInputStream(Files.newInputStream(folder.resolve("out")))) {
            Object[] there = (Object[]) in.readObject();
            assertArrayEquals((float[]) slabs[0], (float[]) there[0], 0);
            assertArrayEquals(slabs, there);
        }
    }
}
