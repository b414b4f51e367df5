package bytegrad.codegen.facade;

import bytegrad.codegen.facade.MethodPlan.Argument;
import bytegrad.codegen.facade.MethodPlan.Port;
import bytegrad.codegen.facade.MethodPlan.Receiver;
import bytegrad.codegen.facade.MethodPlan.Result;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.typed.BoundSession;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.ClassFileVersion;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.modifier.FieldManifestation;
import net.bytebuddy.description.modifier.TypeManifestation;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.dynamic.scaffold.subclass.ConstructorStrategy;
import net.bytebuddy.implementation.FixedValue;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.implementation.bytecode.collection.ArrayFactory;
import net.bytebuddy.implementation.bytecode.constant.TextConstant;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * Writes the class behind an interface, of Java 17, in the interface's package: a field for the {@link BoundSession}, and for each method calls of that, as one would write
 * them by hand. Equal interfaces and plans give equal bytes.
 */
final class FacadeWriter {
    static final String SESSION = "session";

    /** By the component type of the tensor's array: what returns such an array, and what returns one element. */
    private static final Map<Class<?>, String> ARRAYS = Map.of(float.class, "floats", double.class, "doubles", int.class, "ints", long.class, "longs", boolean.class,
            "booleans", byte.class, "bytes", short.class, "shorts");
    private static final Map<Class<?>, String> NUMBERS = Map.of(float.class, "oneFloat", double.class, "oneDouble", int.class, "oneInt", long.class, "oneLong",
            boolean.class, "oneBoolean", byte.class, "oneByte", short.class, "oneShort");

    private FacadeWriter() {}

    static byte[] write(Class<?> type, List<MethodPlan> plans) {
        DynamicType.Builder<?> b = new ByteBuddy(ClassFileVersion.JAVA_V17)
                .subclass(Object.class, ConstructorStrategy.Default.NO_CONSTRUCTORS)
                .implement(type)
                .name(BoundSession.className(type))
                .modifiers(Visibility.PUBLIC, TypeManifestation.FINAL)
                .defineField(SESSION, BoundSession.class, Visibility.PRIVATE, FieldManifestation.FINAL)
                .defineConstructor(Visibility.PUBLIC)
                .withParameters(Session.class)
                .intercept(MethodCall.invoke(constructor(Object.class)).onSuper().andThen(newBoundSession(type, plans)));
        for (MethodPlan p : plans) {
            Method m = p.method();
            b = b.defineMethod(m.getName(), m.getReturnType(), Visibility.PUBLIC)
                    .withParameters(m.getParameterTypes())
                    .throwing(m.getExceptionTypes())
                    .intercept(body(p));
        }
        b = b.defineMethod("toString", String.class, Visibility.PUBLIC).intercept(on("toString"));
        return b.make().getBytes();
    }

    private static Implementation newBoundSession(Class<?> type, List<MethodPlan> plans) {
        Set<String> used = new TreeSet<>();
        plans.stream().flatMap(FacadeWriter::ports).forEach(p -> used.add(p.name() + "\n" + p.tensor().typeText()));
        var texts = used.stream().map(TextConstant::new).toList();
        return MethodCall.construct(constructor(BoundSession.class, Session.class, Class.class, String[].class))
                .withArgument(0)
                .with(TypeDescription.ForLoadedType.of(type))
                .with(ArrayFactory.forType(TypeDescription.ForLoadedType.of(String.class).asGenericType()).withValues(texts), String[].class)
                .setsField(ElementMatchers.named(SESSION));
    }

    private static Stream<Port> ports(MethodPlan plan) {
        Stream<Port> arguments = plan.arguments().stream().flatMap(a -> switch (a) {
            case Argument.Plain p -> Stream.of(p.port());
            case Argument.Fields f -> f.fields().stream().map(MethodPlan.Field::port);
        });
        Stream<Port> results = switch (plan.result()) {
            case Result.One one -> Stream.of(one.port());
            case Result.Several several -> several.ports().stream();
            case Result.Nothing _, Result.Extent _, Result.TheSession _ -> Stream.empty();
        };
        return Stream.of(arguments, plan.receivers().stream().map(Receiver::port), results).flatMap(s -> s);
    }

    private static Implementation body(MethodPlan plan) {
        return switch (plan.result()) {
            case Result.Extent e -> FixedValue.value(e.extent());
            case Result.TheSession _ -> on("session");
            case Result.Nothing _, Result.One _, Result.Several _ -> Advice.to(HoldSession.class).wrap(inOrder(statements(plan)));
        };
    }

    private static Implementation inOrder(List<Implementation.Composable> statements) {
        Implementation all = statements.getLast();
        for (Implementation.Composable s : statements.subList(0, statements.size() - 1).reversed()) {
            all = s.andThen(all);
        }
        return all;
    }

