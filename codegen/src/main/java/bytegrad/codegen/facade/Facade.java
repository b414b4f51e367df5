package bytegrad.codegen.facade;

import bytegrad.runtime.Session;
import bytegrad.runtime.typed.BoundSession;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Optional;
import net.bytebuddy.dynamic.loading.ByteArrayClassLoader;
import net.bytebuddy.dynamic.loading.MultipleParentClassLoader;
import org.jspecify.annotations.Nullable;

/**
 * The class behind an interface: made once, for any number of sessions of functions with the same tensors.
 *
 * @param <T> the interface
 */
public final class Facade<T> {
    private final Class<T> type;
    private final byte[] classFile;
    private final Optional<Lookup> lookup;
    private @Nullable MethodHandle constructor;

    Facade(Class<T> type, byte[] classFile, Optional<Lookup> lookup) {
        this.type = type;
        this.classFile = classFile;
        this.lookup = lookup;
    }

    /**
     * The interface over a session, which stays the caller's. As a session, it is for one thread at a time.
     *
     * @throws bytegrad.runtime.typed.FacadeException if the session's function lacks a tensor that the class was made for
     */
    public T over(Session session) {
        try {
            return type.cast(constructor().invoke(session));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a constructor that declares no checked exception", e);
        }
    }

    /** The name of the class, in the interface's package: what {@link BoundSession#saved} looks for. */
    public String className() {
        return BoundSession.className(type);
    }

    /** The class file, of Java 17: a copy. Beside the interface in a jar, {@link BoundSession#saved} finds it, and Byte Buddy is not needed any more. */
    public byte[] classFile() {
        return classFile.clone();
    }

    private synchronized MethodHandle constructor() throws ReflectiveOperationException {
        MethodHandle known = constructor;
        if (known == null) {
            known = define();
            constructor = known;
        }
        return known;
    }

    /** In a class loader of its own, or in the package of whom asked: it can be collected with the last facade either way. */
    private MethodHandle define() throws ReflectiveOperationException {
        MethodType made = MethodType.methodType(void.class, Session.class);
        if (lookup.isPresent()) {
            Lookup hidden = lookup.get().defineHiddenClass(classFile, true);
            return hidden.findConstructor(hidden.lookupClass(), made);
        }
        ClassLoader parent = new MultipleParentClassLoader.Builder().append(type, BoundSession.class).build();
        ClassLoader own = new ByteArrayClassLoader(parent, Map.of(className(), classFile));
        return MethodHandles.publicLookup().findConstructor(own.loadClass(className()), made);
    }
}
