package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.objectweb.asm.Label;

/** Where a method keeps its variables. A variable ends with the block that binds it, and its slot is used again. */
final class Scope {
    /**
     * A variable in a slot.
     *
     * @param maskOf of a mask: the vectors it fits; else those of its dtype, without meaning for one lane
     */
    record Local(Expr.Var var, int slot, VectorType maskOf, Label from) {
        String descriptor() {
            if (var.lanes() > 1) {
                return var.dtype() == DType.BOOL ? "L" + VectorType.MASK + ";" : VectorType.of(var.dtype()).descriptor();
            }
            return switch (var.dtype()) {
                case F32 -> "F";
                case F64 -> "D";
                case I32 -> "I";
                case I64 -> "J";
                case BOOL -> "Z";
                // As numbers: a debugger shows what they are worth, of a bf16 its bits.
                case U8, I8, I16, BF16 -> "I";
            };
        }
    }

    /** What the JVM takes as a name. */
    static final Pattern NAME = Pattern.compile("[^.;\\[/<>]+");

    private final Code code;
    private final Map<String, Local> locals = new HashMap<>();
    private final List<Local> order = new ArrayList<>();
    private final List<Runnable> ended = new ArrayList<>();
    private final String method;
    private final UnaryOperator<String> shown;

    /** @param shown what a debugger is to call a variable */
    Scope(Code code, String method, UnaryOperator<String> shown) {
        this.code = code;
        this.method = method;
        this.shown = shown;
    }

    /** Binds a parameter, which is in its slot from the start. */
    void parameter(Expr.Var var, int slot) {
        bind(var, slot, VectorType.INT);
    }

    /** (value → ); binds a variable to the value. */
    Local let(Expr.Var var, VectorType maskOf) {
        int slot = code.newLocal(var.dtype(), var.lanes());
        code.store(var.dtype(), var.lanes(), slot);
        return bind(var, slot, maskOf);
    }

    private Local bind(Expr.Var var, int slot, VectorType maskOf) {
        Label from = new Label();
        code.place(from);
        Local local = new Local(var, slot, maskOf, from);
        if (locals.put(var.name(), local) != null) {
            throw new CodegenException(method + ": variable " + var.name() + " is bound twice");
        }
        order.add(local);
        return local;
    }

    Local get(Expr.Var var) {
        Local local = locals.get(var.name());
        if (local == null || !local.var().equals(var)) {
            String reason = local == null ? "it is not bound" : local.var() + " is bound";
            throw new CodegenException(method + ": " + var + " is used where " + reason);
        }
        return local;
    }

    /** How many variables are bound: {@link #endTo} takes it. */
    int depth() {
        return order.size();
    }

    /** Ends the variables bound since. */
    void endTo(int depth) {
        Label to = new Label();
        code.place(to);
        while (order.size() > depth) {
            Local local = order.removeLast();
            locals.remove(local.var().name());
            if (NAME.matcher(local.var().name()).matches()) {
                ended.add(() -> code.nameLocal(shown.apply(local.var().name()), local.descriptor(), local.from(), to, local.slot()));
            }
        }
    }

    /** Ends all variables and writes down their names for debuggers. */
    void end() {
        endTo(0);
        ended.forEach(Runnable::run);
    }
}
