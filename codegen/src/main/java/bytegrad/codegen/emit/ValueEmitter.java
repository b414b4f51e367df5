package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.ir.DType;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** Puts the values of expressions on the stack: scalars as JVM numbers, several lanes as vectors or masks. */
final class ValueEmitter {
    private static final String MASK = "L" + VectorType.MASK + ";";

    private final ClassPart part;
    private final Code code;
    private final Scope scope;
    private final Parameters buffers;
    /** The vectors that masks made of nothing but bools fit. */
    private final VectorType plainMask;

    private final ScalarFunctions scalars;
    private final VectorFunctions vectors;
    private final Map<PartMasks.Part, Integer> masks = new HashMap<>();
    /** Variables that are one number in all lanes, by name. */
    private final Map<String, Expr> numbers = new HashMap<>();
    private final Set<String> assigned = new HashSet<>();

    ValueEmitter(ClassPart part, Code code, Scope scope, Parameters buffers, VectorType plainMask) {
        this.part = part;
        this.code = code;
        this.scope = scope;
        this.buffers = buffers;
        this.plainMask = plainMask;
        this.scalars = new ScalarFunctions(code, this);
        this.vectors = new VectorFunctions(code, this);
    }

    /** ( → value). */
    void push(Expr e) {
        switch (e) {
            case Expr.Const c -> code.constant(c.dtype(), c.bits());
            case Expr.Var v -> code.load(v.dtype(), v.lanes(), scope.get(v).slot());
            case Expr.Load l -> load(l, plainMask);
            case Expr.Apply a -> {
                if (a.lanes() == 1) {
                    scalars.apply(a);
                } else {
                    vectors.apply(a);
                }
            }
            case Expr.Convert c -> {
                if (c.lanes() == 1) {
                    push(c.arg());
                    scalars.convert(c.arg().dtype(), c.dtype());
                } else {
                    vectors.convert(c);
                }
            }
            case Expr.Bits b -> {
                push(b.arg());
                if (b.lanes() == 1) {
                    scalars.bits(b.arg().dtype(), b.dtype());
                } else {
                    vectors.reinterpret(VectorType.of(b.arg().dtype()), VectorType.of(b.dtype()));
                }
            }
            case Expr.Splat s -> splat(s, plainMask);
            case Expr.Rotate r -> rotate(r);
            case Expr.Ramp r -> ramp(r);
            case Expr.Checked c -> {
                push(c.arg());
                code.intConst(c.extent());
                code.text(c.what());
                String index = c.arg().dtype() == DType.I64 ? "J" : "I";
                code.invokeStatic("bytegrad/runtime/Checks", "index", "(" + index + "ILjava/lang/String;)I");
            }
        }
    }

    /** Says what a variable is bound to. */
    void bound(Expr.Var v, Expr value) {
        numbers.remove(v.name());
        if (!assigned.contains(v.name()) && v.dtype() != DType.BOOL && value instanceof Expr.Splat s && s.lanes() > 1 && s.arg() instanceof Expr.Const) {
            numbers.put(v.name(), s);
        }
    }

    /**
     * ( → vector) whose method is called next. A number is made anew rather than read from its variable, which costs nothing in a loop: where HotSpot knows of a receiver from outside
     * a loop only what its profile says, and the profile says nothing (always with {@code -XX:-UseTypeProfile}), it makes an object of it at each call of the method.
     */
    void receiver(Expr e) {
        push(e instanceof Expr.Var v ? numbers.getOrDefault(v.name(), e) : e);
    }

    /** ( → mask), fit for those vectors. */
    void pushMask(Expr e, VectorType wanted) {
        if (e instanceof Expr.Load l) {
            load(l, wanted);
        } else if (e instanceof Expr.Splat s) {
            splat(s, wanted);
        } else {
            push(e);
            if (maskOf(e) != wanted) {
                code.species(wanted, e.lanes());
                code.maskCall("cast", "L" + VectorType.SPECIES + ";", MASK);
            }
        }
    }

    /** The vectors that the mask which {@link #push} leaves fits. */
    VectorType maskOf(Expr e) {
        return switch (e) {
            case Expr.Var v -> scope.get(v).maskOf();
            case Expr.Apply a -> maskOf(a);
            case Expr.Convert c -> c.arg().dtype() == DType.BOOL ? maskOf(c.arg()) : VectorType.of(c.arg().dtype());
            case Expr.Load _, Expr.Splat _ -> plainMask;
            case Expr.Const _, Expr.Bits _, Expr.Rotate _, Expr.Ramp _, Expr.Checked _ -> throw new CodegenException(e + " is not a mask");
        };
    }

    private VectorType maskOf(Expr.Apply a) {
        List<Expr> args = a.args();
        DType operand = args.getLast().dtype();
        if (operand != DType.BOOL) {
            return VectorType.of(operand);
        }
        // Functions of masks work on masks of their first operand, or of the first of two to choose from.
        return maskOf(args.size() == 3 ? args.get(1) : args.get(0));
    }

