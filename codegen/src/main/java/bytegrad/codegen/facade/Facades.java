package bytegrad.codegen.facade;

import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Signature;
import bytegrad.runtime.Slot;
import bytegrad.runtime.typed.FacadeException;
import java.lang.invoke.MethodHandles.Lookup;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Puts a Java interface of the user's own before a compiled function: see {@link bytegrad.runtime.typed} for what its methods may be. The interface is held against the
 * function's signature at once, and all that does not fit is said together; a call then costs what setting, running and reading do, and allocates only what it returns.
 */
public final class Facades {
    private Facades() {}

    /**
     * An interface over any session of a function with this signature.
     *
     * @throws FacadeException if the interface does not fit, or does not name every input
     */
    public static <T> Facade<T> of(Class<T> type, Signature signature) {
        return of(type, signature, Set.of());
    }

    /**
     * An interface over any session of a function with this signature.
     *
     * @param given inputs that sessions will have been given by others, such as a model's weights: no method need name them
     * @throws FacadeException if the interface does not fit
     */
    public static <T> Facade<T> of(Class<T> type, Signature signature, Set<String> given) {
        return facade(type, new Tensors(signature, given), new Access.Outside(), false);
    }

    /**
     * The same, with a class that is to be saved beside the interface (in a jar, for {@link bytegrad.runtime.typed.BoundSession#saved}), and therefore sees what is in its
     * package even where that is not public.
     *
     * @param given inputs that sessions will have been given by others
     * @throws FacadeException if the interface does not fit
     */
    public static byte[] classFile(Class<?> type, Signature signature, Set<String> given) {
        return facade(type, new Tensors(signature, given), new Access.Beside(type), false).classFile();
    }

    /**
     * An interface over a session, which stays the caller's. What it has been given already, such as a model's weights, no method need name.
     *
     * @throws FacadeException if the interface does not fit
     */
    public static <T> T bind(Class<T> type, Session session) {
        return facade(type, tensors(session), new Access.Outside(), false).over(session);
    }

    /**
     * An interface over a session, for interfaces and records that are not public or whose package is not exported.
     *
     * @param lookup {@code MethodHandles.lookup()}, from a class in the interface's package
     * @throws FacadeException if the interface does not fit
     */
    public static <T> T bind(Lookup lookup, Class<T> type, Session session) {
        return facade(type, tensors(session), new Access.Within(lookup), false).over(session);
    }

    /**
     * An interface over a new session of its own. All inputs and states must be named by its methods, unless one of them returns the session.
     *
     * @throws FacadeException if the interface does not fit
     */
    public static <T> T bind(Class<T> type, CompiledFunction function) {
        return facade(type, new Tensors(function.signature(), Set.of()), new Access.Outside(), true).over(function.newSession());
    }

    private static Tensors tensors(Session session) {
        Signature signature = session.function().signature();
        Set<String> given = new HashSet<>();
        signature.inputs().stream().map(Slot::name).forEach(given::add);
        given.removeAll(session.unset());
        return new Tensors(signature, given);
    }

    private static <T> Facade<T> facade(Class<T> type, Tensors tensors, Access access, boolean whole) {
        List<MethodPlan> plans = InterfaceReader.read(type, tensors, access, whole);
        return new Facade<>(type, FacadeWriter.write(type, plans), access instanceof Access.Within(Lookup lookup) ? Optional.of(lookup) : Optional.empty());
    }
}
