package bytegrad.codegen;

import bytegrad.runtime.Signature;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.artefact.JarPart;
import bytegrad.runtime.artefact.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What goes into a model's jar with the code.
 *
 * @param className of its main class, such as {@code com.acme.digits.Digits}; empty for one made of the file's name. Its package is the jar's module
 * @param standalone with a copy of the runtime, so that the jar needs nothing else; without, {@code bytegrad-runtime} must be beside it, or on the class path
 * @param widths of vector code: some of 128, 256 and 512. Scalar code is always there
 * @param values of inputs and states that a session begins with, by name: weights, and what an optimiser keeps
 * @param metadata to note with the values
 * @param sample values of inputs to try it with
 * @param parts makes further entries
 */
public record JarOptions(Optional<String> className, boolean standalone, Set<Integer> widths, Map<String, Tensor> values, Map<String, String> metadata,
        Map<String, Tensor> sample, List<PartMaker> parts) {
    /** The name from the file, the runtime beside it, all widths, and no values. */
    public static final JarOptions DEFAULT = new JarOptions(Optional.empty(), false, Set.of(128, 256, 512), Map.of(), Map.of(), Map.of(), List.of());

    /** Makes entries of a jar that depend on the model. */
    @FunctionalInterface
    public interface PartMaker {
        /**
         * The entries. A path that is taken is refused; classes are of version 61 at most, and their packages are exported.
         *
         * @param layout where the model's own are
         * @param signature of the model
         */
        List<JarPart> parts(Layout layout, Signature signature);
    }

    /** Checks the name and the widths, and copies; throws InputException for the name, OptionsException for the widths. */
    public JarOptions {
        className.ifPresent(Layout::of);
        widths = Collections.unmodifiableSet(new TreeSet<>(widths));
        if (!Set.of(128, 256, 512).containsAll(widths)) {
            throw new OptionsException("widths of vector code are " + widths + ", but must be some of 128, 256 and 512");
        }
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
        sample = Collections.unmodifiableMap(new LinkedHashMap<>(sample));
        parts = List.copyOf(parts);
    }

    /** These options with a class name. */
    public JarOptions named(String name) {
        return new JarOptions(Optional.of(name), standalone, widths, values, metadata, sample, parts);
    }

    /** These options, with a copy of the runtime or without. */
    public JarOptions standalone(boolean on) {
        return new JarOptions(className, on, widths, values, metadata, sample, parts);
    }

    /** These options with vector code of other widths. */
    public JarOptions withWidths(Set<Integer> bits) {
        return new JarOptions(className, standalone, bits, values, metadata, sample, parts);
    }

    /** These options with values. */
    public JarOptions withValues(Map<String, Tensor> tensors) {
        return new JarOptions(className, standalone, widths, tensors, metadata, sample, parts);
    }

    /** These options with something noted. */
    public JarOptions withMetadata(Map<String, String> notes) {
        return new JarOptions(className, standalone, widths, values, notes, sample, parts);
    }

    /** These options with a sample. */
    public JarOptions withSample(Map<String, Tensor> tensors) {
        return new JarOptions(className, standalone, widths, values, metadata, tensors, parts);
    }

    /** These options with further entries. */
    public JarOptions with(PartMaker maker) {
        List<PartMaker> all = new ArrayList<>(parts);
        all.add(maker);
        return new JarOptions(className, standalone, widths, values, metadata, sample, all);
    }

    /** The layout of a jar in this file. */
    Layout layout(Path file) {
        return Layout.of(className.orElseGet(() -> nameOf(file)));
    }

    /** {@code digits-mlp.jar} has {@code digits_mlp.DigitsMlp}. */
    private static String nameOf(Path file) {
        String name = String.valueOf(file.getFileName());
        String stem = name.endsWith(".jar") ? name.substring(0, name.length() - 4) : name;
        StringBuilder lower = new StringBuilder();
        StringBuilder camel = new StringBuilder();
        for (String word : stem.split("[^A-Za-z0-9]+")) {
            if (!word.isEmpty()) {
                lower.append(lower.isEmpty() ? "" : "_").append(word.toLowerCase(Locale.ROOT));
                camel.append(word.substring(0, 1).toUpperCase(Locale.ROOT)).append(word.substring(1));
            }
        }
        String last = camel.isEmpty() ? "Model" : Character.isDigit(camel.charAt(0)) ? "Model" + camel : camel.toString();
        String first = lower.isEmpty() ? "model" : Character.isDigit(lower.charAt(0)) ? "model_" + lower : lower.toString();
        boolean taken = !Layout.isIdentifier(first) || Set.of("java", "jdk", "bytegrad").contains(first);
        return (taken ? first + "_" : first) + "." + last;
    }
}
