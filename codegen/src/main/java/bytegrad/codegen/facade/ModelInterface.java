package bytegrad.codegen.facade;

import bytegrad.runtime.Signature;
import bytegrad.runtime.artefact.JarPart;
import bytegrad.runtime.artefact.Layout;
import bytegrad.runtime.typed.BoundSession;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import net.bytebuddy.dynamic.loading.ByteArrayClassLoader;

/**
 * An interface for a compiled function whose user has none: made of its signature, with the class behind it and its source, whose comments say shapes and types.
 *
 * <pre>{@code
 * public interface Digits {
 *     static Digits over(Session session) { … }
 *     @Returns("logits") float[] logits(@Named("image") float[] image);
 *     void logitsInto(@Named("image") float[] image, @Into("logits") float[] logits);
 *     @Extent(of = "image") int batch();
 *     Session session();
 * }
 * }</pre>
 *
 * <p>A function with states has {@code step} for the method that runs, and a pair of methods that read and set each state. Several outputs come as a record, whose name is the
 * interface's with {@code Outputs} behind it, and, where there are no states, each by a method of its own too.
 */
public final class ModelInterface {
    private static final Pattern CLASS_NAME = Pattern.compile("([\\p{javaJavaIdentifierStart}&&[^$]][\\p{javaJavaIdentifierPart}&&[^$]]*\\.)*"
            + "[\\p{javaJavaIdentifierStart}&&[^$]][\\p{javaJavaIdentifierPart}&&[^$]]*");

    private final Map<String, byte[]> files;

    private ModelInterface(Map<String, byte[]> files) {
        this.files = Collections.unmodifiableMap(files);
    }

    /**
     * Makes an interface.
     *
     * @param className of the interface, such as {@code com.acme.Digits}
     * @param given inputs that sessions have been given already, such as a model's weights: the method that runs does not take them
     * @throws bytegrad.runtime.typed.FacadeException if there are more than 120 outputs
     * @throws IllegalArgumentException if that is no name for a class
     */
    public static ModelInterface of(String className, Signature signature, Set<String> given) {
        if (!CLASS_NAME.matcher(className).matches()) {
            throw new IllegalArgumentException("'" + className + "' is no name for a class");
        }
        Tensors tensors = new Tensors(signature, given);
        Declarations declarations = Declarations.of(className, tensors);
        InterfaceSource source = new InterfaceSource(className, declarations);
        Map<String, byte[]> classes = InterfaceClass.write(className, declarations);
        Map<String, byte[]> files = new LinkedHashMap<>();
        classes.forEach((name, bytes) -> files.put(path(name) + ".class", bytes));
        files.put(path(BoundSession.className(className)) + ".class", facade(className, classes, tensors));
        files.put(path(className) + ".java", source.interfaceText().getBytes(StandardCharsets.UTF_8));
        if (!declarations.outputs().isEmpty()) {
            files.put(path(className + InterfaceClass.OUTPUTS) + ".java", source.recordText().getBytes(StandardCharsets.UTF_8));
        }
        return new ModelInterface(files);
    }

    /** As for a user's own interface, so that there is one way to read one. */
    private static byte[] facade(String className, Map<String, byte[]> classes, Tensors tensors) {
        ClassLoader loader = new ByteArrayClassLoader(BoundSession.class.getClassLoader(), classes);
        try {
            return Facades.classFile(loader.loadClass(className), tensors.signature(), tensors.given());
        } catch (ClassNotFoundException e) {
            throw new AssertionError("it was written a moment ago", e);
        }
    }

    private static String path(String className) {
        return className.replace('.', '/');
    }

    /**
     * The same for a model's jar, beside its main class: the interface's name is that of the class with {@code Model} behind it.
     *
     * @param given inputs that the jar has values of
     * @throws bytegrad.runtime.typed.FacadeException if there are more than 120 outputs
     */
    public static List<JarPart> parts(Layout layout, Signature signature, Set<String> given) {
        List<JarPart> parts = new ArrayList<>();
        of(layout.className() + "Model", signature, given).files.forEach((path, bytes) -> parts.add(JarPart.of(path, bytes)));
        return parts;
    }

    /** By path from a class path's or a jar's root: class files of Java 17, and sources. */
    public Map<String, byte[]> files() {
        Map<String, byte[]> copies = new LinkedHashMap<>();
        files.forEach((path, bytes) -> copies.put(path, bytes.clone()));
        return copies;
    }
}
