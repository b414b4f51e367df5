package bytegrad.codegen.facade;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.Child;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Program;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.typed.BoundSession;
import bytegrad.runtime.typed.FacadeException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Class files that are saved beside the interface: Byte Buddy is not needed any more, nor more than Java 17. */
final class SavedFacadeTest {
    private static final String INTERFACE =
            """
            package app;
            import bytegrad.runtime.typed.*;
            interface Doubler {
                @Returns("y") float[][] twice(float[][] x);
                @Extent(of = "x") int batch();
            }
            """;

    private static final String MAIN =
            """
            package app;
            import bytegrad.runtime.*;
            import bytegrad.runtime.typed.*;
            import java.util.*;
            public class Main {
                static class Twice extends Program {
                    protected void steps(Slabs s, ParallelFor loops) { for (int k = 0; k < 6; k++) { s.f[6 + k] = 2 * s.f[k]; } }
                    protected void updates(Slabs s, ParallelFor loops) {}
                }
                static Session session(int columns) {
                    Slot x = new Slot("x", ElementType.F32, List.of(2, columns), 0);
                    Slot y = new Slot("y", ElementType.F32, List.of(2, columns), 6);
                    return new CompiledFunction(new Signature(List.of(x), List.of(), List.of(y)), new Arena(12, 0, 0, 0, 0), List.of(), new Twice()).newSession();
                }
                public static void main(String[] args) {
                    try {
                        Class.forName("net.bytebuddy.ByteBuddy");
                        throw new AssertionError("Byte Buddy is there");
                    } catch (ClassNotFoundException e) { }
                    Doubler d = BoundSession.saved(Doubler.class, session(3));
                    System.out.println(Runtime.version().feature() + " " + d.batch() + " " + Arrays.deepToString(d.twice(new float[][] {{1, 2, 3}, {4, 5, 6}})));
                    try {
                        BoundSession.saved(Doubler.class, session(2));
                    } catch (FacadeException e) {
                        System.out.println(e.getMessage());
                    }
                    try {
                        d.twice(new float[2][2]);
                    } catch (InputException e) {
                        System.out.println(e.getMessage());
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void runsWithTheRuntimeAloneOnJava17() throws Exception {
        Path java17 = Child.java17();
        Path app = Files.createDirectories(folder.resolve("app"));
        Path type = Files.writeString(app.resolve("Doubler.java"), INTERFACE);
        Path main = Files.writeString(app.resolve("Main.java"), MAIN);
        String runtime = Path.of(Program.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(null, null, null, "-parameters", "-proc:none", "--release", "17", "-cp", runtime, "-d",
                folder.toString(), type.toString(), main.toString()));
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            Slot x = new Slot("x", ElementType.F32, List.of(2, 3), 0);
            Slot y = new Slot("y", ElementType.F32, List.of(2, 3), 6);
            Class<?> doubler = loader.loadClass("app.Doubler");
            assertTrue(assertThrows(FacadeException.class, () -> Facades.of(doubler, new Signature(List.of(x), List.of(), List.of(y)))).getMessage().contains("public"));
            assertEquals("app.Doubler$Facade", BoundSession.className(doubler));
            Files.write(folder.resolve("app/Doubler$Facade.class"), Facades.classFile(doubler, new Signature(List.of(x), List.of(), List.of(y)), Set.of()));
        }
        String said = Child.run(folder, List.of(java17.toString(), "-cp", folder + System.getProperty("path.separator") + runtime, "app.Main"));
        assertArrayEquals(new String[] {
            "17 2 [[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]]",
            "app.Doubler does not fit: the class behind it was made for 'x' of f32[2,3], but the session's function has f32[2,2]; "
                    + "the class behind it was made for 'y' of f32[2,3], but the session's function has f32[2,2]",
            "'x': expected f32[2,3], got an array of 2 where axis 1 has 3"
        }, said.lines().toArray());
    }

    public interface Unsaved {
        float[] y(float[] x);
    }

    @Test
    void aClassThatIsNotThereIsNamed() {
        FacadeException e = assertThrows(FacadeException.class, () -> BoundSession.saved(Unsaved.class, FacadesTest.step().newSession()));
        assertTrue(e.getMessage().contains("there is no class bytegrad.codegen.facade.SavedFacadeTest$Unsaved$Facade beside it"), e.getMessage());
    }
}
