package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * numpy's archive of named arrays: a zip whose entries are npy files, stored or deflated. The name of an array is its
 * entry's without {@code .npy}; it is never used as a path.
 */
public final class Npz {
    /** More entries than this are refused. */
    public static final int MAX_ENTRIES = 100_000;

    private static final String SUFFIX = ".npy";

    /**
     * Not the first of January 1980, the first day zip has: the JDK takes that for an unset time and adds the time
     * again, in the zone of the machine.
     */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private Npz() {}

    /** Reads arrays that take at most half of the heap; throws FormatException, see {@link #read(Path, long)}. */
    public static SortedMap<String, Tensor> read(Path path) {
        return read(path, ReadBudget.ofHeap());
    }

    /**
     * Reads all arrays, ordered by name.
     *
     * @param maxBytes the most bytes of elements that may be made, in memory, for all arrays together
     * @throws FormatException where the file is missing or no zip, has more than {@value #MAX_ENTRIES} entries, two of
     *     one name, one that is no npy array (see {@link Npy}) or fails its checksum; or is over {@code maxBytes}
     */
    public static SortedMap<String, Tensor> read(Path path, long maxBytes) {
        ByteSource.requireFile(path);
        ReadBudget budget = new ReadBudget(maxBytes);
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        try (ZipFile zip = new ZipFile(path.toFile(), StandardCharsets.UTF_8)) {
            if (zip.size() > MAX_ENTRIES) {
                throw new FormatException(
                        path.toString(), zip.size() + " entries are over the limit of " + MAX_ENTRIES);
            }
            for (ZipEntry entry : Collections.list(zip.entries())) {
                String name = nameOf(entry);
                if (tensors.containsKey(name)) {
                    throw new FormatException(path.toString(), "two entries for the array " + ByteSource.quote(name));
                }
                tensors.put(name, readEntry(path, zip, entry, budget));
            }
        } catch (IOException e) {
            throw unreadable(path, e, ByteSource.reason(e));
        } catch (IllegalArgumentException e) {
            // What the JDK throws for an entry whose name is no UTF-8, depending on its version.
            throw unreadable(path, e, "an entry's header is damaged");
        }
        return Collections.unmodifiableSortedMap(tensors);
    }

    private static FormatException unreadable(Path path, Exception cause, String reason) {
        return new FormatException(
                path.toString(), FormatException.NOWHERE, "is no readable npz (zip) file: " + reason, cause);
    }

    private static String nameOf(ZipEntry entry) {
        String name = entry.getName();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    private static Tensor readEntry(Path path, ZipFile zip, ZipEntry entry, ReadBudget budget) throws IOException {
        String place = path + ": entry " + ByteSource.quote(entry.getName());
        CRC32 crc = new CRC32();
        InputStream data = zip.getInputStream(entry);
        if (data == null) {
            throw new FormatException(place, "is listed but has no data");
        }
        CheckedInputStream in = new CheckedInputStream(data, crc);
        // A stored entry has its length in the file itself, where ZipFile has not checked it against the file's.
        boolean stored = entry.getMethod() == ZipEntry.STORED && entry.getSize() >= 0;
        try (ByteSource source = stored
                ? ByteSource.ofLength(place, in, Math.min(entry.getSize(), path.toFile().length()))
                : ByteSource.ofUnknownLength(place, in)) {
            Tensor tensor = Npy.read(source, budget);
            if (crc.getValue() != entry.getCrc()) {
                throw source.errorInWhole("the checksum is wrong");
            }
            return tensor;
        }
    }

    /**
     * Writes arrays, stored without compression, ordered by name, without times: the same arrays give the same bytes.
     * Throws WriteException, also for a name that is no Unicode text or over 60,000 bytes long; and TensorException for bf16, which
     * npy does not have.
     */
    public static void write(Path path, Map<String, Tensor> tensors) {
        write(path, tensors, ZipEntry.STORED);
    }

    /** As {@link #write(Path, Map)}, deflated; the bytes may then differ between Java versions. */
    public static void writeCompressed(Path path, Map<String, Tensor> tensors) {
        write(path, tensors, ZipEntry.DEFLATED);
    }

    private static void write(Path path, Map<String, Tensor> tensors, int method) {
        SortedMap<String, Tensor> sorted = new TreeMap<>(tensors);
        sorted.keySet().forEach(name -> TensorNames.check(path, name));
        AtomicFile.write(path, out -> {
            ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
            for (Map.Entry<String, Tensor> named : sorted.entrySet()) {
                zip.putNextEntry(entry(named.getKey(), named.getValue(), method));
                Npy.writeTo(zip, named.getValue());
                zip.closeEntry();
            }
            zip.finish();
        });
    }

    /** A stored entry has its size and checksum before its data, so the array is encoded twice, never buffered. */
    private static ZipEntry entry(String name, Tensor tensor, int method) throws IOException {
        ZipEntry entry = new ZipEntry(name + SUFFIX);
        entry.setTimeLocal(TIME);
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
            CRC32 crc = new CRC32();
            Npy.writeTo(new CheckedOutputStream(OutputStream.nullOutputStream(), crc), tensor);
            entry.setSize(Npy.length(tensor));
            entry.setCrc(crc.getValue());
        }
        return entry;
    }
}