    /** ( → ); jumps unless any lane of the condition holds. */
    void jumpUnlessAny(Expr condition, Label target) {
        if (condition.lanes() == 1) {
            scalars.jumpUnless(condition, target);
        } else {
            push(condition);
            code.maskCall("anyTrue", "", "Z");
            code.jump(Opcodes.IFEQ, target);
        }
    }

    /** ( → elements); a mask fits those vectors. */
    private void load(Expr.Load e, VectorType maskOf) {
        if (e.lanes() == 1) {
            code.loadRef(buffers.slab(e.buffer()));
            position(e.buffer(), e.index());
            code.arrayLoad(e.dtype());
            return;
        }
        boolean mask = e.dtype() == DType.BOOL;
        VectorType t = mask ? maskOf : VectorType.of(e.dtype());
        code.species(t, e.lanes());
        code.loadRef(buffers.slab(e.buffer()));
        position(e.buffer(), e.index());
        if (mask) {
            code.invokeStatic(VectorType.MASK, "fromArray", "(L" + VectorType.SPECIES + ";[ZI)" + MASK);
        } else {
            code.vectorStatic(t, "fromArray", "[" + t.element() + "I");
        }
    }

    /** ( → ); the method's masks for stores of a part of the lanes, each in a local. */
    void prepare(Kernel.Method method) {
        collectAssigned(method.body());
        for (PartMasks.Part p : PartMasks.of(method)) {
            VectorType whole = p.type().integral();
            code.species(whole, p.lanes());
            code.vectorStatic(whole, "zero", "");
            code.intConst(1);
            code.vectorCall(whole, "addIndex", "I", whole.descriptor());
            code.operator("LT", "Comparison");
            code.constant(whole == VectorType.LONG ? DType.I64 : DType.I32, p.count());
            code.vectorCall(whole, "compare", "L" + VectorType.OPERATORS + "$Comparison;" + whole.element(), MASK);
            if (whole != p.type()) {
                code.species(p.type(), p.lanes());
                code.maskCall("cast", "L" + VectorType.SPECIES + ";", MASK);
            }
            int slot = code.newLocal(DType.BOOL, p.lanes());
            code.store(DType.BOOL, p.lanes(), slot);
            masks.put(p, slot);
        }
    }

    private void collectAssigned(List<Stmt> body) {
        for (Stmt stmt : body) {
            switch (stmt) {
                case Stmt.Assign s -> assigned.add(s.var().name());
                case Stmt.For s -> collectAssigned(s.body());
                case Stmt.IfAny s -> collectAssigned(s.body());
                case Stmt.While s -> collectAssigned(s.body());
                case Stmt.Let _, Stmt.Store _, Stmt.Copy _, Stmt.Sort _, Stmt.Call _, Stmt.Parallel _ -> {}
            }
        }
    }

    /** ( → ); writes the value's lanes to the buffer. */
    void store(Stmt.Store s) {
        int buffer = s.buffer();
        Index index = s.index();
        Expr value = s.value();
        if (value.lanes() == 1) {
            code.loadRef(buffers.slab(buffer));
            position(buffer, index);
            push(value);
            code.arrayStore(value.dtype());
            return;
        }
        boolean part = s.count() < value.lanes();
        if (part && value.dtype() == DType.BOOL) {
            // The library has no store of a part of a mask.
            push(value);
            code.maskCall("toLong", "", "J");
            code.loadRef(buffers.slab(buffer));
            position(buffer, index);
            code.intConst(s.count());
            code.invokeStatic("bytegrad/runtime/Masks", "store", "(J[ZII)V");
            return;
        }
        if (part) {
            storePart(s);
            return;
        }
        receiver(value);
        code.loadRef(buffers.slab(buffer));
        position(buffer, index);
        if (value.dtype() == DType.BOOL) {
            code.maskCall("intoArray", "[ZI", "V");
            return;
        }
        VectorType t = VectorType.of(value.dtype());
        code.vectorCall(t, "intoArray", "[" + t.element() + "I", "V");
    }

    /** ( → ); by a mask, or lane by lane where that is no instruction of the JVM's. */
    private void storePart(Stmt.Store s) {
        VectorType t = VectorType.of(s.value().dtype());
        int lanes = s.value().lanes();
        Integer mask = masks.get(new PartMasks.Part(t, lanes, s.count()));
        if (mask == null) {
            throw new CodegenException("no mask was made for the store " + s);
        }
        int mark = code.mark();
        push(s.value());
        int vector = code.newLocal(s.value().dtype(), lanes);
        code.store(s.value().dtype(), lanes, vector);
        Label oneByOne = new Label();
        Label end = new Label();
        code.invokeStatic("bytegrad/runtime/Masks", "areFast", "()Z");
        code.jump(Opcodes.IFEQ, oneByOne);
        code.load(s.value().dtype(), lanes, vector);
        code.loadRef(buffers.slab(s.buffer()));
        position(s.buffer(), s.index());
        code.load(DType.BOOL, lanes, mask);
        code.vectorCall(t, "intoArray", "[" + t.element() + "I" + MASK, "V");
        code.jump(Opcodes.GOTO, end);
        code.place(oneByOne);
        for (int lane = 0; lane < s.count(); lane++) {
            code.loadRef(buffers.slab(s.buffer()));
            position(s.buffer(), s.index().plus(lane));
            code.load(s.value().dtype(), lanes, vector);
            code.intConst(lane);
            code.vectorCall(t, "lane", "I", t.element());
            code.arrayStore(s.value().dtype());
        }
        code.place(end);
        code.release(mark);
    }

