package bytegrad.runtime.artefact;

import bytegrad.runtime.WriteException;
import bytegrad.runtime.io.AtomicFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes jars: the same parts give the same bytes, in this order, and all have one time. */
public final class JarWriter {
    /** As in npz files: the first of January 1980 would be taken for an unset time. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    private JarWriter() {}

    /**
     * Writes a jar, which appears whole or not at all.
     *
     * @param parts the manifest first
     * @throws WriteException where the file system refuses, or two parts have one path; nothing was changed then
     */
    public static void write(Path jar, List<JarPart> parts) {
        Set<String> paths = new HashSet<>();
        for (JarPart part : parts) {
            if (!paths.add(part.path())) {
                throw new WriteException(jar, "two entries are called '" + part.path() + "'");
            }
        }
        AtomicFile.write(jar, out -> {
            ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
            zip.setLevel(Deflater.BEST_COMPRESSION);
            for (JarPart part : parts) {
                zip.putNextEntry(entry(part));
                part.body().writeTo(zip);
                zip.closeEntry();
            }
            zip.finish();
        });
    }

    private static ZipEntry entry(JarPart part) throws IOException {
        ZipEntry entry = new ZipEntry(part.path());
        entry.setTimeLocal(TIME);
        entry.setMethod(part.compressed() ? ZipEntry.DEFLATED : ZipEntry.STORED);
        if (!part.compressed()) {
            Description.Resource measured = measure("", part.body());
            entry.setSize(measured.length());
            entry.setCrc(measured.crc32() & 0xffffffffL);
        }
        return entry;
    }

    /** A resource of what a body writes. */
    public static Description.Resource measure(String suffix, AtomicFile.Body body) throws IOException {
        CRC32 crc = new CRC32();
        Counter counter = new Counter();
        CheckedOutputStream out = new CheckedOutputStream(counter, crc);
        body.writeTo(out);
        return new Description.Resource(suffix, counter.bytes, (int) crc.getValue());
    }

    /** Counts what it drops. */
    private static final class Counter extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int from, int count) {
            bytes += count;
        }
    }
}
