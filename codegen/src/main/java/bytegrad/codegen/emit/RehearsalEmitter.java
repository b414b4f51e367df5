package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.BufferBounds;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.objectweb.asm.Opcodes;

/** Collects {@linkplain Rehearsal rehearsals}, one a method, and writes {@code rehearse(number, turns, slabs)} of the main class. */
final class RehearsalEmitter {
    private static final String DESCRIPTOR = "(IIL" + Parameters.SLABS + ";)V";
    private static final int CALL_SIZE = 40;
    private static final int ARG_SIZE = 7;

    private final List<Call> calls = new ArrayList<>();
    private final Set<String> known = new HashSet<>();
    private int elements;

    /** A call of a method, over buffers that all are where slabs begin. */
    record Call(ArtefactWriter.Entry entry, int buffers, List<Rehearsal.Arg> args) {}

    /** Adds the calls of a kernel's methods, unless there is one of a method already. */
    void add(Kernel kernel, List<Call> more) {
        for (Call c : more) {
            if (known.add(c.entry().owner() + "." + c.entry().method())) {
                calls.add(c);
                kernel.buffers().forEach(b -> elements = Math.max(elements, b.size()));
            }
        }
    }

    /** Nothing where there are none. */
    void emit(ArtefactWriter artefact, ClassPart main, long nanos) {
        List<NumberedCalls.Call> numbered = calls.stream()
                .map(c -> new NumberedCalls.Call(CALL_SIZE + c.buffers() + ARG_SIZE * c.args().size(), (code, part, slot) -> call(code, part, slot, c))).toList();
        new NumberedCalls(artefact, "rehearse", "h", DESCRIPTOR, List.of(true, true, false)).emit(numbered, "rehearsals", main);
        if (!calls.isEmpty()) {
            Code code = new Code(main.method(Opcodes.ACC_PROTECTED, "rehearsalElements", "()I"), 1);
            code.line(main.line("rehearsalElements"));
            code.intConst((int) Math.min(Integer.MAX_VALUE, elements + (long) BufferBounds.OVERHANG));
            code.finishInt(main.name() + ".rehearsalElements");
            Code time = new Code(main.method(Opcodes.ACC_PROTECTED, "estimatedNanos", "()J"), 1);
            time.line(main.line("estimatedNanos"));
            time.constant(DType.I64, nanos);
            time.finishLong(main.name() + ".estimatedNanos");
        }
    }

    /** ( → ). */
    private static void call(Code code, ClassPart part, int slot, Call call) {
        code.line(part.line("  rehearse " + call.entry().method()));
        for (DType d : call.entry().slabs()) {
            Parameters.slab(code, slot + 2, d);
        }
        for (int b = 0; b < call.buffers(); b++) {
            code.intConst(0);
        }
        for (Rehearsal.Arg a : call.args()) {
            code.intConst(a.value());
            if (a.end()) {
                code.loadInt(slot + 1);
                code.invokeStatic("java/lang/Math", "min", "(II)I");
            }
        }
        code.invokeStatic(call.entry().owner(), call.entry().method(), call.entry().descriptor());
    }
}
