package bytegrad.runtime.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import bytegrad.runtime.WriteException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private void write(Path path, String text) {
        AtomicFile.write(path, out -> out.write(text.getBytes()));
    }

    private void assertOnly(String... names) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> found = files.map(file -> file.getFileName().toString()).sorted().toList();
            assertEquals(Stream.of(names).sorted().toList(), found);
        }
    }

    @Test
    void writesAndReplaces() throws IOException {
        Path path = folder.resolve("a b.txt");
        write(path, "one");
        write(path, "two");
        assertEquals("two", Files.readString(path));
        assertOnly("a b.txt");
    }

    @Test
    void aFailureKeepsTheOldFileAndLeavesNothing() throws IOException {
        Path path = folder.resolve("f");
        write(path, "old");
        WriteException full = assertThrows(WriteException.class, () -> AtomicFile.write(path, out -> {
            out.write(new byte[200_000]);
            throw new IOException("No space left on device");
        }));
        assertEquals(path + ": cannot be written: No space left on device", full.getMessage());
        assertThrows(IllegalStateException.class, () -> AtomicFile.write(path, out -> {
            throw new IllegalStateException();
        }));
        assertThrows(StackOverflowError.class, () -> AtomicFile.write(path, out -> {
            throw new StackOverflowError();
        }));
        assertEquals("old", Files.readString(path));
        assertOnly("f");
    }

    @Test
    void theTargetIsTheOldFileUntilTheNewOneIsWhole() throws IOException {
        Path path = folder.resolve("f");
        write(path, "old");
        AtomicFile.write(path, out -> {
            out.write(new byte[200_000]);
            out.flush();
            assertEquals("old", Files.readString(path));
        });
        assertEquals(200_000, Files.size(path));
    }

    @Test
    void survivesAnInterruptedThread() throws IOException {
        Thread.currentThread().interrupt();
        write(folder.resolve("f"), "text");
        assertTrue(Thread.interrupted());
        assertEquals("text", Files.readString(folder.resolve("f")));
    }

    @Test
    void refusesFoldersAndMissingFolders() throws IOException {
        WriteException e = assertThrows(WriteException.class, () -> write(folder, "x"));
        assertTrue(e.getMessage().endsWith("not a regular file"), e.getMessage());
        e = assertThrows(WriteException.class, () -> write(folder.resolve("no/f"), "x"));
        assertTrue(e.getMessage().contains("no folder"), e.getMessage());
        assertThrows(WriteException.class, () -> write(Path.of("/"), "x"));
        assertOnly();
    }

    @Test
    void writesThroughALink() throws IOException {
        Path path = folder.resolve("real");
        write(path, "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("real"));
        write(link, "new");
        assertEquals("new", Files.readString(path));
        assertTrue(Files.isSymbolicLink(link));
        assertOnly("link", "real");
    }

    @Test
    void othersCanReadTheFileAsTheUmaskSays() throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path plain = Files.createFile(folder.resolve("plain"));
        write(folder.resolve("f"), "x");
        assertEquals(Files.getPosixFilePermissions(plain), Files.getPosixFilePermissions(folder.resolve("f")));
        assertFalse(Files.isExecutable(folder.resolve("f")));
    }

    @Test
    void theReplacedFileGetsAnotherName() throws IOException {
        Path path = folder.resolve("f");
        Path previous = folder.resolve("f.previous");
        AtomicFile.writeKeeping(path, previous, out -> out.write("one".getBytes()));
        assertOnly("f");
        AtomicFile.writeKeeping(path, previous, out -> {
            out.write("two".getBytes());
            out.flush();
            assertEquals("one", Files.readString(path));
        });
        assertEquals("two", Files.readString(path));
        assertEquals("one", Files.readString(previous));
        // As after a kill between the two renames: both are names of one file.
        Files.delete(previous);
        Files.createLink(previous, path);
        AtomicFile.writeKeeping(path, previous, out -> out.write("three".getBytes()));
        assertEquals("three", Files.readString(path));
        assertEquals("two", Files.readString(previous));
        assertThrows(WriteException.class, () -> AtomicFile.writeKeeping(path, previous, out -> {
            throw new IOException("No space left on device");
        }));
        assertEquals("three", Files.readString(path));
        assertEquals("two", Files.readString(previous));
        assertOnly("f", "f.previous");
    }

    @Test
    void onlyWhatDeadWritersLeftIsRemoved() throws IOException {
        long dead = 1L << 40;
        long living = ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(1L);
        long own = ProcessHandle.current().pid();
        List<String> kept = List.of("a.tmp", ".a.tmp", ".a." + living + ".ab12.tmp", ".a.x.ab12.tmp", "a." + dead + ".ab12.tmp", ".a." + dead + ".AB12.tmp",
                ".a." + dead + ".ab12.tmp.bak", ".." + dead + ".ab12");
        for (String name : kept) {
            Files.createFile(folder.resolve(name));
        }
        Files.createFile(folder.resolve(".a." + dead + ".ab12.tmp"));
        Files.createFile(folder.resolve(".b.c." + own + ".0.tmp"));
        Files.createDirectory(folder.resolve(".d." + dead + ".ab12.tmp"));
        AtomicFile.write(folder.resolve("f"), out -> {
            AtomicFile.clean(folder);
            out.write(1);
        });
        assertOnly(Stream.concat(kept.stream(), Stream.of("f", ".d." + dead + ".ab12.tmp")).toArray(String[]::new));
        AtomicFile.clean(folder.resolve("none"));
    }
}
