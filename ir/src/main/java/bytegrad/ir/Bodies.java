package bytegrad.ir;

import java.util.List;
import java.util.OptionalInt;

/**
 * The graphs inside the ops that run other graphs. Their inputs and outputs are told by a role and a number: {@code c0…} the carries,
 * {@code x0…} slices, {@code k0…} constants, {@code y0…} results, {@code dy0…} and {@code dk0…} cotangents.
 */
public final class Bodies {
    private Bodies() {}

    /** The op's graphs, in the order of its members. */
    public static List<Graph> of(Op.Nested op) {
        return switch (op) {
            case Op.Scan s -> List.of(s.body());
            case Op.Cond c -> List.of(c.then(), c.otherwise());
            case Op.While w -> List.of(w.condition(), w.body());
            case Op.Custom c -> List.of(c.body(), c.vjp());
        };
    }

    /** The same op with other graphs, as many as {@link #of} gives. */
    public static Op.Nested with(Op.Nested op, List<Graph> bodies) {
        return switch (op) {
            case Op.Scan s -> new Op.Scan(bodies.get(0), s.length(), s.reverse(), s.carries(), s.scanned(), s.result());
            case Op.Cond c -> new Op.Cond(bodies.get(0), bodies.get(1), c.result());
            case Op.While w -> new Op.While(bodies.get(0), bodies.get(1), w.limit(), w.carries(), w.result());
            case Op.Custom c -> new Op.Custom(bodies.get(0), bodies.get(1), c.result());
        };
    }

    /** Which of the results a node of this op is. */
    public static int result(Op.Nested op) {
        return switch (op) {
            case Op.Scan s -> s.result();
            case Op.Cond c -> c.result();
            case Op.While w -> w.result();
            case Op.Custom c -> c.result();
        };
    }

    /** The same op for another of its results. Nodes of one op (but for the result) and the same inputs are computed together. */
    public static Op.Nested result(Op.Nested op, int result) {
        return switch (op) {
            case Op.Scan s -> new Op.Scan(s.body(), s.length(), s.reverse(), s.carries(), s.scanned(), result);
            case Op.Cond c -> new Op.Cond(c.then(), c.otherwise(), result);
            case Op.While w -> new Op.While(w.condition(), w.body(), w.limit(), w.carries(), result);
            case Op.Custom c -> new Op.Custom(c.body(), c.vjp(), result);
        };
    }

    /** How many results the op has. */
    public static int results(Op.Nested op) {
        return switch (op) {
            case Op.Scan s -> 2 * s.carries() + s.body().outputs().size();
            case Op.Cond c -> c.then().outputs().size();
            case Op.While w -> w.carries();
            case Op.Custom c -> c.body().outputs().size();
        };
    }

    /** The number in a name such as {@code c12}, for the role {@code c}; nothing where the name is not of that role. */
    public static OptionalInt number(String role, String name) {
        String digits = name.startsWith(role) ? name.substring(role.length()) : "";
        boolean canonical = !digits.isEmpty() && digits.length() < 10 && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                && (digits.length() == 1 || digits.charAt(0) != '0');
        return canonical ? OptionalInt.of(Integer.parseInt(digits)) : OptionalInt.empty();
    }
}
