package bytegrad.codegen.facade;

import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A function's tensors by name.
 *
 * @param given inputs and states that have values, or get them from elsewhere than the interface
 */
record Tensors(Signature signature, Set<String> given) {
    Tensors {
        given = Set.copyOf(given);
    }

    Optional<Slot> input(String name) {
        return named(signature.inputs(), name);
    }

    Optional<Slot> state(String name) {
        return named(signature.states(), name);
    }

    /** What a method that runs may set. */
    Optional<Slot> settable(String name) {
        return input(name).or(() -> state(name));
    }

    /** What is there after a run: an output, or a state. */
    Optional<Slot> readable(String name) {
        return named(signature.outputs(), name).or(() -> state(name));
    }

    boolean isOutput(String name) {
        return named(signature.outputs(), name).isPresent();
    }

    Optional<Slot> any(String name) {
        return settable(name).or(() -> readable(name));
    }

    private static Optional<Slot> named(List<Slot> slots, String name) {
        return slots.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /** For messages: what there is to be set. */
    String settableText() {
        return inputsText() + ", " + statesText();
    }

    /** For messages: what there is to be read. */
    String readableText() {
        return text("outputs", signature.outputs()) + ", " + statesText();
    }

    /** For messages: all there is. */
    String text() {
        return inputsText() + ", " + readableText();
    }

    String statesText() {
        return text("states", signature.states());
    }

    String inputsText() {
        return text("inputs", signature.inputs());
    }

    private static String text(String what, List<Slot> slots) {
        return slots.isEmpty() ? "no " + what : what + " " + Stream.concat(slots.stream().limit(MOST_SHOWN).map(Slot::name),
                slots.size() > MOST_SHOWN ? Stream.of("…") : Stream.empty()).collect(Collectors.joining(", "));
    }

    private static final int MOST_SHOWN = 20;
}
