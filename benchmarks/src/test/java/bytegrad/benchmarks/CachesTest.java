package bytegrad.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachesTest {
    @TempDir
    Path folder;

    private Path processor(String vendor, String size) throws IOException {
        String one = "processor\t: 0\nvendor_id\t: " + vendor + "\ncpu MHz\t\t: 2096.013\ncache size\t: " + size + "\nflags\t\t: fpu vme\n\n";
        return Files.writeString(folder.resolve("cpuinfo"), one + one);
    }

    private OptionalLong second(Path processor) {
        return Caches.bytes(2, folder.resolve("absent"), processor);
    }

    @Test
    void whereTheKernelListsNoCachesTheProcessorSaysHowLargeItsSecondIs() throws IOException {
        assertEquals(OptionalLong.of(1 << 20), second(processor("AuthenticAMD", "1024 KB")));
    }

    @Test
    void elsewhereThatSizeMayBeTheThirds() throws IOException {
        assertEquals(OptionalLong.empty(), second(processor("GenuineIntel", "491520 KB")));
    }

    @Test
    void whatIsNoSizeIsNotTakenForOne() throws IOException {
        assertEquals(OptionalLong.empty(), second(processor("AuthenticAMD", "unknown")));
        assertEquals(OptionalLong.empty(), second(folder.resolve("absent")));
    }

    @Test
    void listedCachesAreThoseOfData() throws IOException {
        String[][] caches = {{"1", "Data", "48K"}, {"1", "Instruction", "32K"}, {"2", "Unified", "2048K"}};
        for (int i = 0; i < caches.length; i++) {
            Path index = Files.createDirectories(folder.resolve("cache/index" + i));
            Files.writeString(index.resolve("level"), caches[i][0] + "\n");
            Files.writeString(index.resolve("type"), caches[i][1] + "\n");
            Files.writeString(index.resolve("size"), caches[i][2] + "\n");
        }
        Path processor = processor("AuthenticAMD", "512 KB");
        assertEquals(OptionalLong.of(48 << 10), Caches.bytes(1, folder.resolve("cache"), processor));
        assertEquals(OptionalLong.of(2 << 20), Caches.bytes(2, folder.resolve("cache"), processor));
        assertEquals(OptionalLong.empty(), Caches.bytes(3, folder.resolve("cache"), processor));
    }
}
