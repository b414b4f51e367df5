package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.BufferBounds;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Opcodes;

/** Collects {@linkplain Rehearsal rehearsals}, one a method, those of micro-kernels first, and writes {@code rehearse(number, turns, slabs)} of the main class. */
final class RehearsalEmitter {
    private static final String DESCRIPTOR = "(IIL" + Parameters.SLABS + ";)V";
    private static final int CALL_SIZE = 40;
    private static final int ARG_SIZE = 7;

    /** By the method that is called. */
    private final Map<String, Call> told = new LinkedHashMap<>();
    private final Map<String, Call> empty = new LinkedHashMap<>();
    private int elements;

    /** A call of a method, over buffers that all are where slabs begin. */
    record Call(ArtefactWriter.Entry entry, int buffers, List<Rehearsal.Arg> args) {
        String callee() {
            return entry.owner() + "." + entry.method();
        }
    }

    /**
     * Adds the calls of a kernel's methods, unless there is one of a method already.
     *
     * @param micro of methods that are told how far to go
     * @param all of any, which are to be empty
     */
    void add(Kernel kernel, List<Call> micro, List<Call> all) {
        for (Call c : micro) {
            if (told.putIfAbsent(c.callee(), c) == null) {
                kernel.buffers().forEach(b -> elements = Math.max(elements, b.size()));
            }
        }
        all.forEach(c -> empty.putIfAbsent(c.callee(), c));
    }

    /** Nothing where there are none. */
    void emit(ArtefactWriter artefact, ClassPart main, long nanos) {
        List<Call> calls = new ArrayList<>(told.values());
        empty.forEach((callee, c) -> {
            if (!told.containsKey(callee)) {
                calls.add(c);
            }
        });
        List<NumberedCalls.Call> numbered = calls.stream()
                .map(c -> new NumberedCalls.Call(CALL_SIZE + c.buffers() + ARG_SIZE * c.args().size(), (code, part, slot) -> call(code, part, slot, c))).toList();
        new NumberedCalls(artefact, "rehearse", "h", DESCRIPTOR, List.of(true, true, false)).emit(numbered, "rehearsals", main);
        if (!calls.isEmpty()) {
            Code first = new Code(main.method(Opcodes.ACC_PROTECTED, "microKernels", "()I"), 1);
            first.line(main.line("microKernels"));
            first.intConst(told.size());
            first.finishInt(main.name() + ".microKernels");
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
        if (call.entry().passesLoops()) {
            code.insn(Opcodes.ACONST_NULL);
        }
        code.invokeStatic(call.entry().owner(), call.entry().method(), call.entry().descriptor());
    }
}
