package bytegrad.benchmarks.results;

import bytegrad.runtime.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file with a line of JSON for each figure, written as they come: a run that is broken off loses none, and may go on. */
public final class Journal {
    private final Path file;

    /** A file that is there, or will be with its first line. */
    public Journal(Path file) {
        this.file = file;
    }

    /** All that the file has; nothing where there is no file. */
    public Recorded read() {
        if (!Files.exists(file)) {
            return Recorded.EMPTY;
        }
        try {
            return Recorded.of(Files.readAllLines(file).stream()
                    .filter(l -> !l.isBlank())
                    .map(l -> (Json.Obj) Json.parse(file.toString(), l.getBytes(StandardCharsets.UTF_8)))
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(Json.Obj line) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, line.compact() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(file);
    }
}
