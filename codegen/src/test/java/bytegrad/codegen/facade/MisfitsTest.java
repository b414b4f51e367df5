package bytegrad.codegen.facade;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.typed.Extent;
import bytegrad.runtime.typed.FacadeException;
import bytegrad.runtime.typed.Input;
import bytegrad.runtime.typed.Into;
import bytegrad.runtime.typed.Named;
import bytegrad.runtime.typed.Returns;
import bytegrad.runtime.typed.State;
import bytegrad.runtime.typed.Updates;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interfaces that do not fit, and what is said of them. */
final class MisfitsTest {
    private static final CompiledFunction STEP = FacadesTest.step();

    @TempDir
    private Path folder;

    private static List<String> problems(Class<?> type) {
        FacadeException e = assertThrows(FacadeException.class, () -> Facades.of(type, STEP.signature()));
        assertTrue(e.getMessage().startsWith(type.getName() + " does not fit: " + e.problems().getFirst()), e.getMessage());
        return e.problems();
    }

    private static String problem(Class<?> type) {
        List<String> all = problems(type);
        assertEquals(1, all.size(), all.toString());
        return all.getFirst();
    }

    private static void says(Class<?> type, String... words) {
        String problem = problem(type);
        for (String w : words) {
            assertTrue(problem.contains(w), "'" + problem + "' lacks '" + w + "'");
        }
    }

    public interface Many {
        @Returns("losss")
        float a(int[] i, float scale);

        @Returns("loss")
        double b(float[] i, int scale);

        @State("tabel")
        float[] c();

        void d(@Named("image") float[] x);
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        List<String> all = problems(Many.class);
        assertEquals(List.of(
                "a(int[], float): @Returns: the function has no output or state 'losss'; it has outputs loss, rows, states table, count",
                "b(float[], int): 'i' is i32[4], for int[] or Tensor; parameter 1 is float[]",
                "b(float[], int): 'scale' is f32[], for float[], float or Tensor; parameter 2 is int",
                "b(float[], int): 'loss' is f32[], for float[], float or Tensor; it returns double",
                "c(): the function has no state 'tabel'; it has states table, count",
                "d(float[]): parameter 1: the function has no input or state 'image'; it has inputs i, scale, states table, count",
                "d(float[]): nothing gives the function its inputs i, scale: add a parameter, or a method with @Input that sets it"), all);
    }

    public interface Incomplete {
        @Returns("loss")
        float step(int[] i);
    }

    public interface Twice {
        @Returns("loss")
        float step(int[] i, float scale, @Named("i") int[] again);
    }

    public interface Unclear {
        float step(int[] i, float scale);
    }

    public interface ReturnsInput {
        @Returns("scale")
        float step(int[] i, float scale);
    }

    public interface Void {
        @Returns("loss")
        void step(int[] i, float scale);
    }

    public interface Generic {
        @Returns("loss")
        <T> float step(int[] i, float scale);
    }

    public interface Varargs {
        @Returns("loss")
        float step(float scale, int... i);
    }

    public interface NarrowUpdate {
        @Updates({"table", "cuont"})
        void step(int[] i, float scale);
    }

    public interface Nothing {
        void tick();

        @Input("i")
        void i(int[] i);

        @Input("scale")
        void scale(float scale);
    }

    public interface BothOfThem {
        @State("table")
        @Input("i")
        float[] table();
    }

    public interface Accessor {
        @State("table")
        float[] table(float[] t);
    }

    public interface IntoNumber {
        void step(int[] i, float scale, @Into("loss") float loss);
    }

    public interface Wide {
        @Extent(of = "rows", axis = 2)
        int third();
    }

    public interface ExtentOfNothing {
        @Extent(of = "q")
        int n();
    }

    public interface LongExtent {
        @Extent(of = "rows")
        long rows();
    }

    public interface Inherited extends Supplier<float[]> {
        @Returns("loss")
        float step(int[] i, float scale);
    }

    public record Pair<T>(float loss, float[] rows) {}

