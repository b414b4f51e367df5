package bytegrad.codegen.emit;

import bytegrad.codegen.plan.Plan;
import java.util.List;
import java.util.regex.Pattern;

/** Turns a plan and its kernels into class files of Java 17, equal bytes for equal plans. */
public final class Emitter {
    private static final String WORD = "[\\p{javaJavaIdentifierPart}&&[^$]]+";
    private static final Pattern CLASS_NAME = Pattern.compile("(" + WORD + "[./])*" + WORD);

    private Emitter() {}

    /** Emits one artefact of a plan whose steps all come before any state is written; see below. */
    public static ClassImage emit(Plan plan, String className, EmitOptions options) {
        return emit(new Plan.Seq(List.of()), plan, new Plan.Seq(List.of()), className, options);
    }

    /**
     * Emits one artefact.
     *
     * @param derived what the first run executes before anything else, and later ones once a kept input was set
     * @param plan what a run executes first, in this order: a failure there leaves all states as they are
     * @param updates what follows: the first that writes into a state, and all after it
     * @param className the main class, such as {@code com.example.Mlp}; further classes are called {@code com.example.Mlp$1} and so on
     * @throws MethodTooLargeException if a method is too long for HotSpot to compile
     * @throws CodegenException if the kernels are ill-formed
     */
    public static ClassImage emit(Plan derived, Plan plan, Plan updates, String className, EmitOptions options) {
        if (!CLASS_NAME.matcher(className).matches()) {
            throw new CodegenException("'" + className + "' is no name for a class");
        }
        ArtefactWriter artefact = new ArtefactWriter(className.replace('.', '/'), options);
        RunEmitter run = new RunEmitter(artefact, options.profile());
        if (!derived.equals(new Plan.Seq(List.of()))) {
            run.emit(derived, artefact.main(), "derive");
        }
        run.emit(plan, artefact.main(), "steps");
        run.emit(updates, artefact.main(), "updates");
        run.emitCount(artefact.main());
        return artefact.finish();
    }
}
