package bytegrad.codegen.facade;

import bytegrad.codegen.facade.Declaration.Note;
import bytegrad.codegen.facade.Declaration.Parameter;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.typed.Extent;
import bytegrad.runtime.typed.FacadeException;
import bytegrad.runtime.typed.Input;
import bytegrad.runtime.typed.Into;
import bytegrad.runtime.typed.Named;
import bytegrad.runtime.typed.Returns;
import bytegrad.runtime.typed.State;
import bytegrad.runtime.typed.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The methods that an interface for a signature has: one that runs (where there are several outputs and no states, one more for each output alone), and the same into the
 * caller's arrays; a pair for each state, and for each input that is given already (or for all, where they are too many for a method to take); {@code batch()} where all
 * inputs have one first extent; {@code session()}.
 *
 * @param outputs what the record of all outputs has, where there are several
 */
record Declarations(List<Declaration> methods, List<Parameter> outputs) {
    /** The JVM takes 255; some may need two places. */
    private static final int MOST_PARAMETERS = 120;

    Declarations {
        methods = List.copyOf(methods);
        outputs = List.copyOf(outputs);
    }

    static Declarations of(String className, Tensors tensors) {
        Signature signature = tensors.signature();
        if (signature.outputs().size() > MOST_PARAMETERS) {
            throw new FacadeException(className, List.of("a record of " + signature.outputs().size() + " outputs has too many components; the most are " + MOST_PARAMETERS));
        }
        List<Slot> asked = signature.inputs().stream().filter(s -> !tensors.given().contains(s.name())).toList();
        List<Slot> inputs = asked.size() > MOST_PARAMETERS ? List.of() : asked;
        Identifiers names = new Identifiers();
        List<Declaration> methods = new ArrayList<>();
        List<Slot> outputs = signature.outputs();
        names.exactly("session");
        names.exactly("over");
        names.exactly("batch");
        Identifiers components = new Identifiers();
        List<Parameter> all = outputs.size() < 2 ? List.of()
                : outputs.stream().map(o -> new Parameter(components.of(o.name()), javaType(o), Note.of(Named.class, o.name()), typeDoc(o))).toList();
        boolean states = !signature.states().isEmpty();
        String run = names.of(states ? "step" : outputs.size() == 1 ? outputs.getFirst().name() : "run");
        methods.add(run(run, inputs, outputs, states));
        if (!states && outputs.size() > 1) {
            outputs.forEach(o -> methods.add(run(names.of(o.name()), inputs, List.of(o), false)));
        }
        if (outputs.stream().anyMatch(o -> !o.shape().isEmpty())) {
            methods.add(into(names.of(run + "Into"), inputs, outputs));
        }
        signature.states().forEach(s -> accessors(s, names.of(s.name()), true, methods));
        signature.inputs().stream().filter(s -> !inputs.contains(s)).forEach(s -> accessors(s, names.of(s.name()), false, methods));
        batch(inputs).ifPresent(methods::add);
        methods.add(new Declaration("session", Optional.empty(), Optional.of(Session.class), List.of(), "The session that it runs in.", "the session"));
        return new Declarations(methods, all);
    }

    private static Class<?> javaType(Slot s) {
        Class<?> array = s.type().arrayType();
        return s.shape().isEmpty() ? array.getComponentType() : array;
    }

    /** For people: the name, the type, and the number of elements. */
    private static String typeDoc(Slot s) {
        String kind = switch (s.type()) {
            case U8 -> ", unsigned: to be read as b & 255";
            case BF16 -> ", the bits of bf16 numbers";
            case F32, F64, I32, I64, BOOL, I8, I16 -> "";
        };
        return s.name() + ", " + s.typeText() + (s.shape().isEmpty() ? ": one number" : ": " + s.size() + (s.size() == 1 ? " element" : " elements, row-major")) + kind;
    }

    private static List<Parameter> parameters(List<Slot> inputs, Identifiers names) {
        List<Parameter> parameters = new ArrayList<>();
        inputs.forEach(s -> parameters.add(new Parameter(names.of(s.name()), javaType(s), Note.of(Named.class, s.name()), typeDoc(s))));
        return parameters;
    }

    private static String runs(boolean states) {
        return states ? "Runs one step: every state takes its new value." : "Runs the function.";
    }

    private static Declaration run(String name, List<Slot> inputs, List<Slot> outputs, boolean states) {
        List<Parameter> parameters = parameters(inputs, new Identifiers());
        if (outputs.isEmpty()) {
            return new Declaration(name, Optional.of(new Note(Updates.class, "value", Optional.empty())), Optional.of(void.class), parameters, runs(states), "");
        }
        if (outputs.size() > 1) {
            return new Declaration(name, Optional.empty(), Optional.empty(), parameters, runs(states), "all outputs");
        }
        Slot output = outputs.getFirst();
        return new Declaration(name, Optional.of(Note.of(Returns.class, output.name())), Optional.of(javaType(output)), parameters, runs(states), typeDoc(output));
    }

    private static Declaration into(String name, List<Slot> inputs, List<Slot> outputs) {
        Identifiers names = new Identifiers();
        List<Parameter> parameters = parameters(inputs, names);
        outputs.forEach(o -> parameters.add(new Parameter(names.of(o.name()), o.type().arrayType(), Note.of(Into.class, o.name()), "receives " + typeDoc(o))));
        return new Declaration(name, Optional.empty(), Optional.of(void.class), parameters, "The same into arrays of the caller's: allocates nothing.", "");
    }

    private static void accessors(Slot s, String name, boolean state, List<Declaration> methods) {
        Note note = Note.of(state ? State.class : Input.class, s.name());
        String what = state ? "state" : "input, which stays for all runs";
        methods.add(new Declaration(name, Optional.of(note), Optional.of(javaType(s)), List.of(), "Reads a " + (state ? "state" : "value that was given before") + ".",
                "a copy of " + typeDoc(s)));
        methods.add(new Declaration(name, Optional.of(note), Optional.of(void.class),
                List.of(new Parameter(new Identifiers().of("value"), javaType(s), Note.of(Named.class, s.name()), typeDoc(s))), "Sets the " + what + ".", ""));
    }

    private static Optional<Declaration> batch(List<Slot> inputs) {
        Set<Integer> extents = new java.util.HashSet<>();
        boolean all = inputs.stream().allMatch(s -> !s.shape().isEmpty() && (extents.add(s.shape().getFirst()) || true));
        if (!all || extents.size() != 1) {
            return Optional.empty();
        }
        return Optional.of(new Declaration("batch", Optional.of(new Note(Extent.class, "of", Optional.of(inputs.getFirst().name()))), Optional.of(int.class), List.of(),
                "How many examples one call takes: the first extent of every input.", "the first extent of every input"));
    }
}