    public interface GenericRecord {
        Pair<Float> step(int[] i, float scale);
    }

    public record Nested(float loss, List<String> rows) {}

    public interface WrongComponent {
        Nested step(int[] i, float scale);
    }

    @Test
    void methods() {
        says(Incomplete.class, "step(int[])", "nothing gives the function its input scale", "@Input");
        says(Twice.class, "step(int[], float, int[])", "parameter 3: 'i' is named twice");
        says(Unclear.class, "step(int[], float)", "say with @Returns(…) what it returns", "outputs loss, rows");
        says(ReturnsInput.class, "'scale' is an input, which no run changes");
        says(Void.class, "@Returns of 'loss', but it returns void");
        says(Generic.class, "step(int[], float)", "type parameters");
        says(Varargs.class, "write int[] instead of a variable number");
        assertEquals(List.of("step(int[], float): @Updates: the function has no state 'cuont'; it has states table, count",
                "step(int[], float): a run also updates 'count', which @Updates does not name"), problems(NarrowUpdate.class));
        says(Nothing.class, "tick()", "say so with @Updates");
        says(BothOfThem.class, "only be one of");
        says(Accessor.class, "to read 'table' it takes nothing");
        says(IntoNumber.class, "only a float[] or a Tensor can receive 'loss'");
        says(Wide.class, "'rows' is f32[4,3], which has no axis 2");
        says(LongExtent.class, "returns an int");
        assertEquals("n(): @Extent: the function has no tensor 'q'; it has inputs i, scale, outputs loss, rows, states table, count", problem(ExtentOfNothing.class));
        assertTrue(problems(Inherited.class).getFirst().startsWith("get(): say with @Returns"), problems(Inherited.class).toString());
        says(GenericRecord.class, "what it returns: the record Pair has type parameters");
        says(WrongComponent.class, "component rows of Nested is List", "float[], float[][] or Tensor");
    }

    public sealed interface Sealed permits Only {
        @Returns("loss")
        float step(int[] i, float scale);
    }

    public static final class Only implements Sealed {
        @Override
        public float step(int[] i, float scale) {
            return 0;
        }
    }

    public interface Typed<T> {
        @Returns("loss")
        float step(int[] i, float scale);
    }

    public interface Bare {
        default int one() {
            return 1;
        }
    }

    @Test
    void interfaces() {
        says(String.class, "it is no interface");
        says(int.class, "it is no interface");
        says(Deprecated.class, "it is an annotation");
        says(Sealed.class, "it is sealed");
        says(Typed.class, "it has type parameters");
        says(Bare.class, "it has no abstract method");
        interface Local {
            float loss(int[] i, float scale);
        }
        says(Local.class, "is not public");
        assertTrue(assertThrows(FacadeException.class, () -> Facades.bind(FacadesTest.Hidden.class, STEP)).getMessage().contains("lookup"));
    }

    public interface NoSetters {
        @Returns("loss")
        float step(int[] i, float scale);
    }

    @Test
    void aNewSessionsStatesMustBeWithinReach() {
        FacadeException e = assertThrows(FacadeException.class, () -> Facades.bind(NoSetters.class, STEP));
        assertTrue(e.getMessage().contains("nothing can give the new session's states their values: table, count"), e.getMessage());
        Session own = STEP.newSession();
        Facades.bind(NoSetters.class, own);
    }

    @Test
    void aParameterWithoutANameIsTold() throws Exception {
        Path source = Files.writeString(folder.resolve("Nameless.java"), "public interface Nameless { float loss(int[] i, float scale); }");
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", folder.toString(), source.toString()));
        URI here = folder.toUri();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {here.toURL()}, getClass().getClassLoader())) {
            List<String> all = problems(loader.loadClass("Nameless"));
            assertEquals("loss(int[], float): parameter 1 has no name: give it @Named(…), or compile the interface with javac's -parameters", all.getFirst());
            assertEquals(3, all.size());
        }
    }
}
