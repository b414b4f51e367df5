package bytegrad.runtime.io;

import static bytegrad.runtime.io.FileCorpus.sameBits;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.ElementType;
import bytegrad.runtime.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that numpy and safetensors wrote; {@code make.py} beside them says how. */
class ForeignFilesTest {
    @TempDir
    Path folder;

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(java.util.Objects.requireNonNull(ForeignFilesTest.class.getResource(name)).toURI());
    }

    private static Map<String, Tensor> expected() {
        Map<String, Tensor> all = new TreeMap<>();
        all.put("f4", Tensor.of(new float[] {-1, -0.5f, 0, 0.5f, 1, 1.5f}, 2, 3));
        all.put("f8.columns", Tensor.of(new double[] {-1, -0.5, 0, 0.5, 1, 1.5}, 2, 3));
        all.put("f4.big", Tensor.of(new float[] {-1, 0, 1, 2}, 4));
        all.put("i4", Tensor.of(new int[] {-1, 0, 1, 2}, 4));
        all.put("i8", Tensor.of(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, 2));
        all.put("i2", Tensor.ofArray(ElementType.I16, new short[] {-1, 0, 1, 2}, 4));
        all.put("i1", Tensor.ofArray(ElementType.I8, new byte[] {-1, 0, 1, 2}, 4));
        all.put("u1", Tensor.ofArray(ElementType.U8, new byte[] {0, 127, -128, -1}, 4));
        all.put("bool", Tensor.of(new boolean[] {true, false}, 2, 1));
        all.put("scalar", Tensor.scalar(0.5f));
        all.put("empty", Tensor.zeros(ElementType.F32, 3, 0));
        return all;
    }

    private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> found) {
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((name, t) -> assertTrue(sameBits(t, found.get(name)), name + ": " + t + " and " + found.get(name)));
    }

    @Test
    void numpyArchives() throws URISyntaxException {
        assertSame(expected(), TensorFile.read(resource("numpy.npz")));
        assertSame(expected(), TensorFile.read(resource("numpy-compressed.npz")));
        Npz.write(folder.resolve("copy"), expected());
        assertSame(expected(), TensorFile.read(folder.resolve("copy")));
    }

    @Test
    void safetensors() throws URISyntaxException {
        Safetensors read = Safetensors.read(resource("python.safetensors"));
        Map<String, Tensor> expected = expected();
        expected.remove("f4.big");
        assertSame(expected, read.tensors());
        assertEquals(Map.of("made by", "safetensors"), read.metadata());
        assertTrue(Safetensors.isWhole(resource("python.safetensors")));
        assertSame(Map.of("bf16", Tensor.ofArray(ElementType.BF16, new short[] {0x3f80, (short) 0xc020}, 2)), TensorFile.read(resource("python-bf16.safetensors")));
    }
}
