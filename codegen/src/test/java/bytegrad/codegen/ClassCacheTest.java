package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Literal;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassCacheTest {
    private static final Logger LOGGER = Logger.getLogger("bytegrad.cache");

    @TempDir
    Path folder;

    @BeforeEach
    void quiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterEach
    void loud() {
        LOGGER.setLevel(null);
    }

    /** h ← tanh(h·w) + table·factor, y = Σ h: a state, a contraction, and a constant that has to be stored. */
    private static Graph graph(double factor) {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("w", DType.F32, 19, 19);
        Node h = b.input("h", DType.F32, 5, 19);
        float[] table = new float[19];
        for (int i = 0; i < table.length; i++) {
            table[i] = (float) Math.sin(i);
        }
        Node next = b.add(b.tanh(b.matmul(h, w)), b.mul(b.constant(Literal.of(Shape.of(19), table)), b.constant(DType.F32, factor)));
        b.update(h, next);
        b.output("y", b.sumAll(next));
        return b.build();
    }

    private static List<Tensor> run(CompiledFunction f) {
        Session s = f.newSession(1);
        Random random = new Random(1);
        for (String name : List.of("w", "h")) {
            float[] v = new float[name.equals("w") ? 361 : 95];
            for (int i = 0; i < v.length; i++) {
                v[i] = random.nextFloat() - 0.5f;
            }
            s.set(name, v);
        }
        s.run();
        s.run();
        return List.of(s.state("h"), s.get("y"));
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
        }
    }

    private static Object identity(Path file) throws IOException {
        BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
        return List.of(String.valueOf(a.fileKey()), a.creationTime(), a.size());
    }

    @Test
    void aGraphIsCompiledOnce() throws IOException {
        List<Tensor> expected = run(Compiler.compile(graph(0.5)));
        assertEquals(expected, run(new ClassCache(folder).compile(graph(0.5), Options.DEFAULT)));
        Path entry = entries().getFirst();
        Object first = identity(entry);
        assertEquals(expected, run(Compiler.compile(graph(0.5), Options.DEFAULT.withCache(folder))));
        for (int i = 0; i < 3; i++) {
            assertEquals(expected, run(new ClassCache(folder).compile(graph(0.5), Options.DEFAULT)));
        }
        assertEquals(List.of(entry), entries());
        assertEquals(first, identity(entry), "it was not written again");
        assertTrue(entry.getFileName().toString().matches("[0-9a-f]{64}\\.jar"));
    }

    @Test
    void whatChangesTheCodeHasAnEntryOfItsOwn() throws IOException {
        ClassCache cache = new ClassCache(folder);
        List<Tensor> expected = run(Compiler.compile(graph(0.5)));
        List<Options> all = List.of(Options.DEFAULT, Options.DEFAULT.withSimd(Options.Simd.SCALAR), Options.DEFAULT.withSimd(Options.Simd.BITS_128), Options.DEFAULT.withFusion(false),
                Options.DEFAULT.withChunkNanos(0), Options.DEFAULT.withProfile(true), Options.DEFAULT.withStart(Options.Start.SCALAR));
        for (int round = 0; round < 2; round++) {
            for (Options options : all) {
                assertEquals(expected, run(cache.compile(graph(0.5), options)), options.toString());
            }
            assertEquals(all.size(), entries().size());
        }
        assertNotEquals(expected, run(cache.compile(graph(0.25), Options.DEFAULT)));
        assertEquals(all.size() + 1, entries().size());
        assertEquals(1, cache.compile(graph(0.5), Options.DEFAULT.withProfile(true)).signature().states().size());
        assertEquals(expected, run(cache.compile(graph(0.5), Options.DEFAULT.withVerification(true))));
        assertEquals(all.size() + 1, entries().size(), "what is compiled to be looked at is not kept");
    }

    @Test
    void aPropertyNamesAFolderForAll() throws IOException {
        List<Tensor> expected = run(Compiler.compile(graph(0.5)));
        assertEquals(List.of(), entries());
        try {
            System.setProperty("bytegrad.cache", folder.toString());
            assertEquals(expected, run(Compiler.compile(graph(0.5))));
            assertEquals(1, entries().size());
            System.setProperty("bytegrad.cache", "\u0000");
            assertThrows(OptionsException.class, () -> Compiler.compile(graph(0.5)));
        } finally {
            System.clearProperty("bytegrad.cache");
        }
    }

    @Test
    void aDamagedEntryIsReplaced() throws IOException {
        List<Tensor> expected = run(new ClassCache(folder).compile(graph(0.5), Options.DEFAULT.withSimd(Options.Simd.SCALAR)));
        Path entry = entries().getFirst();
        byte[] good = Files.readAllBytes(entry);
        Random random = new Random(Long.getLong("bytegrad.seed", 20260101));
        List<byte[]> bad = new ArrayList<>(List.of(new byte[0], new byte[100], Arrays.copyOf(good, good.length / 2), Arrays.copyOf(good, good.length - 1)));
        for (int i = 0; i < 40; i++) {
            byte[] one = good.clone();
            one[random.nextInt(one.length)] ^= (byte) (1 << random.nextInt(8));
            bad.add(one);
        }
        int replaced = 0;
        for (byte[] bytes : bad) {
            Files.write(entry, bytes);
            assertEquals(expected, run(new ClassCache(folder).compile(graph(0.5), Options.DEFAULT.withSimd(Options.Simd.SCALAR))));
            replaced += Arrays.equals(good, Files.readAllBytes(entry)) ? 1 : 0;
        }
        // The rest is damage that nobody reads: in times, comments and the listings.
        assertTrue(replaced > 20, replaced + " of " + bad.size());
    }

    @Test
    void anEntryOfAnotherGraphIsNotTaken() throws IOException {
        ClassCache cache = new ClassCache(folder);
        cache.compile(graph(0.5), Options.DEFAULT);
        Path first = entries().getFirst();
        List<Tensor> expected = run(cache.compile(graph(0.25), Options.DEFAULT));
        Path second = entries().stream().filter(e -> !e.equals(first)).findFirst().orElseThrow();
        Files.copy(first, second, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertEquals(expected, run(cache.compile(graph(0.25), Options.DEFAULT)));
    }

    @Test
    void manyMayWriteAtOnce() throws Exception {
        List<Tensor> expected = run(Compiler.compile(graph(0.5)));
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<List<Tensor>>> all = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                // Every eighth entry has just been damaged by somebody else.
                boolean damage = i % 8 == 7;
                all.add(threads.submit(() -> {
                    for (Path entry : damage ? entries() : List.<Path>of()) {
                        Files.write(entry, new byte[50]);
                    }
                    return run(new ClassCache(folder).compile(graph(0.5), Options.DEFAULT));
                }));
            }
            for (Future<List<Tensor>> one : all) {
                assertEquals(expected, one.get());
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aFolderThatCannotBeWrittenCostsTheEntryOnly() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertEquals(run(Compiler.compile(graph(0.5))), run(new ClassCache(file).compile(graph(0.5), Options.DEFAULT)));
        Path made = folder.resolve("a/b/c");
        new ClassCache(made).compile(graph(0.5), Options.DEFAULT);
        assertTrue(Files.isDirectory(made));
    }

    @Test
    void theOldestEntriesGo() throws IOException {
        ClassCache cache = new ClassCache(folder);
        for (int i = 1; i <= 4; i++) {
            cache.compile(graph(i), Options.DEFAULT.withSimd(Options.Simd.SCALAR));
            Path latest = entries().stream().max(java.util.Comparator.comparing(p -> p.toFile().lastModified())).orElseThrow();
            Files.setLastModifiedTime(latest, java.nio.file.attribute.FileTime.fromMillis(1_000_000_000_000L + i * 1000L));
        }
        Files.write(folder.resolve("mine.jar"), new byte[1 << 20]);
        long size = Files.size(entries().stream().filter(p -> !p.endsWith("mine.jar")).findFirst().orElseThrow());
        // Used last: it is not the one to go.
        cache.compile(graph(1), Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        new ClassCache(folder, 3 * size).compile(graph(5), Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        assertTrue(Files.exists(folder.resolve("mine.jar")));
        List<Object> before = new ArrayList<>();
        for (Path p : entries()) {
            before.add(identity(p));
        }
        assertTrue(before.size() == 3 || before.size() == 4, before.toString());
        cache.compile(graph(1), Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        assertEquals(before.size(), entries().size(), "the first is still there");
        assertThrows(OptionsException.class, () -> new ClassCache(folder, -1));
    }
}
