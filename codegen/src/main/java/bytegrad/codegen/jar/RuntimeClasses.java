package bytegrad.codegen.jar;

import bytegrad.runtime.Program;
import bytegrad.runtime.WriteException;
import bytegrad.runtime.artefact.JarPart;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The runtime that this compiler runs with, for a jar that is to need nothing else.
 *
 * @param parts its classes
 * @param module what it requires and exports
 */
public record RuntimeClasses(List<JarPart> parts, ModuleDescriptor module) {
    private static final String ROOT = "bytegrad/runtime";

    /** Copies the list. */
    public RuntimeClasses {
        parts = List.copyOf(parts);
    }

    /**
     * Reads it from wherever it is.
     *
     * @param target the jar, for messages
     * @throws WriteException where they cannot be read
     */
    public static RuntimeClasses read(Path target) {
        CodeSource source = Program.class.getProtectionDomain().getCodeSource();
        URL place = source == null ? null : source.getLocation();
        if (place == null) {
            throw new WriteException(target, "cannot be standalone: the classes of bytegrad-runtime are nowhere to be found");
        }
        try {
            URI uri = place.toURI();
            Path path = uri.getScheme().equals("jrt") ? Path.of(URI.create("jrt:/modules/bytegrad.runtime")) : Path.of(uri);
            if (Files.isDirectory(path)) {
                return below(path);
            }
            try (FileSystem jar = FileSystems.newFileSystem(path)) {
                return below(jar.getPath("/"));
            }
        } catch (IOException | URISyntaxException | IllegalArgumentException e) {
            throw new WriteException(target, "cannot be standalone: the classes of bytegrad-runtime cannot be read from " + place + ": " + e, e);
        }
    }

    private static RuntimeClasses below(Path root) throws IOException {
        List<JarPart> parts = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> all = Files.walk(root.resolve(ROOT))) {
            files = all.filter(f -> f.toString().endsWith(".class") && !f.endsWith("package-info.class")).sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
        }
        for (Path file : files) {
            parts.add(JarPart.of(root.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file)));
        }
        try (InputStream in = Files.newInputStream(root.resolve("module-info.class"))) {
            return new RuntimeClasses(parts, ModuleDescriptor.read(in));
        }
    }
}
