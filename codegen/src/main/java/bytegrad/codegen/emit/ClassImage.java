package bytegrad.codegen.emit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The finished class files of one artefact. The main class extends {@link bytegrad.runtime.Program} and has a public
 * constructor without parameters; all live in one package and must be defined by one loader.
 */
public final class ClassImage {
    private final String mainClass;
    private final boolean simd;
    private final Map<String, byte[]> classes;
    private final Map<String, String> listings;

    ClassImage(String mainClass, boolean simd, Map<String, byte[]> classes, Map<String, String> listings) {
        this.mainClass = mainClass;
        this.simd = simd;
        this.classes = new LinkedHashMap<>(classes);
        this.listings = Collections.unmodifiableMap(new LinkedHashMap<>(listings));
    }

    /** The internal name of the main class, such as {@code com/example/Mlp}. */
    public String mainClass() {
        return mainClass;
    }

    /** Whether any class links to the module {@code jdk.incubator.vector}. */
    public boolean usesSimd() {
        return simd;
    }

    /** Internal names of all classes, the main class first. */
    public Set<String> classNames() {
        return Collections.unmodifiableSet(classes.keySet());
    }

    /** A copy of the class file of that internal name. */
    public byte[] bytes(String internalName) {
        byte[] b = classes.get(internalName);
        if (b == null) {
            throw new IllegalArgumentException("no class " + internalName + " in this image; it has " + classes.keySet());
        }
        return b.clone();
    }

    /**
     * By internal class name: the text that the class's line numbers point into. Its file has the name of the class and ends in
     * {@code .kernels}. A kernel that several launches share is shown with the labels of the first.
     */
    public Map<String, String> listings() {
        return listings;
    }

    /** Bytes of all class files together. */
    public long size() {
        return classes.values().stream().mapToLong(b -> b.length).sum();
    }
}
