package bytegrad.runtime.artefact;

import bytegrad.runtime.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** A jar that may be anything: how much is read of an entry is decided here, and not by what it says of itself. */
final class JarReader implements Closeable {
    private static final int MOST_ENTRIES = 100_000;
    private static final int CHUNK = 1 << 16;

    private final Path jar;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    /** Opens a jar; throws FormatException where it is none, or has names that reach out of it or are there twice. */
    JarReader(Path jar) {
        this.jar = jar;
        if (!Files.exists(jar)) {
            throw new FormatException(jar.toString(), "no such file");
        } else if (!Files.isRegularFile(jar)) {
            throw new FormatException(jar.toString(), "is not a regular file");
        }
        @Nullable ZipFile opened = null;
        try {
            opened = new ZipFile(jar.toFile(), StandardCharsets.UTF_8);
            list(opened);
        } catch (IOException e) {
            throw unreadable(String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException e) {
            // What the JDK throws for an entry whose name is no UTF-8, depending on its version.
            close(opened);
            throw unreadable("an entry's header is damaged", e);
        } catch (FormatException e) {
            close(opened);
            throw e;
        }
        zip = opened;
    }

    private void list(ZipFile opened) {
        if (opened.size() > MOST_ENTRIES) {
            throw new FormatException(jar.toString(), opened.size() + " entries are over the limit of " + MOST_ENTRIES);
        }
        for (ZipEntry entry : Collections.list(opened.entries())) {
            String name = entry.getName();
            if (!JarPaths.isPlain(name)) {
                throw new FormatException(jar.toString(), "entry '" + shortened(name) + "' would be outside of the jar");
            }
            if (entries.put(name, entry) != null) {
                throw new FormatException(jar.toString(), "two entries are called '" + shortened(name) + "'");
            }
        }
    }

    private static String shortened(String name) {
        return name.length() <= 80 ? name : name.substring(0, 80) + "…";
    }

    private FormatException unreadable(String reason, Exception cause) {
        return new FormatException(jar.toString(), FormatException.NOWHERE, "is no readable jar (zip) file: " + reason, cause);
    }

    /** All entries by name, in their order. */
    Map<String, ZipEntry> entries() {
        return entries;
    }

    /** Where an entry is, for messages. */
    String place(String name) {
        return jar + ": " + shortened(name);
    }

    /**
     * All of an entry.
     *
     * @throws FormatException if there is none, it is damaged, or it has more than {@code most} bytes
     */
    byte[] read(String name, long most) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            copy(name, bytes, most);
        } catch (IOException e) {
            throw new FormatException(place(name), FormatException.NOWHERE, "cannot be read: " + e.getMessage(), e);
        }
        return bytes.toByteArray();
    }

    /** Copies an entry. Throws as {@link #read}, and what {@code out} throws. */
    void copy(String name, OutputStream out, long most) throws IOException {
        ZipEntry entry = entries.get(name);
        if (entry == null) {
            throw new FormatException(place(name), "is missing");
        }
        CRC32 crc = new CRC32();
        long left = most;
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = stream(entry)) {
            for (int n = next(in, name, chunk); n >= 0; n = next(in, name, chunk)) {
                left -= n;
                if (left < 0) {
                    throw new FormatException(place(name), "is larger than the limit of " + most + " bytes");
                }
                crc.update(chunk, 0, n);
                out.write(chunk, 0, n);
            }
        }
        if (crc.getValue() != entry.getCrc()) {
            throw new FormatException(place(name), "is damaged: its checksum is wrong");
        }
    }

    private int next(InputStream in, String name, byte[] chunk) {
        try {
            return in.read(chunk);
        } catch (IOException e) {
            throw new FormatException(place(name), FormatException.NOWHERE, "bad compressed data: " + e.getMessage(), e);
        }
    }

    /** An entry's bytes as they come. */
    InputStream stream(ZipEntry entry) throws IOException {
        InputStream in = zip.getInputStream(entry);
        if (in == null) {
            throw new FormatException(place(entry.getName()), "is listed but has no data");
        }
        return in;
    }

    private static void close(@Nullable ZipFile opened) {
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                // The error on its way out says more than this one would.
            }
        }
    }

    @Override
    public void close() {
        close(zip);
    }
}
