package bytegrad.benchmarks.check;

import java.nio.file.Path;

/** The folders that checks read. */
final class Places {
    private Places() {}

    /** The project's folder: system property {@code bytegrad.root}, set by check.sh. */
    static Path root() {
        return Path.of(System.getProperty("bytegrad.root", ".")).toAbsolutePath().normalize();
    }

    /** Data that is no part of the project: {@code BYTEGRAD_SHARED}, or {@code shared} beside the project. */
    static Path shared() {
        String given = System.getenv("BYTEGRAD_SHARED");
        return given != null && !given.isEmpty() ? Path.of(given) : root().resolveSibling("shared");
    }
}