    /** First what may refuse an argument, then what changes the session. */
    private static List<Implementation.Composable> statements(MethodPlan plan) {
        List<MethodCall> checks = new ArrayList<>();
        List<MethodCall> gives = new ArrayList<>();
        for (Argument a : plan.arguments()) {
            switch (a) {
                case Argument.Plain(int k, Port port) -> argument(port, c -> c.withArgument(k), checks, gives);
                case Argument.Fields(int k, String name, List<MethodPlan.Field> fields) -> {
                    checks.add(on("present", Object.class, String.class).withArgument(k).with(name));
                    fields.forEach(f -> argument(f.port(), c -> c.withMethodCall(MethodCall.invoke(f.accessor()).onArgument(k)), checks, gives));
                }
            }
        }
        List<MethodCall> takes = new ArrayList<>();
        for (Receiver r : plan.receivers()) {
            checks.add(fits(r.port(), c -> c.withArgument(r.parameter()), r.output()));
            Class<?> into = r.port().form() == Form.TENSOR ? Tensor.class : Object.class;
            takes.add(on("take", String.class, boolean.class, into).with(r.port().name()).with(r.output()).withArgument(r.parameter()));
        }
        List<Implementation.Composable> all = new ArrayList<>(checks);
        all.addAll(gives);
        if (plan.runs()) {
            all.add(on("run"));
        }
        all.addAll(takes);
        switch (plan.result()) {
            case Result.One(Port port, boolean output) -> all.add(taken(port, output).withAssigner(Assigner.DEFAULT, Assigner.Typing.DYNAMIC));
            case Result.Several(Constructor<?> constructor, List<Port> ports) -> {
                MethodCall made = MethodCall.construct(constructor);
                for (Port p : ports) {
                    made = made.withMethodCall(taken(p, true));
                }
                all.add(made.withAssigner(Assigner.DEFAULT, Assigner.Typing.DYNAMIC));
            }
            case Result.Nothing _, Result.Extent _, Result.TheSession _ -> {}
        }
        return all;
    }

    private static void argument(Port port, UnaryOperator<MethodCall> value, List<MethodCall> checks, List<MethodCall> gives) {
        switch (port.form()) {
            case ARRAY, TENSOR -> {
                checks.add(fits(port, value, false));
                gives.add(value.apply(on("give", port.type(), String.class)).with(port.name()));
            }
            case NESTED -> {
                checks.add(value.apply(on("flatten", Object.class, String.class)).with(port.name()));
                gives.add(on("giveFlattened", String.class).with(port.name()));
            }
            case NUMBER -> gives.add(value.apply(on("give", port.type(), String.class)).with(port.name()));
        }
    }

    private static MethodCall fits(Port port, UnaryOperator<MethodCall> value, boolean output) {
        return port.form() == Form.TENSOR
                ? value.apply(on("fits", Tensor.class, String.class, boolean.class)).with(port.name()).with(output)
                : value.apply(on("fits", Object.class, int.class, String.class, boolean.class)).with(port.tensor().size()).with(port.name()).with(output);
    }

    /** What leaves a tensor's value; of an array of arrays, as an object. */
    private static MethodCall taken(Port port, boolean output) {
        Class<?> element = port.tensor().type().arrayType().getComponentType();
        return switch (port.form()) {
            case ARRAY -> on(name(ARRAYS, element), String.class, boolean.class, int.class).with(port.name()).with(output).with(port.tensor().size());
            case NUMBER -> on(name(NUMBERS, element), String.class, boolean.class).with(port.name()).with(output);
            case NESTED -> on("nested", String.class, boolean.class).with(port.name()).with(output);
            case TENSOR -> on("tensor", String.class, boolean.class).with(port.name()).with(output);
        };
    }

    private static String name(Map<Class<?>, String> names, Class<?> element) {
        String name = names.get(element);
        if (name == null) {
            throw new AssertionError("every element type is stored in an array of " + names.keySet() + ", not " + element);
        }
        return name;
    }

    /** A call of a method of the bound session. */
    private static MethodCall on(String method, Class<?>... parameters) {
        try {
            return MethodCall.invoke(BoundSession.class.getMethod(method, parameters)).onField(SESSION);
        } catch (NoSuchMethodException e) {
            throw new AssertionError("generated methods call what there is", e);
        }
    }

    private static Constructor<?> constructor(Class<?> type, Class<?>... parameters) {
        try {
            return type.getConstructor(parameters);
        } catch (NoSuchMethodException e) {
            throw new AssertionError("generated constructors call what there is", e);
        }
    }
}
