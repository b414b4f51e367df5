package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.BytegradException;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.artefact.Artefact;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Jars that are damaged, or lie: each ends in a typed error, before anything is made of what they say. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostileJarTest {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final String DESCRIPTION = "good/Good.artefact";
    private static final String VALUES = "good/Good.safetensors";

    @TempDir
    private static Path folder;

    private final Map<String, byte[]> good = new LinkedHashMap<>();
    private Path jar = Path.of("");

    @BeforeAll
    void compile() throws IOException {
        jar = folder.resolve("good.jar");
        ModelJarTest.Step step = ModelJarTest.Step.small();
        Compiler.jar(step.graph()).write(jar, step.options());
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry e : Collections.list(zip.entries())) {
                good.put(e.getName(), zip.getInputStream(e).readAllBytes());
            }
        }
    }

    private Path written(Map<String, byte[]> entries) throws IOException {
        Path file = folder.resolve("bad.jar");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(e.getKey()));
                zip.write(e.getValue());
            }
        }
        return file;
    }

    private Path with(String name, byte[] bytes) throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>(good);
        all.put(name, bytes);
        return written(all);
    }

    private Path without(String name) throws IOException {
        Map<String, byte[]> all = new LinkedHashMap<>(good);
        all.remove(name);
        return written(all);
    }

    /** Opens it, takes all that is in it, and runs it in each width. */
    private static void use(Path file) {
        Artefact a = Artefact.open(file);
        for (int bits : a.widths()) {
            var session = a.filled(a.function(bits).newSession());
            a.sample().forEach(session::set);
            session.run();
        }
        a.checkpoint();
    }

    private static void refused(Path file, String... parts) {
        FormatException e = assertThrows(FormatException.class, () -> use(file));
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theGoodOneIsGood() throws IOException {
        use(jar);
        use(written(good));
    }

    @Test
    void whatIsNoModelsJar() throws IOException {
        refused(folder.resolve("none.jar"), "no such file");
        refused(folder, "not a regular file");
        refused(Files.write(folder.resolve("empty.jar"), new byte[0]), "no readable jar");
        refused(Files.write(folder.resolve("text.jar"), bytes("PK is how a zip begins")), "no readable jar");
        refused(without(MANIFEST), MANIFEST, "is missing");
        refused(with(MANIFEST, bytes("Manifest-Version: 1.0\r\n\r\nBytegrad-Model: good.Good\r\n")), "no model's jar");
        refused(with(MANIFEST, bytes("Manifest-Version: 1.0\r\nBytegrad-Model: other.Other\r\n\r\n")), "other/Other.class", "is missing");
        refused(with(MANIFEST, bytes("Manifest-Version: 1.0\r\nBytegrad-Model: java.lang.Object\r\n\r\n")), "belongs to others");
        refused(with(MANIFEST, bytes("Manifest-Version: 1.0\r\nBytegrad-Model: ../../x\r\n\r\n")), "Bytegrad-Model");
        refused(with(MANIFEST, bytes("Manifest-Version: 1.0\r\nBytegrad-Model: good.Good_scalar\r\n\r\n")), "main class");
    }

    @Test
    void whatIsMissingOrDamaged() throws IOException {
        refused(without(DESCRIPTION), "Good.artefact", "is missing");
        refused(without("good/Good.class"), "is missing");
        refused(without("good/Good_scalar.class"), "code of 0 bits does not link");
        refused(without(VALUES), "Good.safetensors", "is missing");
        refused(without("good/Good.sample.safetensors"), "Good.sample.safetensors", "is missing");
        refused(with("good/Good.class", bytes("no class")), "main class cannot be loaded");
        refused(with("good/Good_scalar.class", bytes("no class")), "does not link");
        byte[] values = good.get(VALUES).clone();
        values[values.length - 1] ^= 1;
        refused(with(VALUES, values), "Good.safetensors", "checksum is wrong");
        refused(with(VALUES, java.util.Arrays.copyOf(values, values.length - 1)), "Good.safetensors");
        refused(with(VALUES, java.util.Arrays.copyOf(values, values.length + 1)), "Good.safetensors");
        refused(with(DESCRIPTION, new byte[3]), "wrong magic");
        // Its class has rehearsals that are not to be called without memory.
        byte[] older = good.get(DESCRIPTION).clone();
        older[7] = 2;
        refused(with(DESCRIPTION, older), "is of format 2, but this runtime reads format 3");
    }

    @Test
    void namesThatReachOut() throws IOException {
        for (String name : new String[] {"../evil.class", "/etc/evil", "good/../../evil", "good\\evil", "C:evil", "./x", "a//b"}) {
            refused(with(name, new byte[1]), "outside of the jar");
        }
        // Two of one name: written under another of the same length, then renamed in both places where a zip has it.
        Path twice = with("good/Good.graph2", new byte[1]);
        byte[] bytes = Files.readAllBytes(twice);
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("good/Good.graph2", "good/Good_128.cl").replace("good/Good_512.class", "good/Good_128.class");
        Files.write(twice, text.getBytes(StandardCharsets.ISO_8859_1));
        refused(twice, "two entries are called");
    }

    @Test
    void bombs() throws IOException {
        // A description or manifest of gigabytes that are a few megabytes in the file.
        Path bomb = folder.resolve("bomb.jar");
        for (String name : new String[] {MANIFEST, DESCRIPTION}) {
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
                for (Map.Entry<String, byte[]> e : good.entrySet()) {
                    zip.putNextEntry(new ZipEntry(e.getKey()));
                    zip.write(e.getValue());
                    if (e.getKey().equals(name)) {
                        fill(zip, 80 << 20);
                    }
                }
            }
            refused(bomb, "larger than");
        }
    }

    private static void fill(OutputStream out, int bytes) throws IOException {
        byte[] zeros = new byte[1 << 20];
        for (int done = 0; done < bytes; done += zeros.length) {
            out.write(zeros);
        }
    }

    /** Each integer of the description becomes a lie, with the checksum put right: an error of ours, or a model that still works. */
    @Test
    void descriptionsThatLie() throws IOException {
        byte[] original = good.get(DESCRIPTION);
        Random random = new Random(Long.getLong("bytegrad.seed", 1));
        int[] lies = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 20, 0, 7};
        int refused = 0;
        for (int at = 0; at + 4 < original.length; at += 1 + random.nextInt(12)) {
            byte[] bytes = original.clone();
            ByteBuffer.wrap(bytes).putInt(at, lies[random.nextInt(lies.length)]);
            CRC32 crc = new CRC32();
            crc.update(bytes, 0, bytes.length - 4);
            ByteBuffer.wrap(bytes).putInt(bytes.length - 4, (int) crc.getValue());
            Path file = with(DESCRIPTION, bytes);
            try {
                Artefact a = Artefact.open(file);
                a.values();
                a.sample();
                a.widths().forEach(a::function);
            } catch (BytegradException e) {
                refused++;
            }
        }
        assertTrue(refused > 20, "only " + refused + " were refused");
        for (int length = 0; length < original.length; length += 1 + random.nextInt(80)) {
            refused(with(DESCRIPTION, java.util.Arrays.copyOf(original, length)), "Good.artefact");
        }
    }

    /** Bytes of the whole file: whatever is hit, nothing but our own errors, and the checksums find what matters. */
    @Test
    void flippedBits() throws IOException {
        byte[] whole = Files.readAllBytes(jar);
        Random random = new Random(Long.getLong("bytegrad.seed", 1) + 1);
        Path file = folder.resolve("flipped.jar");
        for (int n = 0; n < 150; n++) {
            byte[] bytes = whole.clone();
            // The directory at the end is where a zip reader decides.
            int at = n % 2 == 0 ? random.nextInt(bytes.length) : bytes.length - 1 - random.nextInt(1500);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bytes);
            try {
                Artefact a = Artefact.open(file);
                assertEquals(good.get(VALUES).length > 0, !a.values().isEmpty());
            } catch (BytegradException e) {
                // As it should be.
            }
        }
    }
}
