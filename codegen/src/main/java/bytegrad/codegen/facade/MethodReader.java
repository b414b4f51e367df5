package bytegrad.codegen.facade;

import bytegrad.codegen.facade.MethodPlan.Argument;
import bytegrad.codegen.facade.MethodPlan.Field;
import bytegrad.codegen.facade.MethodPlan.Port;
import bytegrad.codegen.facade.MethodPlan.Receiver;
import bytegrad.codegen.facade.MethodPlan.Result;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.typed.Extent;
import bytegrad.runtime.typed.Input;
import bytegrad.runtime.typed.Into;
import bytegrad.runtime.typed.Named;
import bytegrad.runtime.typed.Returns;
import bytegrad.runtime.typed.State;
import bytegrad.runtime.typed.Updates;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads one method of an interface: what it does, or what is wrong with it. */
final class MethodReader {
    private final Method method;
    private final Tensors tensors;
    private final Problems problems;
    private final Access access;

    MethodReader(Method method, Tensors tensors, Problems problems, Access access) {
        this.method = method;
        this.tensors = tensors;
        this.problems = problems;
        this.access = access;
    }

    /** The tensor that an accessor (not a method that runs) is about, by its annotation; nothing for other methods. */
    static Optional<String> accessed(Method method) {
        State state = method.getAnnotation(State.class);
        Input input = method.getAnnotation(Input.class);
        return Optional.ofNullable(state).map(State::value).or(() -> Optional.ofNullable(input).map(Input::value));
    }

    /** Whether an accessor sets, rather than reads. */
    static boolean sets(Method method) {
        return method.getParameterCount() == 1 && !method.getParameters()[0].isAnnotationPresent(Into.class);
    }

    /**
     * What the method does. Where something was wrong, which is among the problems by then, it means nothing.
     *
     * @param setters inputs and states that the interface has methods for which set them
     */
    Optional<MethodPlan> read(Set<String> setters) {
        int before = problems.all().size();
        Optional<MethodPlan> plan = Optional.empty();
        if (method.getTypeParameters().length > 0) {
            problem("a method with type parameters stands for nothing");
        } else if (method.isVarArgs()) {
            problem("write " + method.getParameterTypes()[method.getParameterCount() - 1].getSimpleName() + " instead of a variable number of arguments");
        } else if (annotations() > 1) {
            problem("it can only be one of @State, @Input and @Extent");
        } else if (method.isAnnotationPresent(Extent.class)) {
            plan = extent(method.getAnnotation(Extent.class));
        } else if (accessed(method).isPresent()) {
            plan = accessor(accessed(method).get(), method.isAnnotationPresent(State.class));
        } else if (method.getReturnType() == Session.class && method.getParameterCount() == 0) {
            plan = Optional.of(new MethodPlan(method, List.of(), false, List.of(), new Result.TheSession()));
        } else {
            plan = run(setters);
        }
        return problems.all().size() > before ? Optional.empty() : plan;
    }

    private long annotations() {
        return Arrays.stream(method.getAnnotations()).filter(a -> a instanceof State || a instanceof Input || a instanceof Extent).count();
    }

    private void problem(String text) {
        problems.add(method, text);
    }

    /** A name that nothing has. */
    private void none(String where, String kind, String name, String there) {
        problem(where + "the function has no " + kind + " '" + name + "'; it has " + there);
    }

    private Optional<MethodPlan> extent(Extent e) {
        Optional<Slot> tensor = tensors.any(e.of());
        if (tensor.isEmpty()) {
            none("@Extent: ", "tensor", e.of(), tensors.text());
            return Optional.empty();
        }
        int rank = tensor.get().shape().size();
        if (e.axis() < 0 || e.axis() >= rank) {
            problem("'" + e.of() + "' is " + tensor.get().typeText() + ", which has no axis " + e.axis());
            return Optional.empty();
        }
        if (method.getReturnType() != int.class || method.getParameterCount() > 0) {
            problem("a method with @Extent takes nothing and returns an int");
            return Optional.empty();
        }
        return Optional.of(new MethodPlan(method, List.of(), false, List.of(), new Result.Extent(tensor.get().shape().get(e.axis()))));
    }

