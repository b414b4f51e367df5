package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.kernel.KernelPrinter;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.plan.KernelNames;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** Writes a kernel's methods into a class. */
final class KernelEmitter {
    /** Turns of an empty call: HotSpot adds up calls and turns of loops, and compiles from 600 calls on what has 15,000 of both. */
    private static final int EMPTY_TURNS = 25;

    private final ArtefactWriter artefact;
    private final ClassPart part;
    private final Kernel kernel;
    private final String name;
    private final Parameters parameters;
    private final String label;
    private final List<String> bufferLabels;
    private final KernelNames names;
    /** By the kernel's name of a method: its Java name and descriptor. */
    private final Map<String, String> javaNames = new HashMap<>();
    private final Map<String, String> descriptors = new HashMap<>();
    private final List<ChunkEmitter.Region> regions;
    /** By the kernel's name of a method: how to call what may be shared with other kernels, and with which buffers. */
    private final Map<String, Shared> shared = new HashMap<>();
    private boolean simd;

    private record Shared(ArtefactWriter.Entry entry, List<Integer> buffers) {}

    /**
     * For one kernel.
     *
     * @param launch the first that runs it: its labels go into the listing
     * @param name the Java name of the first method; that of another is this, an underscore and the kernel's name of it
     * @param regions the artefact's parallel loops, which the kernel's join
     */
    KernelEmitter(ArtefactWriter artefact, ClassPart part, Plan.Launch launch, String name, Parameters parameters, List<ChunkEmitter.Region> regions) {
        this.artefact = artefact;
        this.regions = regions;
        this.part = part;
        this.kernel = launch.kernel();
        this.label = launch.label();
        this.bufferLabels = launch.bufferLabels();
        this.names = launch.names();
        this.name = name;
        this.parameters = parameters;
    }

    /** Writes all methods. */
    void emit() {
        if (kernel.methods().isEmpty() || !kernel.methods().getFirst().params().isEmpty()) {
            throw new CodegenException(label + ": the first method of a kernel takes no parameters");
        }
        for (Kernel.Method m : kernel.methods()) {
            boolean first = m == kernel.methods().getFirst();
            if (!Scope.NAME.matcher(m.name()).matches()) {
                throw new CodegenException(label + ": '" + m.name() + "' is no name for a method");
            }
            if (descriptors.put(m.name(), first ? parameters.entryDescriptor() : parameters.descriptor(m.params().size())) != null) {
                throw new CodegenException(label + ": two methods are called " + m.name());
            }
            javaNames.put(m.name(), first ? name : name + "_" + m.name());
        }
        share();
        for (Kernel.Method m : kernel.methods()) {
            if (!shared.containsKey(m.name())) {
                new Body(m).emit();
            }
        }
    }

    /** Methods that call no other go where other kernels find them: not those of parallel loops, nor code made for certain offsets. */
    private void share() {
        if (parameters.offsetCount() == 0) {
            return;
        }
        Kernel.Method entry = kernel.methods().getFirst();
        List<String> chunks = entry.body().stream().filter(Stmt.Parallel.class::isInstance).map(s -> ((Stmt.Parallel) s).method()).toList();
        for (Kernel.Method m : kernel.methods()) {
            if (m != entry && !chunks.contains(m.name())) {
                Leaf.of(kernel, m).ifPresent(leaf -> {
                    List<String> labels = leaf.buffers().stream().map(bufferLabels::get).toList();
                    shared.put(m.name(), new Shared(artefact.leaf(leaf, of(javaNames, m.name(), label), label, labels,
                            names.of(m.name(), leaf.method().name())), leaf.buffers()));
                });
            }
        }
    }

    /** Writes the one method of a kernel, which takes parameters; returns its descriptor. */
    String emitLeaf() {
        Kernel.Method m = kernel.methods().getFirst();
        String descriptor = parameters.descriptor(m.params().size());
        javaNames.put(m.name(), name);
        descriptors.put(m.name(), descriptor);
        new Body(m).emit();
        return descriptor;
    }

    String descriptor() {
        return parameters.entryDescriptor();
    }

    /** Whether HotSpot is made to compile the kernel's methods, by calls without slabs too; not where offsets are part of the code. */
    private boolean isRehearsed() {
        return artefact.rehearses() && parameters.offsetCount() > 0;
    }

    /** Calls of those methods that are told how far to go. */
    List<RehearsalEmitter.Call> rehearsals() {
        return isRehearsed() ? Rehearsal.of(kernel).stream().map(this::call).toList() : List.of();
    }

