package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Kernel;
import bytegrad.codegen.plan.KernelNames;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The classes of one artefact under construction, and the kernels already in them. */
final class ArtefactWriter {
    private static final String PROGRAM = "bytegrad/runtime/Program";

    private final String name;
    private final EmitOptions options;
    private final ClassPart main;
    private final List<ClassPart> parts = new ArrayList<>();
    private final Map<Key, Entry> kernels = new HashMap<>();
    private final Map<Kernel, Entry> leaves = new HashMap<>();
    private final List<ChunkEmitter.Region> regions = new ArrayList<>();
    private final RehearsalEmitter rehearsals = new RehearsalEmitter();
    private boolean simd;

    /** What launches that share a method agree on; offsets are empty where they are passed. */
    private record Key(Kernel kernel, List<Integer> bakedOffsets) {}

    /** How to call a kernel. */
    record Entry(String owner, String method, String descriptor, List<DType> slabs, boolean passesOffsets, boolean passesLoops) {}

    ArtefactWriter(String name, EmitOptions options) {
        this.name = name;
        this.options = options;
        this.main = new ClassPart(name, PROGRAM, Opcodes.ACC_PUBLIC);
        parts.add(main);
    }

    ClassPart main() {
        return main;
    }

    /** Whether kernels are to be rehearsed. */
    boolean rehearses() {
        return options.nanos() > 0;
    }

    /** A class that has room for more methods. */
    ClassPart room() {
        ClassPart last = parts.getLast();
        if (last.full()) {
            last = new ClassPart(name + "$" + parts.size(), "java/lang/Object", 0);
            parts.add(last);
        }
        return last;
    }

    /** How to call the kernel of this launch, which is emitted if no equal one was. */
    Entry kernel(Plan.Launch launch) {
        Kernel kernel = launch.kernel();
        if (launch.offsets().size() != kernel.buffers().size()) {
            throw new CodegenException(
                    launch.label() + ": " + launch.offsets().size() + " offsets for " + kernel.buffers().size() + " buffers");
        }
        if (launch.bufferLabels().size() != kernel.buffers().size()) {
            throw new CodegenException(
                    launch.label() + ": " + launch.bufferLabels().size() + " labels for " + kernel.buffers().size() + " buffers");
        }
        boolean baked = Parameters.bakes(kernel, options.bakeOffsets());
        Key key = new Key(kernel, baked ? launch.offsets() : List.of());
        Entry known = kernels.get(key);
        if (known != null) {
            return known;
        }
        ClassPart part = room();
        Parameters parameters = new Parameters(kernel, launch.offsets(), options.bakeOffsets());
        String method = JavaNames.method("k" + kernels.size(), launch.label());
        KernelEmitter emitter = new KernelEmitter(this, part, launch, method, parameters, regions);
        emitter.emit();
        simd |= emitter.usesSimd();
        Entry entry = new Entry(part.name(), method, emitter.descriptor(), List.copyOf(parameters.slabTypes()), !baked, parameters.hasLoops());
        kernels.put(key, entry);
        rehearsals.add(kernel, emitter.rehearsals(), emitter.emptyCalls());
        return entry;
    }

    /** How to call a method that calls no other, which is emitted if no equal one was; its labels are those of the first. */
    Entry leaf(Leaf leaf, String name, String label, List<String> bufferLabels, KernelNames names) {
        Entry known = leaves.get(leaf.kernel());
        if (known != null) {
            return known;
        }
        ClassPart part = room();
        Parameters parameters = new Parameters(leaf.kernel(), List.of(), false);
        Plan.Launch launch = new Plan.Launch(leaf.kernel(), List.of(), label, bufferLabels, names);
        KernelEmitter emitter = new KernelEmitter(this, part, launch, name, parameters, regions);
        String descriptor = emitter.emitLeaf();
        simd |= emitter.usesSimd();
        Entry entry = new Entry(part.name(), name, descriptor, List.copyOf(parameters.slabTypes()), true, false);
        leaves.put(leaf.kernel(), entry);
        return entry;
    }

    /** Ends all classes. */
    ClassImage finish() {
        new ChunkEmitter(this).emit(regions, main);
        rehearsals.emit(this, main, options.nanos());
        MethodVisitor constructor = main.method(Opcodes.ACC_PUBLIC, "<init>", "()V");
        constructor.visitCode();
        constructor.visitVarInsn(Opcodes.ALOAD, 0);
        constructor.visitMethodInsn(Opcodes.INVOKESPECIAL, PROGRAM, "<init>", "()V", false);
        constructor.visitInsn(Opcodes.RETURN);
        constructor.visitMaxs(0, 0);
        constructor.visitEnd();
        Map<String, byte[]> classes = new LinkedHashMap<>();
        Map<String, String> listings = new LinkedHashMap<>();
        for (ClassPart p : parts) {
            byte[] bytes = p.finish();
            options.check().accept(p.name(), bytes);
            classes.put(p.name(), bytes);
            listings.put(p.name(), p.listing());
        }
        return new ClassImage(name, simd, classes, listings);
    }
}
