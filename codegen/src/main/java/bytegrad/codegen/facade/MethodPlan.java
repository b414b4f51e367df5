package bytegrad.codegen.facade;

import bytegrad.runtime.Slot;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.List;

/**
 * What a method of an interface does: gives its arguments, runs the function, fills what receives, and returns.
 *
 * @param arguments what is set first
 * @param runs whether the function runs then
 * @param receivers what is filled with values that are there afterwards
 */
record MethodPlan(Method method, List<Argument> arguments, boolean runs, List<Receiver> receivers, Result result) {
    MethodPlan {
        arguments = List.copyOf(arguments);
        receivers = List.copyOf(receivers);
    }

    /** A tensor in Java's clothes. */
    record Port(Slot tensor, Form form, Class<?> type) {
        String name() {
            return tensor.name();
        }
    }

    /** Values that a parameter gives. */
    sealed interface Argument {
        /** Which parameter, from 0. */
        int parameter();

        /** The parameter itself. */
        record Plain(int parameter, Port port) implements Argument {}

        /** The components of a record. */
        record Fields(int parameter, String name, List<Field> fields) implements Argument {
            public Fields {
                fields = List.copyOf(fields);
            }
        }
    }

    /** A component of a record. */
    record Field(Method accessor, Port port) {}

    /**
     * A parameter that receives.
     *
     * @param output whether an output hides a state of its name
     */
    record Receiver(int parameter, Port port, boolean output) {}

    /** What is returned. */
    sealed interface Result {
        record Nothing() implements Result {}

        /** A tensor; {@code output} as for {@link Receiver}. */
        record One(Port port, boolean output) implements Result {}

        /** A record of tensors that are there after a run. */
        record Several(Constructor<?> constructor, List<Port> ports) implements Result {
            public Several {
                ports = List.copyOf(ports);
            }
        }

        /** The extent of an axis. */
        record Extent(int extent) implements Result {}

        /** The session itself. */
        record TheSession() implements Result {}
    }
}
