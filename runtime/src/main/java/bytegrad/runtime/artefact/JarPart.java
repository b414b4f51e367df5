package bytegrad.runtime.artefact;

import bytegrad.runtime.InputException;
import bytegrad.runtime.io.AtomicFile;

/** An entry of a jar that is to be written: a path and what comes there. */
public final class JarPart {
    private final String path;
    private final boolean compressed;
    private final AtomicFile.Body body;

    private JarPart(String path, boolean compressed, AtomicFile.Body body) {
        this.path = path;
        this.compressed = compressed;
        this.body = body;
        if (!JarPaths.isPlain(path)) {
            throw new InputException(path, "is no path for an entry of a jar: names of folders and a file with / between, none of them . or ..");
        }
    }

    /** A file that is compressed; throws InputException where the path is no plain one below the jar's root. */
    public static JarPart of(String path, byte[] bytes) {
        byte[] own = bytes.clone();
        return compressed(path, out -> out.write(own));
    }

    /** A file that is compressed. */
    static JarPart compressed(String path, AtomicFile.Body body) {
        return new JarPart(path, true, body);
    }

    /**
     * A file that is stored as it is, such as numbers, which hardly compress.
     *
     * @param body writes the same bytes each time it is called, which is twice
     */
    public static JarPart stored(String path, AtomicFile.Body body) {
        return new JarPart(path, false, body);
    }

    /** The name of the entry. */
    public String path() {
        return path;
    }

    boolean compressed() {
        return compressed;
    }

    AtomicFile.Body body() {
        return body;
    }
}
