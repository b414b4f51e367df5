package bytegrad.codegen.facade;

import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.typed.FacadeException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads an interface against a signature. */
final class InterfaceReader {
    private InterfaceReader() {}

    /**
     * What each abstract method does, in an order that does not depend on the JVM.
     *
     * @param whole whether the interface alone must be able to give every state its value
     * @throws FacadeException with all that does not fit
     */
    static List<MethodPlan> read(Class<?> type, Tensors tensors, Access access, boolean whole) {
        access.implement(type).ifPresent(why -> {
            throw new FacadeException(type, List.of(why));
        });
        List<Method> methods = Arrays.stream(type.getMethods())
                .filter(m -> Modifier.isAbstract(m.getModifiers()) && !isOfEveryObject(m))
                .sorted(Comparator.comparing(Method::getName).thenComparing(m -> m.toString()))
                .toList();
        Problems problems = new Problems();
        if (methods.isEmpty()) {
            problems.add("it has no abstract method");
        }
        Set<String> setters = new HashSet<>();
        methods.stream().filter(MethodReader::sets).forEach(m -> MethodReader.accessed(m).ifPresent(setters::add));
        List<MethodPlan> plans = new ArrayList<>();
        methods.forEach(m -> new MethodReader(m, tensors, problems, access).read(setters).ifPresent(plans::add));
        if (whole && methods.stream().noneMatch(m -> m.getReturnType() == Session.class)) {
            List<String> lost = tensors.signature().states().stream().map(Slot::name).filter(s -> !setters.contains(s)).toList();
            if (!lost.isEmpty()) {
                problems.add("nothing can give the new session's states their values: " + String.join(", ", lost)
                        + "; add methods with @State that set them, or a method that returns the Session, or bind a session that has them");
            }
        }
        if (!problems.all().isEmpty()) {
            throw new FacadeException(type, problems.all());
        }
        return plans;
    }

    /** Declared again, as interfaces do to say more about it: every class has it. */
    private static boolean isOfEveryObject(Method m) {
        try {
            return Modifier.isPublic(Object.class.getMethod(m.getName(), m.getParameterTypes()).getModifiers());
        } catch (NoSuchMethodException e) {
            return false;
        }
    }
}
