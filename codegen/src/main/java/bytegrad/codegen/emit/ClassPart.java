package bytegrad.codegen.emit;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** One class file under construction, with its listing. */
final class ClassPart {
    /** A class has at most 65,535 constants; a kernel of many methods may still follow once this many are there. */
    private static final int MANY_CONSTANTS = 20_000;

    private static final int MANY_METHODS = 500;
    private static final Pattern LINE_END = Pattern.compile("\\R");

    private final String name;
    private final ClassWriter writer;
    private final List<String> listing = new ArrayList<>();
    private int methods;
    private int constants;

    ClassPart(String name, String superName, int access) {
        this.name = name;
        this.writer = new ClassWriter(ClassWriter.COMPUTE_FRAMES) {
            /**
             * Where paths meet with different classes in a slot, the slot holds what is left of an ended scope: nothing reads it, so
             * that any common supertype will do, and no class need be loaded to find the least.
             */
            @Override
            protected String getCommonSuperClass(String a, String b) {
                return "java/lang/Object";
            }
        };
        writer.visit(Opcodes.V17, access | Opcodes.ACC_SUPER | Opcodes.ACC_FINAL, name, null, superName, null);
        writer.visitSource(name.substring(name.lastIndexOf('/') + 1) + ".kernels", null);
    }

    /** The internal name. */
    String name() {
        return name;
    }

    /** Begins a method; its body must be written before the next one begins. */
    MethodVisitor method(int access, String method, String descriptor) {
        methods++;
        MethodVisitor mv = writer.visitMethod(access, method, descriptor, null, null);
        // Looks up the name, which by now is a constant: a new name has the highest number so far.
        constants = Math.max(constants, writer.newUTF8(method));
        return mv;
    }

    /** Whether further methods should go to another class. */
    boolean full() {
        return methods >= MANY_METHODS || constants >= MANY_CONSTANTS;
    }

    /** Adds a line to the listing, and gives its number. */
    int line(String text) {
        listing.add(oneLine(text));
        return listing.size();
    }

    /** Names in labels may hold anything; an expression compiled for each line would take longer than the line. */
    private static String oneLine(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= '\n' && c <= '\r' || c == '\u0085' || c == '\u2028' || c == '\u2029') {
                return LINE_END.matcher(text).replaceAll(" ");
            }
        }
        return text;
    }

    String listing() {
        return String.join("\n", listing) + "\n";
    }

    byte[] finish() {
        writer.visitEnd();
        return writer.toByteArray();
    }
}
