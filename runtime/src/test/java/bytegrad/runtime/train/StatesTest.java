package bytegrad.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.Arena;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.InputException;
import bytegrad.runtime.ParallelFor;
import bytegrad.runtime.Program;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slabs;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.TensorException;
import bytegrad.runtime.io.Npz;
import bytegrad.runtime.io.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** States of a session in files of either form. */
class StatesTest {
    @TempDir
    private Path dir;

    private static Session session(boolean bf16) {
        List<Slot> states = List.of(
                new Slot("f", ElementType.F32, List.of(2, 2), 0), new Slot("d", ElementType.F64, List.of(), 0), new Slot("n", ElementType.I64, List.of(3), 0),
                new Slot("z", ElementType.BOOL, List.of(1), 0), new Slot("u", ElementType.U8, List.of(2), 0), new Slot("none", ElementType.I32, List.of(0, 4), 0),
                new Slot("h", bf16 ? ElementType.BF16 : ElementType.I16, List.of(2), 0));
        Arena arena = new Arena(4, 1, 0, 3, 1, 2, 0, 2, 2);
        Program nothing = new Program() {
            @Override
            protected void steps(Slabs slabs, ParallelFor loops) {}

            @Override
            protected void updates(Slabs slabs, ParallelFor loops) {}
        };
        Signature s = new Signature(List.of(new Slot("x", ElementType.F32, List.of(), 0)), states, List.of());
        return new CompiledFunction(s, arena, List.of(), nothing).newSession();
    }

    private static Session filled(boolean bf16) {
        return session(bf16).set("f", new float[] {1, -0f, Float.NaN, 4}).set("d", new double[] {Math.PI}).set("n", new long[] {1, Long.MIN_VALUE, 3})
                .set("z", new boolean[] {true}).set("u", new byte[] {-1, 7}).set("none", new int[0]).set("h", new short[] {-5, 16000});
    }

    @ParameterizedTest
    @ValueSource(strings = {"s.safetensors", "s.npz"})
    void comeBackFromAFile(String name) {
        Path file = dir.resolve(name);
        Session from = filled(false);
        States.save(from, file);
        Session to = session(false);
        States.load(to, file);
        assertEquals(from.snapshot(), to.snapshot());
        Session some = session(false).set("f", new float[] {9, 9, 9, 9});
        States.load(some, List.of("n", "z"), file);
        assertEquals(from.state("n"), some.state("n"));
        assertEquals(9, some.state("f").floats()[0]);
    }

    @Test
    void theFormIsToldByTheContents() throws IOException {
        Session from = filled(false);
        Path zip = dir.resolve("s.npz");
        States.save(from, zip);
        Session to = session(false);
        States.load(to, Files.move(zip, dir.resolve("weights")));
        assertEquals(from.snapshot(), to.snapshot());
        assertThrows(FormatException.class, () -> States.load(to, Files.writeString(dir.resolve("t"), "PK\u0003\u0004nothing of a zip")));
        assertThrows(FormatException.class, () -> States.load(to, Files.writeString(dir.resolve("t"), "")));
        assertThrows(FormatException.class, () -> States.load(to, dir.resolve("missing")));
    }

    @Test
    void bf16IsInSafetensorsOnly() {
        Session from = filled(true);
        States.save(from, dir.resolve("s.safetensors"));
        Session to = session(true);
        States.load(to, dir.resolve("s.safetensors"));
        assertEquals(from.snapshot(), to.snapshot());
        assertThrows(TensorException.class, () -> States.save(from, dir.resolve("s.npz")));
        assertTrue(Files.notExists(dir.resolve("s.npz")));
    }

    @Test
    void whatDoesNotFitIsListedAndChangesNothing() {
        Session s = filled(false);
        Map<String, Tensor> before = s.snapshot();
        Map<String, Tensor> wrong = new TreeMap<>(before);
        wrong.put("f", Tensor.of(new float[4], 4));
        wrong.put("n", Tensor.of(new int[3], 3));
        wrong.remove("z");
        wrong.put("more", Tensor.scalar(1));
        Path file = dir.resolve("w.safetensors");
        Safetensors.write(file, wrong);
        String message = assertThrows(InputException.class, () -> States.load(s, file)).getMessage();
        assertTrue(message.contains(file.toString()) && message.contains("4 mismatches") && message.contains("\"f\" should be f32[2,2] but is f32[4]")
                && message.contains("\"n\" should be i64[3] but is i32[3]") && message.contains("\"z\" should be bool[1] but is missing")
                && message.contains("\"more\" (i32[]) is none of its"), message);
        Npz.write(file, wrong);
        assertEquals(message, assertThrows(InputException.class, () -> States.load(s, file)).getMessage());
        assertThrows(InputException.class, () -> States.load(s, List.of("d", "z", "f"), file));
        assertThrows(InputException.class, () -> States.load(s, List.of("nobody"), file));
        assertEquals(before, s.snapshot());
    }
}