    private Optional<MethodPlan> accessor(String name, boolean ofState) {
        Optional<Slot> tensor = ofState ? tensors.state(name) : tensors.input(name);
        if (tensor.isEmpty()) {
            none("", ofState ? "state" : "input", name, ofState ? tensors.statesText() : tensors.inputsText());
            return Optional.empty();
        }
        Class<?> type = method.getReturnType();
        if (method.getParameterCount() == 0 && type != void.class) {
            return port(tensor.get(), type, "it returns").map(p -> new MethodPlan(method, List.of(), false, List.of(), new Result.One(p, false)));
        }
        if (method.getParameterCount() != 1 || type != void.class) {
            problem("to read '" + name + "' it takes nothing and returns a value, or takes an @Into array and returns void; to set it, it takes a value and returns void");
            return Optional.empty();
        }
        Class<?> parameter = method.getParameterTypes()[0];
        if (sets(method)) {
            return port(tensor.get(), parameter, "it takes")
                    .map(p -> new MethodPlan(method, List.of(new Argument.Plain(0, p)), false, List.of(), new Result.Nothing()));
        }
        return receiver(tensor.get(), 0, parameter, false).map(r -> new MethodPlan(method, List.of(), false, List.of(r), new Result.Nothing()));
    }

    /** The tensor as that type; nothing, and a problem, if that type cannot hold it. */
    private Optional<Port> port(Slot tensor, Class<?> type, String where) {
        Optional<Form> form = Form.of(type, tensor);
        if (form.isEmpty()) {
            problem("'" + tensor.name() + "' is " + tensor.typeText() + ", for " + Form.choices(tensor) + "; " + where + " " + type.getSimpleName());
        }
        return form.map(f -> new Port(tensor, f, type));
    }

    private Optional<Receiver> receiver(Slot tensor, int parameter, Class<?> type, boolean output) {
        Optional<Port> port = port(tensor, type, "parameter " + (parameter + 1) + " takes");
        if (port.isPresent() && port.get().form() != Form.ARRAY && port.get().form() != Form.TENSOR) {
            problem("parameter " + (parameter + 1) + ": only a " + tensor.type().arrayType().getSimpleName() + " or a Tensor can receive '" + tensor.name() + "'");
        }
        return port.map(p -> new Receiver(parameter, p, output));
    }

    private Optional<MethodPlan> run(Set<String> setters) {
        List<Argument> arguments = new ArrayList<>();
        List<Receiver> receivers = new ArrayList<>();
        Set<String> named = new HashSet<>();
        Parameter[] parameters = method.getParameters();
        for (int k = 0; k < parameters.length; k++) {
            if (parameters[k].isAnnotationPresent(Into.class)) {
                receiver(k, parameters[k]).ifPresent(receivers::add);
            } else {
                argument(k, parameters[k], named).ifPresent(arguments::add);
            }
        }
        Result result = result(receivers);
        Updates updates = method.getAnnotation(Updates.class);
        if (updates != null) {
            updates(updates);
        } else if (method.getParameterCount() == 0 && method.getReturnType() == void.class) {
            problem("it takes and returns no tensor; if it is to run the function for its states, say so with @Updates");
        }
        Set<String> missing = new TreeSet<>();
        tensors.signature().inputs().stream().map(Slot::name).filter(n -> !named.contains(n) && !setters.contains(n) && !tensors.given().contains(n)).forEach(missing::add);
        if (!missing.isEmpty()) {
            problem("nothing gives the function its input" + (missing.size() > 1 ? "s" : "") + " " + String.join(", ", missing)
                    + ": add a parameter, or a method with @Input that sets it");
        }
        return Optional.of(new MethodPlan(method, arguments, true, receivers, result));
    }

    private void updates(Updates updates) {
        Set<String> states = new TreeSet<>();
        tensors.signature().states().forEach(s -> states.add(s.name()));
        if (states.isEmpty()) {
            problem("@Updates, but the function has no states");
            return;
        }
        Set<String> unknown = new TreeSet<>(Arrays.asList(updates.value()));
        unknown.removeAll(states);
        unknown.forEach(n -> none("@Updates: ", "state", n, tensors.statesText()));
        if (updates.value().length > 0) {
            Arrays.asList(updates.value()).forEach(states::remove);
            states.forEach(n -> problem("a run also updates '" + n + "', which @Updates does not name"));
        }
    }

