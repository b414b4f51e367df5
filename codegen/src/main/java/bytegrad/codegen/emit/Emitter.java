package bytegrad.codegen.emit;

import bytegrad.codegen.plan.Plan;
import java.util.regex.Pattern;

/** Turns a plan and its kernels into class files of Java 17, equal bytes for equal plans. */
public final class Emitter {
    private static final String WORD = "[\\p{javaJavaIdentifierPart}&&[^$]]+";
    private static final Pattern CLASS_NAME = Pattern.compile("(" + WORD + "[./])*" + WORD);

    private Emitter() {}

    /**
     * Emits one artefact.
     *
     * @param plan what a run executes, in this order
     * @param className the main class, such as {@code com.example.Mlp}; further classes are called {@code com.example.Mlp$1} and so on
     * @throws MethodTooLargeException if a method is too long for HotSpot to compile
     * @throws CodegenException if the kernels are ill-formed
     */
    public static ClassImage emit(Plan plan, String className, EmitOptions options) {
        if (!CLASS_NAME.matcher(className).matches()) {
            throw new CodegenException("'" + className + "' is no name for a class");
        }
        ArtefactWriter artefact = new ArtefactWriter(className.replace('.', '/'), options);
        new RunEmitter(artefact).emit(plan, artefact.main());
        return artefact.finish();
    }
}
