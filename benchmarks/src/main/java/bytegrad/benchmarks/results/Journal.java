package bytegrad.benchmarks.results;

import bytegrad.runtime.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A file with a line of JSON for each figure, written as they come: a run that is broken off loses none. */
public final class Journal {
    private final Path file;

    /** Starts an empty file, in a folder that is made if it is not there. */
    public static Journal in(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Files.writeString(file, "");
            return new Journal(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Journal(Path file) {
        this.file = file;
    }

    void add(Measured m) {
        line(m.json());
    }

    void add(Limits l) {
        line(l.json());
    }

    private void line(Json.Obj json) {
        try {
            Files.writeString(file, json.compact() + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All figures of some files. */
    public static Comparison comparison(List<Path> files) {
        return new Comparison(files.stream().flatMap(Journal::objects).filter(o -> o.get("workload").isPresent()).map(Measured::of).toList());
    }

    /** Of each number of threads the greatest of the limits that some files have. */
    static List<Limits> limits(List<Path> files) {
        List<Limits> all = files.stream().flatMap(Journal::objects).filter(o -> o.get("gflops").isPresent()).map(Limits::of).toList();
        List<Limits> best = new ArrayList<>();
        all.stream().map(Limits::threads).distinct().sorted().forEach(t -> best.add(Limits.best(all.stream().filter(l -> l.threads() == t).toList())));
        return best;
    }

    private static Stream<Json.Obj> objects(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(l -> !l.isBlank())
                    .map(l -> (Json.Obj) Json.parse(file.toString(), l.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
