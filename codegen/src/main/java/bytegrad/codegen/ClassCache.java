package bytegrad.codegen;

import bytegrad.ir.Graph;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Program;
import bytegrad.runtime.SimdSupport;
import bytegrad.runtime.WriteException;
import bytegrad.runtime.artefact.Artefact;
import bytegrad.runtime.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.CodeSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Compiled functions in a folder, so that a graph is compiled once for many starts of a program:
 *
 * <pre>{@code
 * CompiledFunction step = Compiler.compile(graph, Options.DEFAULT.withCache(Path.of("/var/cache/my-app")));
 * }</pre>
 *
 * <p>With the system property {@code bytegrad.cache}, every compilation of a JVM goes through the folder it names; {@code ./bytegrad} sets it to what
 * {@code BYTEGRAD_CACHE} says.
 *
 * <p>An entry is a {@linkplain ModelJar model's jar}, scalar code and that of one width, under the SHA-256 of the graph's text, the options, the width and the
 * compiler that made it: whatever changes one of them has an entry of its own. Entries appear whole or not at all, so that any number of processes may share a
 * folder. Every class is compared with its checksum before it is defined; an entry that is damaged is compiled again and replaced, and a folder that cannot be
 * written costs the entry, not the function: both are told to the system logger
 * {@code bytegrad.cache}.
 *
 * <p>Checksums find damage, not malice. Who can write into the folder has code run by whoever uses it: trust it like a class path.
 *
 * @param folder where entries are; made if it is missing
 * @param maxBytes of all entries together: those that were used longest ago are removed when there is a new one
 */
public record ClassCache(Path folder, long maxBytes) {
    /** Unless told. */
    public static final long USUAL_BYTES = 1L << 30;

    private static final String MODEL = "cached.Graph";
    private static final String ENTRY = "[0-9a-f]{64}\\.jar";

    /** Checks the limit. */
    public ClassCache {
        if (maxBytes < 0) {
            throw new OptionsException("maxBytes is " + maxBytes + ", but must be at least 0");
        }
    }

    /** With at most a gibibyte of entries. */
    public ClassCache(Path folder) {
        this(folder, USUAL_BYTES);
    }

    /** The one that options or the system property name. */
    static Optional<ClassCache> of(Options options) {
        String property = System.getProperty("bytegrad.cache", "");
        try {
            return options.cache().or(() -> property.isEmpty() ? Optional.empty() : Optional.of(Path.of(property))).map(ClassCache::new);
        } catch (InvalidPathException e) {
            throw new OptionsException("the system property bytegrad.cache is no path: " + e.getMessage());
        }
    }

    /**
     * As {@link Compiler#compile(Graph, Options)}, or out of the folder: with the same bits. What is compiled to be looked at (with verification or a dump)
     * is compiled each time.
     *
     * @throws bytegrad.runtime.SimdException if vector code was asked for and this JVM lacks the module for it
     */
    public CompiledFunction compile(Graph graph, Options options) {
        if (options.verify() || options.dump().isPresent()) {
            return Compiler.compileAnew(graph, options);
        }
        int bits = 8 * options.simd().bytes();
        if (bits > 0) {
            SimdSupport.requireModule();
        }
        String text = ModelJar.sha256(GraphPrinter.print(graph));
        String all = String.join("\n", text, options.withoutCache().toString(), Integer.toString(bits), Compiler.VERSION, Build.TEXT);
        Path entry = folder.resolve(ModelJar.sha256(all) + ".jar");
        if (Files.exists(entry)) {
            Optional<CompiledFunction> known = open(entry, text, options, bits);
            if (known.isPresent()) {
                touch(entry);
                return known.get();
            }
        }
        Optional<CompiledFunction> written = write(graph, options, bits, entry) ? open(entry, text, options, bits) : Optional.empty();
        return written.orElseGet(() -> Compiler.compileAnew(graph, options));
    }

    /** The function of an entry, if there is nothing wrong with it. */
    private static Optional<CompiledFunction> open(Path entry, String hash, Options options, int bits) {
        try {
            Artefact artefact = Artefact.open(entry);
            if (!artefact.provenance().graphHash().equals(hash)) {
                throw new FormatException(entry.toString(), "is of another graph");
            }
            if (options.simd() == Options.Simd.AUTO) {
                return Optional.of(artefact.function());
            }
            CompiledFunction function = artefact.function(bits);
            if (options.start() == Options.Start.WARM) {
                function.warmUp();
            }
            return Optional.of(function);
        } catch (FormatException e) {
            System.getLogger("bytegrad.cache").log(Level.WARNING, "compiles once more: " + e.getMessage());
            return Optional.empty();
        }
    }

    private boolean write(Graph graph, Options options, int bits, Path entry) {
        try {
            Files.createDirectories(folder);
            AtomicFile.clean(folder);
            new ModelJar(graph, options).write(entry, JarOptions.DEFAULT.named(MODEL).withWidths(bits == 0 ? Set.of() : Set.of(bits)));
            trim(entry);
            return true;
        } catch (IOException | WriteException e) {
            System.getLogger("bytegrad.cache").log(Level.WARNING, "compiles without the cache in " + folder + ": " + e.getMessage());
            return false;
        }
    }

    private static void touch(Path entry) {
        try {
            Files.setLastModifiedTime(entry, FileTime.from(Instant.now()));
        } catch (IOException e) {
            // It counts as older than it is, which costs a compilation at worst.
        }
    }

    private record Used(Path entry, long bytes, FileTime last) {}

    /** Removes the entries used longest ago, but not the new one, until all together are within the limit. */
    private void trim(Path latest) throws IOException {
        List<Used> entries = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> String.valueOf(f.getFileName()).matches(ENTRY)).toList()) {
                try {
                    entries.add(new Used(file, Files.size(file), Files.getLastModifiedTime(file)));
                } catch (IOException e) {
                    // Another process has removed it.
                }
            }
        }
        long all = entries.stream().mapToLong(Used::bytes).sum();
        entries.sort(Comparator.comparing(Used::last));
        for (Used used : entries) {
            if (all > maxBytes && !used.entry().equals(latest)) {
                Files.deleteIfExists(used.entry());
                all -= used.bytes();
            }
        }
    }

    /** What tells one build of the compiler from another of the same version: sizes and times of the files it is in. */
    private static final class Build {
        static final String TEXT = Stream.of(Compiler.class, Graph.class, Program.class).map(Build::of).reduce("", (a, b) -> a + " " + b);

        private Build() {}

        private static String of(Class<?> type) {
            CodeSource source = type.getProtectionDomain().getCodeSource();
            URL place = source == null ? null : source.getLocation();
            if (place == null) {
                return "";
            }
            try (Stream<Path> files = Files.walk(Path.of(place.toURI()))) {
                long size = 0;
                long latest = 0;
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    size += Files.size(file);
                    latest = Math.max(latest, Files.getLastModifiedTime(file).toMillis());
                }
                return size + "@" + latest;
            } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
                // Part of the Java runtime's own image, say.
                return place.toString();
            } catch (IOException | UncheckedIOException e) {
                throw new UncheckedIOException("cannot see where this compiler is", e instanceof IOException io ? io : ((UncheckedIOException) e).getCause());
            }
        }
    }
}
