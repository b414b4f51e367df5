package bytegrad.runtime.artefact;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * Defines the classes of a jar that was opened; their bytes are in memory, so that the jar may be replaced meanwhile. The runtime is the one that opened it. Files
 * beside the classes are read from the jar when asked for, which stays open no longer than that.
 */
final class JarLoader extends ClassLoader {
    private final Path jar;
    private final String folder;
    private final Map<String, byte[]> classes;

    static {
        registerAsParallelCapable();
    }

    JarLoader(Path jar, Layout layout, Map<String, byte[]> classes) {
        super("bytegrad-jar", Artefact.class.getClassLoader());
        this.jar = jar;
        this.folder = layout.packageName().replace('.', '/') + "/";
        this.classes = classes;
    }

    /** The jar's own classes come first: a class of the same name elsewhere is another class. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        byte[] bytes = classes.get(name);
        if (bytes == null) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : defineClass(name, bytes, 0, bytes.length);
        }
    }

    @Override
    public @Nullable InputStream getResourceAsStream(String path) {
        if (!path.startsWith(folder)) {
            return super.getResourceAsStream(path);
        }
        JarReader reader = new JarReader(jar);
        ZipEntry entry = reader.entries().get(path);
        try {
            if (entry != null) {
                return new FilterInputStream(reader.stream(entry)) {
                    @Override
                    public void close() throws IOException {
                        super.close();
                        reader.close();
                    }
                };
            }
        } catch (IOException e) {
            // As a class path has it: what cannot be opened is not there.
        }
        reader.close();
        return null;
    }
}
