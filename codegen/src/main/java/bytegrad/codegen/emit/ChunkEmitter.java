package bytegrad.codegen.emit;

import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * Writes {@code chunk(region, chunk, offsets, slabs)} of the main class: the call of one chunk of each parallel loop, in as many
 * methods {@code c<n>} as it takes to keep each short.
 */
final class ChunkEmitter {
    private static final String DESCRIPTOR = "(II[IL" + Parameters.SLABS + ";)V";
    private static final int PARAMETERS = 4;

    /** Bytes of code a method may have before its loops are shared out among several. */
    private static final int LONG = 2000;

    private static final int CALL_SIZE = 70;

    private final ArtefactWriter artefact;
    private int methods;

    ChunkEmitter(ArtefactWriter artefact) {
        this.artefact = artefact;
    }

    /**
     * A parallel loop's method.
     *
     * @param offsets how many it takes
     */
    record Region(String owner, String method, String descriptor, List<DType> slabs, int offsets) {}

    /** The loops from a number on, up to where the next one begins, in few bytes of code. */
    private record Piece(int from, int size, Emit emit) {}

    private interface Emit {
        /** ( → ); parameters are from a slot on. */
        void into(Code code, ClassPart part, int slot);
    }

    /** Nothing where there are no loops. */
    void emit(List<Region> regions, ClassPart main) {
        if (regions.isEmpty()) {
            return;
        }
        Code count = new Code(main.method(Opcodes.ACC_PROTECTED, "regions", "()I"), 1);
        count.line(main.line("regions"));
        count.intConst(regions.size());
        count.finishInt(main.name() + ".regions");
        List<Piece> pieces = new ArrayList<>();
        for (int r = 0; r < regions.size(); r++) {
            Region region = regions.get(r);
            int number = r;
            pieces.add(new Piece(r, CALL_SIZE + 4 * region.offsets(), (code, part, slot) -> call(code, part, slot, number, region)));
        }
        while (pieces.stream().mapToInt(Piece::size).sum() > LONG && pieces.size() > 1) {
            pieces = grouped(pieces);
        }
        Code code = new Code(main.method(Opcodes.ACC_PROTECTED, "chunk", DESCRIPTOR), 1 + PARAMETERS);
        code.line(main.line("chunk"));
        dispatch(code, main, 1, pieces);
        code.finish(main.name() + ".chunk");
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
        String name = "c" + methods++;
        Code code = new Code(part.method(Opcodes.ACC_STATIC, name, DESCRIPTOR), PARAMETERS);
        code.line(part.line(name));
        dispatch(code, part, 0, group);
        code.finish(part.name() + "." + name);
        return new Piece(group.getFirst().from(), CALL_SIZE, (caller, callerPart, slot) -> {
            caller.loadInt(slot);
            caller.loadInt(slot + 1);
            for (int k = 2; k < PARAMETERS; k++) {
                caller.loadRef(slot + k);
            }
            caller.invokeStatic(part.name(), name, DESCRIPTOR);
        });
    }

    /** ( → ); the pieces, the highest first, so that one comparison each tells. */
    private static void dispatch(Code code, ClassPart part, int slot, List<Piece> pieces) {
        for (Piece p : pieces.subList(1, pieces.size()).reversed()) {
            Label next = new Label();
            code.loadInt(slot);
            code.intConst(p.from());
            code.jump(Opcodes.IF_ICMPLT, next);
            p.emit().into(code, part, slot);
            code.insn(Opcodes.RETURN);
            code.place(next);
        }
        pieces.getFirst().emit().into(code, part, slot);
    }

    /** ( → ). */
    private static void call(Code code, ClassPart part, int slot, int number, Region region) {
        code.line(part.line("  loop " + number + ": " + region.method()));
        region.slabs().forEach(d -> Parameters.slab(code, slot + 3, d));
        for (int k = 0; k < region.offsets(); k++) {
            code.loadRef(slot + 2);
            code.intConst(k);
            code.arrayLoad(DType.I32);
        }
        code.loadInt(slot + 1);
        code.invokeStatic(region.owner(), region.method(), region.descriptor());
    }
}
