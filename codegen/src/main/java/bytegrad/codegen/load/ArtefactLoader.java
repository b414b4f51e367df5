package bytegrad.codegen.load;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.runtime.Program;
import bytegrad.runtime.SimdException;
import bytegrad.runtime.SimdSupport;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Defines the classes of one artefact in this JVM. Each artefact has a loader of its own, so that its classes can be
 * collected with it and equal names do not clash; unlike hidden classes, they appear in stack traces and can name one another.
 */
public final class ArtefactLoader extends ClassLoader {
    private final ClassImage image;
    /** Classes and listings by the path they are asked for as resources. */
    private final Map<String, byte[]> resources = new HashMap<>();

    static {
        registerAsParallelCapable();
    }

    private ArtefactLoader(ClassImage image) {
        super("bytegrad-artefact", Program.class.getClassLoader());
        this.image = image;
        for (String name : image.classNames()) {
            resources.put(name + ".class", image.bytes(name));
        }
        image.listings().forEach((name, text) -> resources.put(name + ".kernels", text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Loads an artefact and makes its program.
     *
     * @throws SimdException if it uses the Vector API and this JVM was started without its module; the message names the flag to add
     */
    public static Program load(ClassImage image) {
        if (image.usesSimd()) {
            SimdSupport.requireModule();
        }
        ArtefactLoader loader = new ArtefactLoader(image);
        try {
            Class<?> main = loader.loadClass(image.mainClass().replace('/', '.'));
            return (Program) main.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("every image has a main class with a public constructor", e);
        }
    }

    /** The artefact's own classes come first: a class of the same name elsewhere is another class. */
    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        String internal = name.replace('.', '/');
        if (!image.classNames().contains(internal)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            if (known != null) {
                return known;
            }
            byte[] bytes = image.bytes(internal);
            return defineClass(name, bytes, 0, bytes.length);
        }
    }

    /** The artefact's class files, and the listings that their line numbers point into. */
    @Override
    public @Nullable InputStream getResourceAsStream(String path) {
        byte[] own = resources.get(path);
        return own == null ? super.getResourceAsStream(path) : new ByteArrayInputStream(own);
    }
}
