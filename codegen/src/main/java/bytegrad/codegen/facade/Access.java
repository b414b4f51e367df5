package bytegrad.codegen.facade;

import java.lang.invoke.MethodHandles.Lookup;
import java.lang.reflect.Modifier;
import java.util.Optional;

/** What the class behind an interface can see of it. */
sealed interface Access {
    /** From a class loader of its own: what is public and exported. */
    record Outside() implements Access {}

    /** From the package of whom asked, whose lookup this is. */
    record Within(Lookup lookup) implements Access {}

    /** From the interface's own package, where the class will be saved. */
    record Beside(Class<?> type) implements Access {}

    /** Why the class could not implement this interface; nothing if it can. */
    default Optional<String> implement(Class<?> type) {
        if (!type.isInterface()) {
            return Optional.of("it is no interface");
        }
        if (type.isAnnotation()) {
            return Optional.of("it is an annotation");
        }
        if (type.isSealed()) {
            return Optional.of("it is sealed, so that no other class can implement it");
        }
        if (type.isHidden()) {
            return Optional.of("it is hidden, so that no other class can name it");
        }
        if (type.getTypeParameters().length > 0) {
            return Optional.of("it has type parameters, which stand for nothing");
        }
        return see(type, "the interface");
    }

    /** Why the class could not use this record; nothing if it can. */
    default Optional<String> record(Class<?> type) {
        if (type.getTypeParameters().length > 0) {
            return Optional.of("the record " + type.getSimpleName() + " has type parameters, which stand for nothing");
        }
        if (type.getRecordComponents().length == 0) {
            return Optional.of("the record " + type.getSimpleName() + " has no components");
        }
        return see(type, "the record " + type.getSimpleName());
    }

    private Optional<String> see(Class<?> type, String what) {
        return switch (this) {
            case Beside(Class<?> neighbour) -> visible(type, neighbour) ? Optional.empty() : Optional.of(what + " is not public");
            case Within(Lookup lookup) when (lookup.lookupModes() & Lookup.PACKAGE) == 0 -> Optional.of("the lookup has no access to its own package");
            case Within(Lookup lookup) -> visible(type, lookup.lookupClass())
                    ? Optional.empty()
                    : Optional.of(what + " is not visible to " + lookup.lookupClass().getName() + ", whose lookup was given");
            case Outside() when !isPublic(type) -> Optional.of(what + " is not public: make it so, or hand over MethodHandles.lookup() of its package");
            case Outside() when !type.getModule().isExported(type.getPackageName()) -> Optional.of(what + " is in a package that module "
                    + type.getModule().getName() + " does not export: export it, or hand over MethodHandles.lookup() of it");
            case Outside() -> Optional.empty();
        };
    }

    private static boolean visible(Class<?> type, Class<?> from) {
        boolean neighbours = from.getPackageName().equals(type.getPackageName()) && from.getClassLoader() == type.getClassLoader();
        return isPublic(type) || neighbours && !Modifier.isPrivate(type.getModifiers());
    }

    /** As the JVM sees it, for which a nested class is public or not by itself. */
    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers());
    }
}