    private Optional<Receiver> receiver(int k, Parameter parameter) {
        String into = parameter.getAnnotation(Into.class).value();
        Optional<String> name = into.isEmpty() ? name(parameter, "parameter " + (k + 1)) : Optional.of(into);
        Optional<Slot> tensor = name.flatMap(n -> readable(n, "parameter " + (k + 1)));
        return tensor.flatMap(t -> receiver(t, k, parameter.getType(), true));
    }

    private Optional<Slot> readable(String name, String where) {
        Optional<Slot> tensor = tensors.readable(name);
        if (tensor.isEmpty() && tensors.input(name).isPresent()) {
            problem(where + ": '" + name + "' is an input, which no run changes; to be read there are " + tensors.readableText());
        } else if (tensor.isEmpty()) {
            none(where + ": ", "output or state", name, tensors.readableText());
        }
        return tensor;
    }

    private Optional<String> name(Parameter parameter, String where) {
        Optional<String> name = named(parameter).or(() -> parameter.isNamePresent() ? Optional.of(parameter.getName()) : Optional.empty());
        if (name.isEmpty()) {
            problem(where + " has no name: give it @Named(…), or compile the interface with javac's -parameters");
        }
        return name;
    }

    private static Optional<String> named(AnnotatedElement e) {
        return Optional.ofNullable(e.getAnnotation(Named.class)).map(Named::value);
    }

    private Optional<Argument> argument(int k, Parameter parameter, Set<String> named) {
        String where = "parameter " + (k + 1);
        if (parameter.getType().isRecord()) {
            Class<?> record = parameter.getType();
            if (named(parameter).isPresent()) {
                problem(where + ": a record stands for several tensors; @Named goes to its components");
            }
            access.record(record).ifPresent(why -> problem(where + ": " + why));
            List<Field> fields = new ArrayList<>();
            for (RecordComponent c : record.getRecordComponents()) {
                String name = named(c).orElse(c.getName());
                input(name, c.getType(), where + ", component " + c.getName(), named).ifPresent(p -> fields.add(new Field(c.getAccessor(), p)));
            }
            return Optional.of(new Argument.Fields(k, parameter.isNamePresent() ? parameter.getName() : where, fields));
        }
        return name(parameter, where).flatMap(name -> input(name, parameter.getType(), where, named)).map(p -> new Argument.Plain(k, p));
    }

    private Optional<Port> input(String name, Class<?> type, String where, Set<String> named) {
        Optional<Slot> tensor = tensors.settable(name);
        if (tensor.isEmpty()) {
            none(where + ": ", "input or state", name, tensors.settableText());
        } else if (!named.add(name)) {
            problem(where + ": '" + name + "' is named twice");
        }
        return tensor.flatMap(t -> port(t, type, where + " is"));
    }

    private Result result(List<Receiver> receivers) {
        Class<?> type = method.getReturnType();
        Returns returns = method.getAnnotation(Returns.class);
        if (type == void.class) {
            if (returns != null) {
                problem("@Returns of '" + returns.value() + "', but it returns void");
            }
            return new Result.Nothing();
        }
        if (type.isRecord()) {
            if (returns != null) {
                problem("a record stands for several tensors; instead of @Returns, @Named goes to its components");
            }
            return several(type);
        }
        List<Slot> outputs = tensors.signature().outputs();
        Optional<Slot> tensor = Optional.empty();
        if (returns != null) {
            tensor = readable(returns.value(), "@Returns");
        } else if (tensors.isOutput(method.getName())) {
            tensor = tensors.readable(method.getName());
        } else if (outputs.size() == 1) {
            tensor = Optional.of(outputs.getFirst());
        } else {
            problem("say with @Returns(…) what it returns; there are " + tensors.readableText());
        }
        return tensor.flatMap(t -> port(t, type, "it returns")).<Result>map(p -> new Result.One(p, true)).orElse(new Result.Nothing());
    }

    private Result several(Class<?> record) {
        access.record(record).ifPresent(why -> problem("what it returns: " + why));
        List<Port> ports = new ArrayList<>();
        RecordComponent[] components = record.getRecordComponents();
        for (RecordComponent c : components) {
            String where = "component " + c.getName() + " of " + record.getSimpleName();
            readable(named(c).orElse(c.getName()), where).flatMap(t -> port(t, c.getType(), where + " is")).ifPresent(ports::add);
        }
        try {
            return new Result.Several(record.getDeclaredConstructor(Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new)), ports);
        } catch (NoSuchMethodException e) {
            throw new AssertionError("every record has a canonical constructor", e);
        }
    }
}
