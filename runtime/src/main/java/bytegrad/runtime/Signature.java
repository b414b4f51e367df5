package bytegrad.runtime;

import java.util.List;

/**
 * What a compiled function takes, keeps and returns.
 *
 * @param inputs what the caller provides; they stay until they are set again
 * @param states inputs that a run replaces by their new values
 * @param outputs what a run leaves to be read
 */
public record Signature(List<Slot> inputs, List<Slot> states, List<Slot> outputs) {
    /** Copies the lists. */
    public Signature {
        inputs = List.copyOf(inputs);
        states = List.copyOf(states);
        outputs = List.copyOf(outputs);
    }
}
