package bytegrad.codegen.jar;

import bytegrad.runtime.artefact.Layout;
import java.lang.module.ModuleDescriptor;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ModuleVisitor;
import org.objectweb.asm.Opcodes;

/** Emits a model's module descriptor: a module with the name of its package, which it exports. */
public final class ModuleClass {
    private static final String VECTORS = "jdk.incubator.vector";

    private ModuleClass() {}

    /**
     * The class file.
     *
     * @param runtime whose packages the module has itself; empty for one that requires its module
     * @param others further packages, in the form of paths, which are exported too
     */
    public static byte[] bytes(Layout layout, Optional<ModuleDescriptor> runtime, List<String> others) {
        ClassWriter w = new ClassWriter(0);
        w.visit(Opcodes.V17, Opcodes.ACC_MODULE, "module-info", null, null, null);
        ModuleVisitor m = w.visitModule(layout.packageName(), 0, null);
        m.visitMainClass(layout.path(""));
        m.visitRequire("java.base", Opcodes.ACC_MANDATED, null);
        // Vector code is of use where the Vector API is there, and no burden where it is not.
        m.visitRequire(VECTORS, Opcodes.ACC_STATIC_PHASE, null);
        TreeSet<String> packages = new TreeSet<>(others);
        packages.add(layout.packageName().replace('.', '/'));
        if (runtime.isEmpty()) {
            m.visitRequire("bytegrad.runtime", Opcodes.ACC_TRANSITIVE, null);
        } else {
            // Modules of the JDK that it does without where they are not there; annotations are of no use here.
            runtime.get().requires().stream().map(ModuleDescriptor.Requires::name).filter(n -> n.startsWith("jdk.") && !n.equals(VECTORS)).sorted()
                    .forEach(n -> m.visitRequire(n, Opcodes.ACC_STATIC_PHASE, null));
            runtime.get().exports().forEach(e -> packages.add(e.source().replace('.', '/')));
        }
        packages.forEach(m::visitPackage);
        packages.forEach(p -> m.visitExport(p, 0));
        m.visitEnd();
        w.visitEnd();
        return w.toByteArray();
    }
}