    /** Calls of all methods, which are to be empty. */
    List<RehearsalEmitter.Call> emptyCalls() {
        return isRehearsed() ? kernel.methods().stream().map(m -> call(Rehearsal.empty(m))).toList() : List.of();
    }

    private RehearsalEmitter.Call call(Rehearsal r) {
        Shared leaf = shared.get(r.method());
        if (leaf != null) {
            return new RehearsalEmitter.Call(leaf.entry(), leaf.buffers().size(), r.args());
        }
        boolean entry = r.method().equals(kernel.methods().getFirst().name());
        ArtefactWriter.Entry own = new ArtefactWriter.Entry(part.name(), of(javaNames, r.method(), label), of(descriptors, r.method(), label),
                List.copyOf(parameters.slabTypes()), true, entry && parameters.hasLoops());
        return new RehearsalEmitter.Call(own, parameters.offsetCount(), r.args());
    }

    /** Whether vector instructions were emitted. */
    boolean usesSimd() {
        return simd;
    }

    private static String of(Map<String, String> byMethod, String method, String where) {
        String s = byMethod.get(method);
        if (s == null) {
            throw new CodegenException(where + ": the kernel has no method " + method);
        }
        return s;
    }

    /** One method's body. */
    private final class Body {
        private final Kernel.Method method;
        private final String where;
        private final VectorType plainMask;
        private final Code code;
        private final Scope scope;
        private final ValueEmitter values;
        /** The listing's line of each statement, in the order in which they are emitted. */
        private final Iterator<String> lines;

        Body(Kernel.Method method) {
            this.method = method;
            this.plainMask = LaneWidth.of(method);
            String javaName = of(javaNames, method.name(), label);
            String descriptor = of(descriptors, method.name(), label);
            this.where = part.name() + "." + javaName + " (" + label + ")";
            int own = parameters.firstParameter();
            this.code = new Code(part.method(Opcodes.ACC_STATIC, javaName, descriptor), own + Math.max(1, method.params().size()));
            this.scope = new Scope(code, where, v -> names.node(method.name(), v).map(n -> JavaNames.variable(v, n)).orElse(v));
            this.values = new ValueEmitter(part, code, scope, parameters, plainMask);
            this.lines = KernelPrinter.lines(method, bufferLabels).iterator();
            code.line(part.line(javaName + descriptor + ": " + label));
            if (method == kernel.methods().getFirst()) {
                names.nodes().forEach(n -> part.line("  # " + n));
            }
            for (int i = 0; i < method.params().size(); i++) {
                scope.parameter(method.params().get(i), own + i);
            }
        }

        void emit() {
            if (isRehearsed()) {
                code.returnIfNull(0, EMPTY_TURNS);
            }
            values.prepare(method);
            statements(method.body());
            scope.end();
            code.finish(where);
            simd |= code.usesSimd();
        }

        private void statements(List<Stmt> body) {
            for (Stmt s : body) {
                code.line(part.line("  " + lines.next() + remark(s)));
                switch (s) {
                    case Stmt.Let(Expr.Var v, Expr value) -> let(v, value);
                    case Stmt.Assign(Expr.Var v, Expr value) -> assign(v, value);
                    case Stmt.For f -> loop(f);
                    case Stmt.Store store -> values.store(store);
                    case Stmt.Copy c -> values.copy(c);
                    case Stmt.IfAny(Expr condition, List<Stmt> inner) -> {
                        Label end = new Label();
                        values.jumpUnlessAny(condition, end);
                        block(inner);
                        code.place(end);
                    }
                    case Stmt.Sort sort -> values.sort(sort);
                    case Stmt.While w -> repeat(w);
                    case Stmt.Call(String callee, List<Index> args) -> call(callee, args);
                    case Stmt.Parallel loop -> parallel(loop);
                }
            }
        }

        /** The node that a variable holds elements of; what is stored names its node itself. */
        private String remark(Stmt s) {
            return s instanceof Stmt.Let(Expr.Var v, Expr _) ? names.node(method.name(), v.name()).map(n -> "  # " + n).orElse("") : "";
        }

        /** ( → ); statements whose variables end with them. */
        private void block(List<Stmt> body) {
            int mark = code.mark();
            int bound = scope.depth();
            statements(body);
            scope.endTo(bound);
            code.release(mark);
        }

