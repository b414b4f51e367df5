package bytegrad.runtime;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a compiled function takes, keeps and returns.
 *
 * @param inputs what the caller provides; they stay until they are set again
 * @param states inputs that a run replaces by their new values
 * @param outputs what a run leaves to be read
 * @param kept names of inputs that are set rarely: what depends on them alone is computed in the first run after one was set, not in each. Their places are not given away
 */
public record Signature(List<Slot> inputs, List<Slot> states, List<Slot> outputs, Set<String> kept) {
    /** Copies the lists. */
    public Signature {
        inputs = List.copyOf(inputs);
        states = List.copyOf(states);
        outputs = List.copyOf(outputs);
        kept = Collections.unmodifiableSet(new TreeSet<>(kept));
    }

    /** Without kept inputs. */
    public Signature(List<Slot> inputs, List<Slot> states, List<Slot> outputs) {
        this(inputs, states, outputs, Set.of());
    }
}
