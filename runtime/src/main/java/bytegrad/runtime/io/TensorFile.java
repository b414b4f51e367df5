package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.WriteException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;

/**
 * Named tensors in a file of either form: safetensors, or numpy's npz. What is read is told by its first bytes, what is written by the file's name:
 * {@code .npz}, or else safetensors.
 */
public final class TensorFile {
    private static final String NPZ = ".npz";

    private TensorFile() {}

    /**
     * Reads tensors that take at most half of the heap.
     *
     * @throws FormatException see {@link Safetensors#read(Path, long)} and {@link Npz#read(Path, long)}
     */
    public static SortedMap<String, Tensor> read(Path path) {
        return isZip(path) ? Npz.read(path) : Safetensors.read(path).tensors();
    }

    /** A header of safetensors cannot begin like this: it would be longer than any may be. */
    private static boolean isZip(Path path) {
        ByteSource.requireFile(path);
        try (InputStream in = Files.newInputStream(path)) {
            byte[] first = in.readNBytes(5);
            return first.length == 5 && first[0] == 'P' && first[1] == 'K' && (first[2] == 3 && first[3] == 4 && first[4] != 0 || first[2] == 5 && first[3] == 6);
        } catch (IOException e) {
            throw new FormatException(path.toString(), FormatException.NOWHERE, "cannot be read: " + ByteSource.reason(e), e);
        }
    }

    /**
     * Writes tensors; the same tensors give the same bytes.
     *
     * @throws WriteException where the file system refuses, or the form has no such name
     * @throws bytegrad.runtime.TensorException for bf16 in an npz, which does not have it
     */
    public static void write(Path path, Map<String, Tensor> tensors) {
        if (path.toString().endsWith(NPZ)) {
            Npz.write(path, tensors);
        } else {
            Safetensors.write(path, tensors);
        }
    }
}
