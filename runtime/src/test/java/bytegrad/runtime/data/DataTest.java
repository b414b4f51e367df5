package bytegrad.runtime.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Csv;
import bytegrad.runtime.io.TextFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Examples, batches and what they are read from. */
class DataTest {
    private static Examples numbers(int count) {
        return Examples.of(Map.of("n", Tensor.of(IntStream.range(0, count).toArray(), count), "pair", Tensor.of(new float[2 * count], count, 2)));
    }

    @Test
    void anEpochHasEachExampleOnceInAnOrderOfSeedAndEpoch() {
        Batches batches = new Batches(numbers(23), 5, 7);
        assertEquals(4, batches.perEpoch());
        List<Integer> first = epoch(batches, 0);
        assertEquals(20, new TreeSet<>(first).size());
        assertFalse(first.equals(epoch(batches, 1)));
        assertEquals(first, epoch(new Batches(numbers(23), 5, 7), 0));
        assertFalse(first.equals(epoch(new Batches(numbers(23), 5, 8), 0)));
        assertArrayEquals(new int[] {5, 2}, batches.at(3, 3).get("pair").shape());
        assertThrows(IndexOutOfBoundsException.class, () -> batches.at(0, 4));
    }

    private static List<Integer> epoch(Batches batches, int epoch) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < batches.perEpoch(); i++) {
            Arrays.stream(batches.at(epoch, i).get("n").ints()).forEach(all::add);
        }
        return all;
    }

    @Test
    void whatCannotBeLearntFromIsRefused() {
        assertTrue(assertThrows(DataException.class, () -> new Batches(numbers(3), 4, 1)).getMessage().contains("a batch of 4"));
        assertThrows(DataException.class, () -> new Batches(numbers(3), 0, 1));
        assertThrows(DataException.class, () -> new Batches(numbers(0), 1, 1));
        assertThrows(DataException.class, () -> Examples.of(Map.of()));
        String message = assertThrows(DataException.class,
                () -> Examples.of(Map.of("a", Tensor.of(new int[2], 2), "b", Tensor.of(new int[3], 3)))).getMessage();
        assertTrue(message.contains("i32[2]") && message.contains("i32[3]"), message);
        assertThrows(DataException.class, () -> Examples.of(Map.of("a", Tensor.scalar(1))));
    }

    @Test
    void prefetchKeepsOrderAndHandsOnFailures() {
        try (Prefetch p = new Prefetch(2, 9, i -> Map.of("i", Tensor.scalar(i)))) {
            for (int i = 2; i < 9; i++) {
                assertEquals(i, p.take().get("i").ints()[0]);
            }
            assertThrows(IllegalStateException.class, p::take);
        }
        DataException failure = new DataException("no");
        try (Prefetch p = new Prefetch(0, 9, i -> {
            if (i == 1) {
                throw failure;
            }
            return Map.of();
        })) {
            p.take();
            assertSame(failure, assertThrows(DataException.class, p::take));
            assertThrows(IllegalStateException.class, p::take);
        }
    }

    @Test
    void closingAPrefetchEndsItsThread() throws InterruptedException {
        Prefetch p = new Prefetch(0, Integer.MAX_VALUE, i -> Map.of());
        p.take();
        p.close();
        assertThrows(IllegalStateException.class, p::take);
        for (int i = 0; i < 500 && running(); i++) {
            Thread.sleep(10);
        }
        assertFalse(running());
    }

    private static boolean running() {
        return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals("bytegrad-prefetch") && t.isAlive());
    }

    @Test
    void windowsOfTextPredictEachCharacterOnce() {
        Vocabulary v = Vocabulary.of("hello 😀");
        assertEquals(6, v.size());
        int[] ids = v.encode("hello 😀 hell");
        assertEquals("hello 😀 hell", v.decode(ids));
        TextWindows windows = new TextWindows(ids, 4);
        assertEquals(2, windows.count());
        Map<String, Tensor> rows = windows.rows(new int[] {1, 0});
        assertEquals("o 😀 ", v.decode(Arrays.copyOf(rows.get("x").ints(), 4)));
        assertEquals("ello", v.decode(Arrays.copyOfRange(rows.get("y").ints(), 4, 8)));
        assertTrue(assertThrows(DataException.class, () -> v.encode("hex")).getMessage().contains("'x' at place 2"));
        assertThrows(DataException.class, () -> new TextWindows(new int[4], 4));
        assertThrows(DataException.class, () -> new Vocabulary("ba"));
        assertThrows(DataException.class, () -> new Vocabulary(""));
    }

    @Test
    void csvHasQuotesNumbersAndClasses() {
        Csv t = Csv.parse("t", "a,\"b, c\",kind\r\n1,2.5,\"x\"\"y\"\n-3,1e3,z\n\n");
        assertEquals(List.of("a", "b, c", "kind"), t.columns());
        assertArrayEquals(new float[] {1, 2.5f, -3, 1000}, t.floats("a", "b, c").floats());
        assertEquals(List.of("x\"y", "z"), t.classes("kind"));
        assertArrayEquals(new int[] {0, 1}, t.labels("kind", t.classes("kind")).ints());
        refused("line 3 has 1 fields", () -> Csv.parse("t", "a,b\n1,2\n3\n"));
        refused("line 2: a quote is not closed", () -> Csv.parse("t", "a\n\"1"));
        refused("is empty", () -> Csv.parse("t", "\n\n"));
        refused("\"kind\": \"x\"y\" is no number", () -> t.floats("kind"));
        refused("no column \"q\"", () -> t.floats("q"));
        refused("none of the 1 classes", () -> t.labels("kind", List.of("z")));
    }

    private static void refused(String part, Runnable action) {
        String message = assertThrows(FormatException.class, action::run).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void textsAreUtf8OfABoundedSize(@TempDir Path dir) throws IOException {
        Path file = Files.write(dir.resolve("t.txt"), new byte[] {'a', (byte) 0xff});
        refused("no text in UTF-8", () -> TextFile.read(file, 10));
        refused("larger than 1 bytes", () -> TextFile.read(file, 1));
        assertEquals("é", TextFile.read(Files.writeString(dir.resolve("u.txt"), "é"), 2));
    }
}
