package bytegrad.codegen.emit;

import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * Writes methods of the main class that are given a number, first of their parameters, and make the call of that number: in as many methods
 * as it takes to keep each short.
 */
final class NumberedCalls {
    /** Bytes of code a method may have before its calls are shared out among several. */
    private static final int LONG = 2000;

    private static final int CALL_SIZE = 70;

    private final ArtefactWriter artefact;
    private final String name;
    private final String shortName;
    private final String descriptor;
    /** One for each parameter: whether it is an int, else it is a reference. */
    private final List<Boolean> ints;
    private int methods;

    /**
     * For one method.
     *
     * @param shortName of the methods it is shared out to, which have a number behind it
     */
    NumberedCalls(ArtefactWriter artefact, String name, String shortName, String descriptor, List<Boolean> ints) {
        this.artefact = artefact;
        this.name = name;
        this.shortName = shortName;
        this.descriptor = descriptor;
        this.ints = List.copyOf(ints);
    }

    /** A call, in few bytes of code. */
    record Call(int size, Emit emit) {}

    /** Writes one call. */
    interface Emit {
        /** ( → ); parameters are from a slot on. */
        void into(Code code, ClassPart part, int slot);
    }

    /** Calls from a number on, up to where the next begin. */
    private record Piece(int from, Call call) {
        int size() {
            return call.size();
        }
    }

    /** Writes the method of how many there are, and that of the calls; nothing where there are none. */
    void emit(List<Call> calls, String count, ClassPart main) {
        if (calls.isEmpty()) {
            return;
        }
        Code counted = new Code(main.method(Opcodes.ACC_PROTECTED, count, "()I"), 1);
        counted.line(main.line(count));
        counted.intConst(calls.size());
        counted.finishInt(main.name() + "." + count);
        List<Piece> pieces = new ArrayList<>();
        for (int k = 0; k < calls.size(); k++) {
            pieces.add(new Piece(k, calls.get(k)));
        }
        while (pieces.stream().mapToInt(Piece::size).sum() > LONG && pieces.size() > 1) {
            pieces = grouped(pieces);
        }
        Code code = new Code(main.method(Opcodes.ACC_PROTECTED, name, descriptor), 1 + ints.size());
        code.line(main.line(name));
        dispatch(code, main, 1, pieces);
        code.finish(main.name() + "." + name);
    }

    private List<Piece> grouped(List<Piece> pieces) {
        List<Piece> calls = new ArrayList<>();
        List<Piece> group = new ArrayList<>();
        int size = 0;
        for (Piece p : pieces) {
            if (!group.isEmpty() && size + p.size() > LONG) {
                calls.add(method(group));
                group = new ArrayList<>();
                size = 0;
            }
            group.add(p);
            size += p.size();
        }
        calls.add(method(group));
        return calls;
    }

    private Piece method(List<Piece> group) {
        ClassPart part = artefact.room();
        String method = shortName + methods++;
        Code code = new Code(part.method(Opcodes.ACC_STATIC, method, descriptor), ints.size());
        code.line(part.line(method));
        dispatch(code, part, 0, group);
        code.finish(part.name() + "." + method);
        return new Piece(group.getFirst().from(), new Call(CALL_SIZE, (caller, _, slot) -> {
            for (int k = 0; k < ints.size(); k++) {
                if (ints.get(k)) {
                    caller.loadInt(slot + k);
                } else {
                    caller.loadRef(slot + k);
                }
            }
            caller.invokeStatic(part.name(), method, descriptor);
        }));
    }

    /** ( → ); the pieces, the highest first, so that one comparison each tells. */
    private static void dispatch(Code code, ClassPart part, int slot, List<Piece> pieces) {
        for (Piece p : pieces.subList(1, pieces.size()).reversed()) {
            Label next = new Label();
            code.loadInt(slot);
            code.intConst(p.from());
            code.jump(Opcodes.IF_ICMPLT, next);
            p.call().emit().into(code, part, slot);
            code.insn(Opcodes.RETURN);
            code.place(next);
        }
        pieces.getFirst().call().emit().into(code, part, slot);
    }
}
