package bytegrad.runtime.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bytegrad.runtime.ElementType;
import bytegrad.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that others wrote: numpy's archives, the MNIST images. Skipped where the shared data is not at hand. */
class SharedDataTest {
    private static Path shared(String name) {
        String property = System.getProperty("bytegrad.shared", System.getenv("BYTEGRAD_SHARED"));
        String root = System.getProperty("bytegrad.root", "..");
        Path path = (property == null ? Path.of(root, "..", "shared") : Path.of(property)).resolve(name);
        assumeTrue(Files.isDirectory(path), "no shared data at " + path + "; set BYTEGRAD_SHARED");
        return path;
    }

    @Test
    void mnist() {
        Path folder = shared("data/mnist");
        Idx images = Idx.read(folder.resolve("t10k-images-idx3-ubyte.gz"));
        assertArrayEquals(new int[] {10_000, 28, 28}, images.dims());
        Idx labels = Idx.read(folder.resolve("t10k-labels-idx1-ubyte.gz"));
        assertArrayEquals(new int[] {10_000}, labels.dims());
        int[] count = new int[10];
        for (byte label : labels.unsignedBytes()) {
            count[label]++;
        }
        // The published distribution of the test labels.
        assertArrayEquals(new int[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, count);
        assertEquals(60_000, Idx.read(folder.resolve("train-labels-idx1-ubyte.gz")).size());
        assertEquals(47_040_000, Idx.read(folder.resolve("train-images-idx3-ubyte.gz")).unsignedBytes().length);
    }

    @Test
    void numpyArchives(@TempDir Path copies) throws IOException {
        Path root = shared("data/train-goldens");
        List<Path> archives;
        try (Stream<Path> files = Files.walk(root)) {
            archives = files.filter(p -> p.toString().endsWith(".npz")).sorted().toList();
        }
        assertFalse(archives.isEmpty());
        for (Path archive : archives) {
            SortedMap<String, Tensor> tensors = Npz.read(archive);
            assertFalse(tensors.isEmpty());
            Path copy = copies.resolve("copy");
            Npz.write(copy, tensors);
            assertEquals(tensors, Npz.read(copy));
            Safetensors.write(copy, tensors);
            assertEquals(tensors, Safetensors.read(copy).tensors());
        }
    }

    @Test
    void theValuesOfOneArchive() {
        Path folder = shared("data/train-goldens/iris-mlp-sgd");
        Map<String, Tensor> init = Npz.read(folder.resolve("init.npz"));
        assertEquals(ElementType.F32, init.get("l.0.bias").type());
        // The first bytes of the file after the header are d6 80 8f be.
        assertEquals(Float.intBitsToFloat(0xbe8f80d6), init.get("l.0.bias").floats()[0]);
        assertTrue(init.get("l.0.weight").hasShape(16, 4));
        Map<String, Tensor> batches = Npz.read(folder.resolve("batches.npz"));
        assertTrue(batches.get("x_0").hasShape(150, 4));
        assertEquals(150, batches.get("y_0").longs().length);
        Map<String, Tensor> trained = Npz.read(folder.resolve("final_params.npz"));
        assertEquals(ElementType.F64, trained.get("l.1.weight").type());
    }
}
