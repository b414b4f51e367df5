package bytegrad.codegen.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MachineProfileTest {
    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("machine.properties"), text);
    }

    private String refusal(Path file) {
        String message = assertThrows(MachineProfileException.class, () -> MachineProfile.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": ") && message.length() < 400 + file.toString().length() && message.lines().count() == 1, message);
        return message;
    }

    @Test
    void theDefaultIsWhatDecisionsWereMadeFor() {
        assertEquals(0.15, MachineProfile.DEFAULT.nanosPerOperation());
        assertEquals(0.03, MachineProfile.DEFAULT.nanosPerByte());
        assertEquals(1 << 20, MachineProfile.DEFAULT.residentBytes());
        assertEquals(20_000, MachineProfile.DEFAULT.chunkNanos());
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        MachineProfile other = new MachineProfile("my-2.box", 256, 117.25, 1 << 19, 21.5, 320);
        assertEquals(other, MachineProfile.read(file(other.text())));
        assertEquals(MachineProfile.DEFAULT, MachineProfile.read(file("# of a server\n\n" + MachineProfile.DEFAULT.text().replace("=", " = "))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "name=avx512-server; name=a b; name is a b, but must be 1 to 64 letters, digits, dots, underscores and hyphens",
                "vector.bits=512; vector.bits=384; vector.bits is 384, but must be 128, 256 or 512",
                "vector.bits=512; vector.bits=4294967808; vector.bits is 2147483647, but must be 128, 256 or 512",
                "fma.gflops=240; fma.gflops=0; fma.gflops is 0, but must be from 0.1 to 100000",
                "fma.gflops=240; fma.gflops=NaN; fma.gflops is NaN, but must be a number of digits, such as 40 or 12.5",
                "fma.gflops=240; fma.gflops=-3; fma.gflops is -3, but must be a number of digits, such as 40 or 12.5",
                "l2.bytes=2097152; l2.bytes=32767; l2.bytes is 32767, but must be from 32768 to 1073741824",
                "l2.bytes=2097152; l2.bytes=2M; l2.bytes is 2M, but must be a whole number of at most 10 digits",
                "l2.bytes=2097152; l2.bytes=99999999999999999999; l2.bytes is 99999999999999999999, but must be a whole number of at most 10 digits",
                "l3.gbs=40; l3.gbs=10000.5; l3.gbs is 10000.5, but must be from 0.1 to 10000",
                "l3.gbs=40; l3.gbs=; l3.gbs is , but must be a number of digits, such as 40 or 12.5",
                "launch.nanos=1000; launch.nanos=9; launch.nanos is 9, but must be from 10 to 10000000",
                "launch.nanos=1000; launch.nano=1000; line 6 has the unknown key launch.nano",
                "launch.nanos=1000; l3.gbs=1000; line 6 has l3.gbs again",
                "launch.nanos=1000; launch; line 6 is no key=value: launch",
                "launch.nanos=1000; # nothing; has no launch.nanos",
            })
    void whatCannotBeIsRefusedWithTheRange(String line, String other, String expected) throws IOException {
        String message = refusal(file(MachineProfile.DEFAULT.text().replace(line.strip(), other.strip())));
        assertTrue(message.contains(expected.strip()), message);
    }

    @Test
    void aFileThatIsNoneIsRefused() throws IOException {
        assertTrue(refusal(folder.resolve("none")).contains("cannot be read"));
        assertTrue(refusal(folder).contains("cannot be read"));
        assertTrue(refusal(file("#".repeat(1 << 20))).contains("at most 16384 bytes"));
        assertTrue(refusal(file("")).contains("has no name"));
        Path bytes = Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, 0, (byte) 0x80, 27});
        assertTrue(refusal(bytes).contains("line 1 is no key=value: "));
    }
}
