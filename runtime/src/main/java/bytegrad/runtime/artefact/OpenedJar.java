package bytegrad.runtime.artefact;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.InputException;
import bytegrad.runtime.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/** A model's jar as a file: its main class is found and loaded, and it is written once more with other values. */
final class OpenedJar {
    private static final String MANIFEST = "META-INF/MANIFEST.MF";
    private static final int LONGEST_MANIFEST = 1 << 20;
    private static final String CLASS = ".class";
    /** A standalone jar's copy of this runtime; the one that is here is used. */
    private static final String RUNTIME = "bytegrad/runtime/";

    private OpenedJar() {}

    /** The main class of a jar, in a loader of its own; throws FormatException where there is none that can be had. */
    static ArtefactClass model(Path jar) {
        try (JarReader reader = new JarReader(jar)) {
            String name = className(reader);
            if (name == null) {
                throw new FormatException(jar.toString(), "is no model's jar: its manifest has no " + Layout.ATTRIBUTE);
            }
            Layout layout;
            try {
                layout = Layout.of(name);
            } catch (InputException e) {
                throw new FormatException(jar.toString(), FormatException.NOWHERE, Layout.ATTRIBUTE + ": " + e.getMessage(), e);
            }
            Map<String, byte[]> classes = new HashMap<>();
            long left = Runtime.getRuntime().maxMemory() / 4;
            for (String path : reader.entries().keySet()) {
                if (path.endsWith(CLASS) && !path.startsWith(RUNTIME) && !path.startsWith("META-INF/") && !path.equals("module-info.class")) {
                    byte[] bytes = reader.read(path, left);
                    left -= bytes.length;
                    classes.put(path.substring(0, path.length() - CLASS.length()).replace('/', '.'), bytes);
                }
            }
            if (!classes.containsKey(layout.className())) {
                throw new FormatException(reader.place(layout.path(CLASS)), "is missing");
            }
            Class<?> main = new JarLoader(jar, layout, classes).loadClass(name);
            return instance(main);
        } catch (ClassNotFoundException | LinkageError | InputException e) {
            throw new FormatException(jar.toString(), FormatException.NOWHERE, "its main class cannot be loaded: " + e, e);
        }
    }

    /** Whether a file is a jar whose manifest names a model. */
    static boolean is(Path jar) {
        try (JarReader reader = new JarReader(jar)) {
            return className(reader) != null;
        } catch (FormatException e) {
            return false;
        }
    }

    private static @Nullable String className(JarReader reader) {
        return attribute(new String(reader.read(MANIFEST, LONGEST_MANIFEST), StandardCharsets.UTF_8), Layout.ATTRIBUTE);
    }

    /** An object of a main class. */
    static ArtefactClass instance(Class<?> model) {
        if (!ArtefactClass.class.isAssignableFrom(model)) {
            throw new InputException(model.getName(), "is not the main class of a model's jar");
        }
        try {
            return (ArtefactClass) model.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new InputException(model.getName(), "is a class that cannot be used from here: " + e);
        }
    }

    /** An attribute of a manifest's main section; null where it is not there. */
    static @Nullable String attribute(String manifest, String key) {
        String found = null;
        for (String line : manifest.split("\r\n|\n|\r", -1)) {
            if (line.isEmpty()) {
                break;
            } else if (found != null) {
                if (line.charAt(0) != ' ') {
                    break;
                }
                found += line.substring(1);
            } else if (line.startsWith(key + ": ")) {
                found = line.substring(key.length() + 2);
            }
        }
        return found;
    }

    /** The jar that a class is of; throws InputException where it is in a folder, or somewhere else again. */
    static Path of(ArtefactClass model) {
        CodeSource source = model.getClass().getProtectionDomain().getCodeSource();
        URL place = source == null ? null : source.getLocation();
        try {
            if (place != null && place.getProtocol().equals("file")) {
                Path jar = Path.of(place.toURI());
                if (Files.isRegularFile(jar)) {
                    return jar;
                }
            }
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            // Said below.
        }
        throw new InputException(model.getClass().getName(), "is not in a jar, but " + place + ": there is nothing to write once more");
    }

    /** Writes a jar's entries, in their order, but for the values and what the description says of them. */
    static void rewrite(Path jar, Path target, Layout layout, Description description, AtomicFile.Body values) {
        try (JarReader reader = new JarReader(jar)) {
            Description next = description.with(JarWriter.measure(Layout.VALUES, values));
            List<JarPart> parts = new ArrayList<>();
            for (Map.Entry<String, ZipEntry> entry : reader.entries().entrySet()) {
                String path = entry.getKey();
                if (path.equals(layout.path(Layout.VALUES))) {
                    parts.add(JarPart.stored(path, values));
                } else if (path.equals(layout.path(Layout.DESCRIPTION))) {
                    parts.add(JarPart.of(path, DescriptionWriter.bytes(next)));
                } else {
                    AtomicFile.Body same = out -> reader.copy(path, out, Long.MAX_VALUE);
                    parts.add(entry.getValue().getMethod() == ZipEntry.STORED ? JarPart.stored(path, same) : JarPart.compressed(path, same));
                }
            }
            JarWriter.write(target, parts);
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail", e);
        }
    }
}
