package bytegrad.codegen.emit;

import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/**
 * Writes the plan tree as code, in as many methods {@code r<n>} as it takes to keep each short: a step that is
 * long becomes a method, and so do neighbouring steps that are long together.
 */
final class RunEmitter {
    private static final String DESCRIPTOR = "(L" + Parameters.SLABS + ";L" + Parameters.LOOPS + ";)V";
    private static final int PARAMETERS = 2;

    /** Bytes of code a method may have before its steps move to methods of their own. */
    private static final int LONG = 2000;

    /** A call with a slab of each dtype. */
    private static final int CALL_SIZE = DType.values().length * 5 + 5;

    private static final int POISON_SIZE = 20;

    /** A call of the clock. */
    private static final int CLOCK_SIZE = 8;

    private final ArtefactWriter artefact;
    private final boolean profile;
    private int methods;
    private int launches;

    RunEmitter(ArtefactWriter artefact, boolean profile) {
        this.artefact = artefact;
        this.profile = profile;
    }

    /** Code with an upper bound of its size in bytes. */
    private record Piece(int size, Consumer<Body> emit) {}

    /** A method that executes steps. */
    private record Body(Code code, ClassPart part, int slabs) {
        /** ( → slab). */
        void slab(DType dtype) {
            Parameters.slab(code, slabs, dtype);
        }

        /** ( → what runs parallel loops). */
        void loops() {
            code.loadRef(slabs + 1);
        }
    }

    /** Writes {@code launches()} of the main class, where there is a profile. */
    void emitCount(ClassPart main) {
        if (profile) {
            Code code = new Code(main.method(Opcodes.ACC_PROTECTED, "launches", "()I"), 1);
            code.line(main.line("launches"));
            code.intConst(launches);
            code.finishInt(main.name() + ".launches");
        }
    }

    /** Writes a method of the main class that runs a plan. */
    void emit(Plan plan, ClassPart main, String name) {
        List<Piece> pieces = shortened(pieces(plan));
        Code code = new Code(main.method(Opcodes.ACC_PROTECTED, name, DESCRIPTOR), 1 + PARAMETERS);
        Body body = new Body(code, main, 1);
        code.line(main.line(name));
        if (profile) {
            body.loops();
            code.invokeVirtual(Parameters.LOOPS, "launching", "()V");
        }
        pieces.forEach(p -> p.emit().accept(body));
        code.finish(main.name() + "." + name);
    }

    private List<Piece> pieces(Plan plan) {
        return switch (plan) {
            case Plan.Seq(List<Plan> steps) -> {
                List<Piece> all = new ArrayList<>();
                steps.forEach(s -> all.addAll(pieces(s)));
                yield all;
            }
            case Plan.Launch l -> List.of(launch(l));
            case Plan.Repeat(int times, Plan step) -> {
                List<Piece> inner = shortened(pieces(step));
                yield List.of(new Piece(total(inner) + 20, b -> repeat(b, times, inner)));
            }
            case Plan.Poison p -> List.of(new Piece(POISON_SIZE, b -> poison(b, p)));
            case Plan.If(int offset, Plan then, Plan otherwise) -> {
                List<Piece> a = shortened(pieces(then));
                List<Piece> o = shortened(pieces(otherwise));
                yield List.of(new Piece(total(a) + total(o) + 20, b -> branch(b, offset, a, o)));
            }
        };
    }

    private static int total(List<Piece> pieces) {
        return pieces.stream().mapToInt(Piece::size).sum();
    }

    /** The pieces, as calls of methods where they are long together. */
    private List<Piece> shortened(List<Piece> pieces) {
        List<Piece> now = pieces;
        while (total(now) > LONG) {
            List<Piece> calls = new ArrayList<>();
            List<Piece> group = new ArrayList<>();
            for (Piece p : now) {
                if (!group.isEmpty() && total(group) + p.size() > LONG) {
                    calls.add(method(group));
                    group.clear();
                }
                group.add(p);
            }
            calls.add(method(group));
            now = calls;
        }
        return now;
    }

    /** Moves pieces to a method of their own, and gives its call. */
    private Piece method(List<Piece> pieces) {
        ClassPart part = artefact.room();
        String name = "r" + methods++;
        Code code = new Code(part.method(Opcodes.ACC_STATIC, name, DESCRIPTOR), PARAMETERS);
        Body body = new Body(code, part, 0);
        code.line(part.line(name));
        pieces.forEach(p -> p.emit().accept(body));
        code.finish(part.name() + "." + name);
        return new Piece(CALL_SIZE, caller -> {
            caller.code().loadRef(caller.slabs());
            caller.loops();
            caller.code().invokeStatic(part.name(), name, DESCRIPTOR);
        });
    }

    private Piece launch(Plan.Launch launch) {
        ArtefactWriter.Entry entry = artefact.kernel(launch);
        int number = launches++;
        int size = CALL_SIZE + (profile ? CLOCK_SIZE : 0) + 3 * (entry.passesOffsets() ? launch.offsets().size() : 0);
        return new Piece(size, b -> {
            Code code = b.code();
            code.line(b.part().line("  " + entry.method() + launch.offsets() + ": " + launch.label()));
            entry.slabs().forEach(b::slab);
            if (entry.passesOffsets()) {
                launch.offsets().forEach(code::intConst);
            }
            if (entry.passesLoops()) {
                b.loops();
            }
            code.invokeStatic(entry.owner(), entry.method(), entry.descriptor());
            if (profile) {
                b.loops();
                code.intConst(number);
                code.invokeVirtual(Parameters.LOOPS, "launched", "(I)V");
            }
        });
    }

    /** ( → ). */
    private static void poison(Body b, Plan.Poison p) {
        b.slab(p.dtype());
        b.code().intConst(p.offset());
        b.code().intConst(p.count());
        b.code().invokeStatic("bytegrad/runtime/Poison", "fill", "(" + Parameters.arrayDescriptor(p.dtype()) + "II)V");
    }

    /** ( → ). */
    private static void repeat(Body b, int times, List<Piece> inner) {
        Code code = b.code();
        code.line(b.part().line("  repeat " + times));
        int mark = code.mark();
        int slot = code.newLocal(DType.I32, 1);
        code.intConst(0);
        code.store(DType.I32, 1, slot);
        Label top = new Label();
        Label end = new Label();
        code.place(top);
        code.loadInt(slot);
        code.intConst(times);
        code.jump(Opcodes.IF_ICMPGE, end);
        inner.forEach(p -> p.emit().accept(b));
        code.increment(slot, 1);
        code.jump(Opcodes.GOTO, top);
        code.place(end);
        code.release(mark);
    }

    /** ( → ). */
    private static void branch(Body b, int offset, List<Piece> then, List<Piece> otherwise) {
        Code code = b.code();
        code.line(b.part().line("  if bool slab[" + offset + "]"));
        Label no = new Label();
        Label end = new Label();
        b.slab(DType.BOOL);
        code.intConst(offset);
        code.arrayLoad(DType.BOOL);
        code.jump(Opcodes.IFEQ, no);
        then.forEach(p -> p.emit().accept(b));
        code.jump(Opcodes.GOTO, end);
        code.place(no);
        otherwise.forEach(p -> p.emit().accept(b));
        code.place(end);
    }
}
