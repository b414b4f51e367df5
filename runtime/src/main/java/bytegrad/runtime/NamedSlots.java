package bytegrad.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/** A session's places by name, and which of them have a value. */
final class NamedSlots {
    private static final String FIXED = "belongs to all users of the pool that this session is from, and keeps the value it was begun with";

    private final Map<String, Slot> settable = new LinkedHashMap<>();
    private final Map<String, Slot> outputs = new LinkedHashMap<>();
    /** Names that have no value yet. */
    private final Set<String> unset = new LinkedHashSet<>();
    /** Outputs that were new values of states, written in place, until the state was set. */
    private final Set<String> overwritten = new LinkedHashSet<>();
    /** Inputs that keep their values. */
    private Set<String> fixed = Set.of();
    private Signature signature;
    /** A kept input was set, or all of them moved, since what depends on them alone was computed. */
    private boolean stale;
    private boolean broken;
    private boolean ran;

    @SuppressWarnings("this-escape")
    NamedSlots(Signature signature) {
        this.signature = signature;
        adopt(signature);
        unset.addAll(settable.keySet());
    }

    /** The same names are elsewhere from now on. */
    void adopt(Signature next) {
        signature = next;
        stale = true;
        // Loops, here and in filled: the first lambda of a JVM takes as long as some models' whole run.
        for (Slot x : next.inputs()) {
            settable.put(x.name(), x);
        }
        for (Slot x : next.states()) {
            settable.put(x.name(), x);
        }
        for (Slot x : next.outputs()) {
            outputs.put(x.name(), x);
        }
    }

    /** Refuses to run where a value is missing, or states may be half changed; else outputs have no values until the run is {@linkplain #ran over}. */
    void begin() {
        if (broken) {
            throw new SessionException("an earlier run failed after it may have changed states; set all of them again: " + names(signature.states()));
        }
        if (!unset.isEmpty()) {
            throw new SessionException("these were never set: " + String.join(", ", unset));
        }
        ran = false;
        overwritten.clear();
    }

    /** Has a program compute what depends on kept inputs alone, unless that is there. Where it fails it is to be done again. */
    void derive(Program program, Slabs slabs, ParallelFor loops) {
        if (stale) {
            program.derive(slabs, loops);
            stale = false;
        }
    }

    /** A run came to its end. */
    void ran() {
        ran = true;
    }

    /** Whether outputs have values. */
    boolean hasRun() {
        return ran;
    }

    /** A run failed where it may have changed states. */
    void failed() {
        if (!signature.states().isEmpty()) {
            broken = true;
            signature.states().forEach(s -> unset.add(s.name()));
        }
    }

    /** An output has no value any more, though there was a run. */
    void overwritten(Slot output) {
        overwritten.add(output.name());
    }

    /** Nothing has a value, but for the fixed inputs. */
    void renew() {
        broken = false;
        ran = false;
        overwritten.clear();
        unset.addAll(settable.keySet());
        unset.removeAll(fixed);
    }

    void fix(Set<String> inputs) {
        fixed = inputs;
    }

    boolean isUnset(String name) {
        return unset.contains(name);
    }

    Set<String> unset() {
        return Set.copyOf(unset);
    }

    /** An input or state has got a value. */
    void filled(Slot s) {
        unset.remove(s.name());
        stale |= signature.kept().contains(s.name());
        if (broken && signature.states().stream().noneMatch(x -> unset.contains(x.name()))) {
            broken = false;
        }
        for (Slot o : signature.outputs()) {
            if (o.sharesPlace(s)) {
                overwritten.add(o.name());
            }
        }
    }

    /** What keeps tensors from being set: all of it at once. */
    List<String> mismatches(Map<String, Tensor> values) {
        List<String> unknown = new ArrayList<>();
        List<String> shared = new ArrayList<>();
        Map<String, String> wanted = new LinkedHashMap<>();
        for (String name : values.keySet()) {
            Slot s = settable.get(name);
            if (s == null) {
                unknown.add("\"" + name + "\"");
            } else if (fixed.contains(name)) {
                shared.add("'" + name + "': " + FIXED);
            } else {
                wanted.put(name, s.typeText());
            }
        }
        List<String> mismatches = Mismatches.of(values, wanted);
        mismatches.addAll(shared);
        if (!unknown.isEmpty()) {
            mismatches.add("no input or state has the name " + String.join(", ", unknown) + "; there are " + String.join(", ", settable.keySet()));
        }
        return mismatches;
    }

    /** A place to be filled. */
    Slot open(String name) {
        Slot s = settable(name);
        if (fixed.contains(name)) {
            throw new InputException(name, FIXED);
        }
        return s;
    }

    /** A place to be given to the caller, who fills it whenever he likes. */
    Slot shared(String name) {
        Slot s = open(name);
        if (signature.kept().contains(name)) {
            throw new InputException(name, "is a kept input: what depends on it is computed once after it was set, and would not follow what is written into a buffer; use set, or compile without withKept (--no-keep)");
        }
        return s;
    }

    /** An input or state. */
    Slot settable(String name) {
        Slot s = settable.get(name);
        if (s == null) {
            throw new InputException(name, "no input or state has this name; there are " + String.join(", ", settable.keySet()));
        }
        return s;
    }

    /** An output, else an input or state, that has a value. */
    Slot readable(String name) {
        Slot s = outputs.get(name);
        if (s != null) {
            if (!ran) {
                throw new SessionException("output '" + name + "' has no value: there was no run yet, or the last one failed");
            }
            if (overwritten.contains(name)) {
                throw new SessionException("output '" + name + "' is the new value of a state that was set since the last run; read it before");
            }
            return s;
        }
        if (!settable.containsKey(name)) {
            throw new InputException(name, "no output, state or input has this name; there are " + String.join(", ", outputs.keySet()) + "; "
                    + String.join(", ", settable.keySet()));
        }
        return given(name);
    }

    /** An input or state that has a value. */
    Slot given(String name) {
        Slot s = settable(name);
        if (unset.contains(name)) {
            throw new SessionException("'" + name + "' has no value: " + (broken ? "a run failed, which may have left it half changed" : "it was never set"));
        }
        return s;
    }

    /** Names for people. */
    static String names(List<Slot> slots) {
        StringJoiner names = new StringJoiner(", ");
        for (Slot s : slots) {
            names.add(s.name());
        }
        return names.toString();
    }
}
