package bytegrad.codegen.facade;

import bytegrad.codegen.facade.Declaration.Note;
import bytegrad.codegen.facade.Declaration.Parameter;
import bytegrad.runtime.Session;
import bytegrad.runtime.typed.BoundSession;
import java.util.LinkedHashMap;
import java.util.Map;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.ClassFileVersion;
import net.bytebuddy.description.annotation.AnnotationDescription;
import net.bytebuddy.description.modifier.Ownership;
import net.bytebuddy.description.modifier.Visibility;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.implementation.bytecode.assign.Assigner;

/** A generated interface, and its record, as class files of Java 17. */
final class InterfaceClass {
    /** What the name of the record is, behind that of the interface. */
    static final String OUTPUTS = "Outputs";

    private InterfaceClass() {}

    /** By class name. */
    static Map<String, byte[]> write(String className, Declarations declarations) {
        Map<String, byte[]> classes = new LinkedHashMap<>();
        TypeDescription outputs = TypeDescription.ForLoadedType.of(void.class);
        if (!declarations.outputs().isEmpty()) {
            DynamicType.Unloaded<?> record = record(className + OUTPUTS, declarations);
            classes.put(className + OUTPUTS, record.getBytes());
            outputs = record.getTypeDescription();
        }
        DynamicType.Builder<?> b = new ByteBuddy(ClassFileVersion.JAVA_V17).makeInterface().name(className);
        for (Declaration d : declarations.methods()) {
            TypeDescription all = outputs;
            TypeDescription returns = d.returns().map(TypeDescription.ForLoadedType::of).orElse(all);
            DynamicType.Builder.MethodDefinition.ParameterDefinition<?> m = b.defineMethod(d.name(), returns, Visibility.PUBLIC);
            for (Parameter p : d.parameters()) {
                m = m.withParameter(p.type(), p.name(), 0).annotateParameter(annotation(p.note()));
            }
            DynamicType.Builder.MethodDefinition<?> abstractly = m.withoutCode();
            b = d.note().isPresent() ? abstractly.annotateMethod(annotation(d.note().get())) : abstractly;
        }
        b = over(b);
        classes.put(className, b.make().getBytes());
        return classes;
    }

    /** {@code static X over(Session session)}. */
    private static DynamicType.Builder<?> over(DynamicType.Builder<?> b) {
        try {
            TypeDescription self = b.toTypeDescription();
            return b.defineMethod("over", self, Visibility.PUBLIC, Ownership.STATIC)
                    .withParameter(Session.class, "session", 0)
                    .intercept(MethodCall.invoke(BoundSession.class.getMethod("saved", Class.class, Session.class))
                            .with(self).withArgument(0).withAssigner(Assigner.DEFAULT, Assigner.Typing.DYNAMIC));
        } catch (NoSuchMethodException e) {
            throw new AssertionError("generated methods call what there is", e);
        }
    }

    private static DynamicType.Unloaded<?> record(String name, Declarations declarations) {
        DynamicType.Builder<?> b = new ByteBuddy(ClassFileVersion.JAVA_V17).makeRecord().name(name)
                .modifiers(Visibility.PUBLIC, net.bytebuddy.description.modifier.TypeManifestation.FINAL);
        for (Parameter p : declarations.outputs()) {
            b = b.defineRecordComponent(p.name(), p.type()).annotateRecordComponent(annotation(p.note()));
        }
        return b.make();
    }

    private static AnnotationDescription annotation(Note note) {
        AnnotationDescription.Builder b = AnnotationDescription.Builder.ofType(note.type());
        return note.value().isPresent() ? b.define(note.element(), note.value().get()).build() : b.build();
    }
}