        /** ( → ). */
        private void let(Expr.Var v, Expr value) {
            boolean mask = v.dtype() == DType.BOOL && v.lanes() > 1;
            values.push(value);
            scope.let(v, mask ? values.maskOf(value) : plainMask);
            values.bound(v, value);
        }

        /** ( → ). */
        private void assign(Expr.Var v, Expr value) {
            Scope.Local local = scope.get(v);
            if (v.dtype() == DType.BOOL && v.lanes() > 1) {
                values.pushMask(value, local.maskOf());
            } else {
                values.push(value);
            }
            code.store(v.dtype(), v.lanes(), local.slot());
        }

        /** ( → ); tests at the top, as javac does. The bound is computed once. */
        private void loop(Stmt.For f) {
            int mark = code.mark();
            int bound = scope.depth();
            int limit = -1;
            if (!f.to().isConstant()) {
                values.index(f.to());
                limit = code.newLocal(DType.I32, 1);
                code.store(DType.I32, 1, limit);
            }
            values.index(f.from());
            int slot = scope.let(f.var(), plainMask).slot();
            Label top = new Label();
            Label end = new Label();
            code.place(top);
            code.loadInt(slot);
            if (limit < 0) {
                code.intConst(f.to().constant());
            } else {
                code.loadInt(limit);
            }
            code.jump(Opcodes.IF_ICMPGE, end);
            block(f.body());
            code.increment(slot, f.step());
            code.jump(Opcodes.GOTO, top);
            code.place(end);
            scope.endTo(bound);
            code.release(mark);
        }

        /** ( → ). */
        private void repeat(Stmt.While w) {
            int mark = code.mark();
            int steps = code.newLocal(DType.I32, 1);
            code.intConst(0);
            code.store(DType.I32, 1, steps);
            Label top = new Label();
            Label end = new Label();
            code.place(top);
            values.push(new Expr.Load(w.buffer(), w.index(), DType.BOOL, 1));
            code.jump(Opcodes.IFEQ, end);
            code.loadInt(steps);
            code.intConst(w.limit());
            code.text(w.what());
            code.invokeStatic("bytegrad/runtime/Checks", "step", "(IILjava/lang/String;)I");
            code.store(DType.I32, 1, steps);
            block(w.body());
            code.jump(Opcodes.GOTO, top);
            code.place(end);
            code.release(mark);
        }

        /** ( → ); leaves the offsets where {@code chunk} finds them. The slot behind the entry's parameters has what runs loops. */
        private void parallel(Stmt.Parallel loop) {
            int loops = parameters.firstParameter();
            int first = parameters.slabTypes().size();
            if (parameters.offsetCount() > 0) {
                int mark = code.mark();
                int array = code.newLocal(DType.I32, 2);
                code.loadRef(loops);
                code.invokeVirtual(Parameters.LOOPS, "offsets", "()[I");
                code.storeRef(array);
                for (int i = 0; i < parameters.offsetCount(); i++) {
                    code.loadRef(array);
                    code.intConst(i);
                    code.loadInt(first + i);
                    code.arrayStore(DType.I32);
                }
                code.release(mark);
            }
            code.loadRef(loops);
            code.intConst(regions.size());
            code.intConst(loop.chunks());
            code.invokeVirtual(Parameters.LOOPS, "run", "(II)V");
            regions.add(new ChunkEmitter.Region(part.name(), of(javaNames, loop.method(), where), of(descriptors, loop.method(), where),
                    List.copyOf(parameters.slabTypes()), parameters.offsetCount(), loop.extents()));
        }

        /** ( → ); passes on the slabs and offsets. */
        private void call(String callee, List<Index> args) {
            Shared leaf = shared.get(callee);
            int offsets = parameters.slabTypes().size();
            if (leaf != null) {
                leaf.entry().slabs().forEach(d -> code.loadRef(List.copyOf(parameters.slabTypes()).indexOf(d)));
                leaf.buffers().forEach(b -> code.loadInt(offsets + b));
                args.forEach(values::index);
                code.invokeStatic(leaf.entry().owner(), leaf.entry().method(), leaf.entry().descriptor());
                return;
            }
            int slot = 0;
            for (DType _ : parameters.slabTypes()) {
                code.loadRef(slot++);
            }
            for (int i = 0; i < parameters.offsetCount(); i++) {
                code.loadInt(slot++);
            }
            args.forEach(values::index);
            code.invokeStatic(part.name(), of(javaNames, callee, where), of(descriptors, callee, where));
        }
    }
}
