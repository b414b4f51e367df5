package bytegrad.codegen.facade;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What is wrong with an interface: all of it is found before anything is said. */
final class Problems {
    private final List<String> all = new ArrayList<>();

    void add(String problem) {
        all.add(problem);
    }

    /** About a method. */
    void add(Method method, String problem) {
        all.add(text(method) + ": " + problem);
    }

    /** The method as its author knows it: {@code logits(float[])}. */
    static String text(Method method) {
        return method.getName() + Arrays.stream(method.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", ", "(", ")"));
    }

    List<String> all() {
        return List.copyOf(all);
    }
}
