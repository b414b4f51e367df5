package bytegrad.codegen.facade;

import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Optional;

/**
 * A method of a generated interface.
 *
 * @param note its annotation
 * @param returns empty for the record of all outputs
 * @param doc what it does, in a sentence
 * @param returned what it returns; empty for void
 */
record Declaration(String name, Optional<Note> note, Optional<Class<?>> returns, List<Parameter> parameters, String doc, String returned) {
    Declaration {
        parameters = List.copyOf(parameters);
    }

    /**
     * An annotation with its value, which is a tensor's name, or none.
     *
     * @param element what the value is called: {@code value} or {@code of}
     */
    record Note(Class<? extends Annotation> type, String element, Optional<String> value) {
        static Note of(Class<? extends Annotation> type, String tensor) {
            return new Note(type, "value", Optional.of(tensor));
        }
    }

    /** A parameter, of a tensor's name. */
    record Parameter(String name, Class<?> type, Note note, String doc) {}
}