    /** ( → ). The library's copy within one array acts as if all were read first. */
    void copy(Stmt.Copy c) {
        code.loadRef(buffers.slab(c.from()));
        position(c.from(), c.fromAt());
        code.loadRef(buffers.slab(c.to()));
        position(c.to(), c.toAt());
        code.intConst(c.count());
        code.invokeStatic("java/lang/System", "arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V");
    }

    /** ( → ). */
    void sort(Stmt.Sort s) {
        code.loadRef(buffers.slab(s.keys()));
        position(s.keys(), s.keysAt());
        code.loadRef(buffers.slab(s.order()));
        position(s.order(), s.orderAt());
        code.intConst(s.size());
        code.intConst(s.count());
        code.invokeStatic("bytegrad/runtime/Sorting", "sort", "([JI[IIII)V");
    }

    /** ( → vector or mask); a mask fits those vectors. */
    private void splat(Expr.Splat e, VectorType maskOf) {
        if (e.lanes() == 1) {
            push(e.arg());
        } else if (e.dtype() == DType.BOOL) {
            code.species(maskOf, e.lanes());
            push(e.arg());
            code.maskAll();
        } else {
            VectorType t = VectorType.of(e.dtype());
            code.species(t, e.lanes());
            push(e.arg());
            code.vectorStatic(t, "broadcast", t.element());
        }
    }

    /** ( → vector). */
    private void rotate(Expr.Rotate e) {
        VectorType t = VectorType.of(e.dtype());
        push(e.arg());
        code.getStatic(part.name(), part.rotation(t, e.lanes(), e.by()), "L" + VectorType.SHUFFLE + ";");
        code.vectorCall(t, "rearrange", "L" + VectorType.SHUFFLE + ";", t.descriptor());
    }

    /** ( → base + l·stride in lane l). Lanes are made as whole numbers, so that those a float cannot hold are rounded once. */
    private void ramp(Expr.Ramp e) {
        DType dtype = e.dtype();
        if (e.lanes() == 1) {
            index(e.base());
            scalars.convert(DType.I32, dtype);
            return;
        }
        VectorType t = VectorType.of(dtype);
        // Every i32 is a double.
        VectorType made = t == VectorType.FLOAT ? VectorType.INT : t;
        code.species(made, e.lanes());
        index(e.base());
        scalars.convert(DType.I32, made == VectorType.INT ? DType.I32 : dtype);
        code.vectorStatic(made, "broadcast", made.element());
        code.intConst(e.stride());
        code.vectorCall(made, "addIndex", "I", made.descriptor());
        if (made != t) {
            code.operator("I2F", "Conversion");
            code.intConst(0);
            code.vectorCall(made, "convert", "L" + VectorType.OPERATORS + "$Conversion;I", "L" + VectorType.VECTOR + ";");
            code.cast(t);
        }
    }

    /** ( → int): where an element of a buffer is in its slab. */
    private void position(int buffer, Index index) {
        int offsetSlot = buffers.offsetSlot(buffer);
        if (offsetSlot < 0) {
            sum(false, index.plus(buffers.bakedOffset(buffer)));
        } else {
            code.loadInt(offsetSlot);
            sum(true, index);
        }
    }

    /** ( → int). */
    void index(Index index) {
        sum(false, index);
    }

    /** (int if begun → int); adds the terms, those of outer loops first, so that what an inner loop need not repeat is a prefix. */
    private void sum(boolean begun, Index index) {
        boolean any = begun;
        for (Index.Term term : outermostFirst(index)) {
            code.loadInt(scope.get(term.var()).slot());
            int c = term.coefficient();
            if (c == -1 && any) {
                code.insn(Opcodes.ISUB);
                continue;
            }
            if (c != 1) {
                code.intConst(c);
                code.insn(Opcodes.IMUL);
            }
            if (any) {
                code.insn(Opcodes.IADD);
            }
            any = true;
        }
        if (!any) {
            code.intConst(index.constant());
        } else if (index.constant() != 0) {
            code.intConst(index.constant());
            code.insn(Opcodes.IADD);
        }
    }

    private List<Index.Term> outermostFirst(Index index) {
        return index.terms().stream().sorted((a, b) -> scope.get(a.var()).slot() - scope.get(b.var()).slot()).toList();
    }
}
