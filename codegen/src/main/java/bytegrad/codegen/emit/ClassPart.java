package bytegrad.codegen.emit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    /** Shuffles that its methods use, by the names of their fields. */
    private final Map<String, Rotation> rotations = new LinkedHashMap<>();
    private int methods;
    private int constants;

    private record Rotation(VectorType type, int lanes, int by) {}

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

    /** The field of a shuffle by which a lane takes what lies {@code by} lanes ahead: of a constant one, HotSpot makes an instruction. */
    String rotation(VectorType type, int lanes, int by) {
        String field = "ROTATE_" + type + "_" + lanes + "_" + by;
        rotations.put(field, new Rotation(type, lanes, by));
        return field;
    }

    private void writeRotations() {
        String descriptor = "L" + VectorType.SHUFFLE + ";";
        Code code = new Code(method(Opcodes.ACC_STATIC, "<clinit>", "()V"), 0);
        rotations.forEach((field, r) -> {
            writer.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_FINAL, field, descriptor, null, null).visitEnd();
            code.species(r.type, r.lanes);
            code.intConst(r.by);
            code.intConst(1);
            code.intConst(1);
            code.invokeStatic(VectorType.SHUFFLE, "iota", "(L" + VectorType.SPECIES + ";IIZ)" + descriptor);
            code.putStatic(name, field, descriptor);
        });
        code.insn(Opcodes.RETURN);
        code.finish(name);
    }

    byte[] finish() {
        if (!rotations.isEmpty()) {
            writeRotations();
        }
        writer.visitEnd();
        return writer.toByteArray();
    }
}
