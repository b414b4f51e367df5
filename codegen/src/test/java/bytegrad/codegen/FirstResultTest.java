package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.runtime.Session;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a first result does not wait for: loggers and management beans, each some hundred classes, and vectors where scalar code is first. */
final class FirstResultTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"COLD", "SCALAR"})
    void loadsNoLoggerAndNoManagement(Options.Start start) throws Exception {
        List<String> loaded = loadedBy(start);
        assertTrue(loaded.stream().anyMatch(c -> c.startsWith("bytegrad.compiled.")), "classes are listed");
        assertEquals(List.of(), loaded.stream().filter(c -> c.startsWith("java.util.logging.") || c.startsWith("java.lang.management.")).toList());
    }

    @Test
    void scalarCodeLoadsNoVectors() throws Exception {
        assertTrue(loadedBy(Options.Start.COLD).stream().anyMatch(FirstResultTest::isVector), "vectors are seen where there are some");
        assertEquals(List.of(), loadedBy(Options.Start.SCALAR).stream().filter(FirstResultTest::isVector).toList());
    }

    private static boolean isVector(String name) {
        return name.startsWith("jdk.incubator.vector.");
    }

    private List<String> loadedBy(Options.Start start) throws Exception {
        String out = Child.run(folder, List.of(Child.java().toString(), "-Xlog:class+load", "--add-modules", "jdk.incubator.vector",
                "-cp", System.getProperty("java.class.path"), FirstResultTest.class.getName(), start.name()));
        assertTrue(out.contains("result 42.0"), out);
        return out.lines().filter(l -> l.contains(" source: ")).map(l -> l.replaceFirst(" source: .*", "").replaceFirst(".* ", "")).toList();
    }

    /** In the other JVM. */
    public static void main(String[] args) {
        GraphBuilder b = new GraphBuilder();
        b.output("y", b.matmul(b.input("x", DType.F32, 1, 42), b.input("w", DType.F32, 42, 16)));
        Session s = Compiler.compile(b.build(), Options.DEFAULT.withStart(Options.Start.valueOf(args[0]))).newSession();
        float[] ones = new float[42 * 16];
        Arrays.fill(ones, 1);
        s.set("x", Arrays.copyOf(ones, 42)).set("w", ones).run();
        System.out.println("result " + s.get("y").floats()[0]);
    }
}
