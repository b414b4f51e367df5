package bytegrad.codegen.jar;

import bytegrad.runtime.artefact.Layout;
import java.util.List;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Emits a model's main class:
 *
 * <pre>{@code
 * public final class Digits extends ArtefactClass {
 *     public Digits() {}
 *     public static Artefact load() { return Artefact.of(new Digits()); }
 *     public static void main(String[] args) { ArtefactMain.run(new Digits(), args); }
 *     protected Program program(int bits) {
 *         switch (bits) { case 0: return new Digits_scalar(); case 128: … default: return null; }
 *     }
 *     protected InputStream resource(String name) { return Digits.class.getResourceAsStream(name); }
 * }
 * }</pre>
 */
public final class MainClass {
    private static final String PACKAGE = "bytegrad/runtime/artefact/";
    private static final String SUPER = PACKAGE + "ArtefactClass";
    private static final String PROGRAM = "bytegrad/runtime/Program";

    private MainClass() {}

    /**
     * The class file.
     *
     * @param widths of the code there is, ascending, 0 for scalar code
     */
    public static byte[] bytes(Layout layout, List<Integer> widths) {
        String name = layout.path("");
        ClassWriter w = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            /** No class need be loaded: where paths meet here, nothing is on the stack. */
            @Override
            protected String getCommonSuperClass(String a, String b) {
                return "java/lang/Object";
            }
        };
        w.visit(Opcodes.V17, Opcodes.ACC_PUBLIC | Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, name, null, SUPER, null);
        MethodVisitor init = begin(w, Opcodes.ACC_PUBLIC, "<init>", "()V");
        init.visitVarInsn(Opcodes.ALOAD, 0);
        init.visitMethodInsn(Opcodes.INVOKESPECIAL, SUPER, "<init>", "()V", false);
        end(init, Opcodes.RETURN);

        MethodVisitor load = begin(w, Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "load", "()L" + PACKAGE + "Artefact;");
        make(load, name);
        load.visitMethodInsn(Opcodes.INVOKESTATIC, PACKAGE + "Artefact", "of", "(L" + SUPER + ";)L" + PACKAGE + "Artefact;", false);
        end(load, Opcodes.ARETURN);

        MethodVisitor main = begin(w, Opcodes.ACC_PUBLIC | Opcodes.ACC_STATIC, "main", "([Ljava/lang/String;)V");
        make(main, name);
        main.visitVarInsn(Opcodes.ALOAD, 0);
        main.visitMethodInsn(Opcodes.INVOKESTATIC, PACKAGE + "ArtefactMain", "run", "(L" + SUPER + ";[Ljava/lang/String;)V", false);
        end(main, Opcodes.RETURN);

        program(w, layout, widths);

        MethodVisitor resource = begin(w, Opcodes.ACC_PROTECTED, "resource", "(Ljava/lang/String;)Ljava/io/InputStream;");
        resource.visitLdcInsn(org.objectweb.asm.Type.getObjectType(name));
        resource.visitVarInsn(Opcodes.ALOAD, 1);
        resource.visitMethodInsn(Opcodes.INVOKEVIRTUAL, "java/lang/Class", "getResourceAsStream", "(Ljava/lang/String;)Ljava/io/InputStream;", false);
        end(resource, Opcodes.ARETURN);
        w.visitEnd();
        return w.toByteArray();
    }

    private static void program(ClassWriter w, Layout layout, List<Integer> widths) {
        MethodVisitor m = begin(w, Opcodes.ACC_PROTECTED, "program", "(I)L" + PROGRAM + ";");
        Label[] cases = new Label[widths.size()];
        int[] keys = new int[widths.size()];
        for (int k = 0; k < keys.length; k++) {
            keys[k] = widths.get(k);
            cases[k] = new Label();
        }
        Label none = new Label();
        m.visitVarInsn(Opcodes.ILOAD, 1);
        m.visitLookupSwitchInsn(none, keys, cases);
        for (int k = 0; k < keys.length; k++) {
            m.visitLabel(cases[k]);
            make(m, layout.program(keys[k]));
            // Else the verifier would load the class to see that it is a Program, and so the code of every width.
            m.visitTypeInsn(Opcodes.CHECKCAST, PROGRAM);
            m.visitInsn(Opcodes.ARETURN);
        }
        m.visitLabel(none);
        m.visitInsn(Opcodes.ACONST_NULL);
        end(m, Opcodes.ARETURN);
    }

    private static MethodVisitor begin(ClassWriter w, int access, String method, String descriptor) {
        MethodVisitor m = w.visitMethod(access, method, descriptor, null, null);
        m.visitCode();
        return m;
    }

    /** ( → object). */
    private static void make(MethodVisitor m, String internalName) {
        m.visitTypeInsn(Opcodes.NEW, internalName);
        m.visitInsn(Opcodes.DUP);
        m.visitMethodInsn(Opcodes.INVOKESPECIAL, internalName, "<init>", "()V", false);
    }

    private static void end(MethodVisitor m, int instruction) {
        m.visitInsn(instruction);
        m.visitMaxs(0, 0);
        m.visitEnd();
    }
}
