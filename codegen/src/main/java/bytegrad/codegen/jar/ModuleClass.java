package bytegrad.codegen.jar;

import bytegrad.runtime.artefact.Layout;
import java.util.List;
import java.util.TreeSet;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.ModuleVisitor;
import org.objectweb.asm.Opcodes;

/** Emits a model's module descriptor: a module with the name of its package, which it exports. */
public final class ModuleClass {
    /** Of the runtime, in a jar that has its own. */
    private static final List<String> RUNTIME = List.of("bytegrad.runtime", "bytegrad.runtime.artefact", "bytegrad.runtime.data", "bytegrad.runtime.io", "bytegrad.runtime.train");

    private ModuleClass() {}

    /**
     * The class file.
     *
     * @param standalone whether the module has the packages of the runtime itself, rather than requiring its module
     * @param others further packages, in the form of paths, which are exported too
     */
    public static byte[] bytes(Layout layout, boolean standalone, List<String> others) {
        ClassWriter w = new ClassWriter(0);
        w.visit(Opcodes.V17, Opcodes.ACC_MODULE, "module-info", null, null, null);
        ModuleVisitor m = w.visitModule(layout.packageName(), 0, null);
        m.visitMainClass(layout.path(""));
        m.visitRequire("java.base", Opcodes.ACC_MANDATED, null);
        // Vector code is of use where the Vector API is there, and no burden where it is not.
        m.visitRequire("jdk.incubator.vector", Opcodes.ACC_STATIC_PHASE, null);
        TreeSet<String> packages = new TreeSet<>(others);
        packages.add(layout.packageName().replace('.', '/'));
        if (standalone) {
            m.visitRequire("jdk.management", Opcodes.ACC_STATIC_PHASE, null);
            RUNTIME.forEach(p -> packages.add(p.replace('.', '/')));
        } else {
            m.visitRequire("bytegrad.runtime", Opcodes.ACC_TRANSITIVE, null);
        }
        packages.forEach(m::visitPackage);
        packages.forEach(p -> m.visitExport(p, 0));
        m.visitEnd();
        w.visitEnd();
        return w.toByteArray();
    }
}
