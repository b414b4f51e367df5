import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.NestHostAttribute;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.attribute.RuntimeVisibleTypeAnnotationsAttribute;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Links ahead of time what javac leaves to the JVM to link when it is first met: {@code java build/LinkAhead.java FOLDER} rewrites the classes
 * in a folder. A call by invokedynamic takes a fifth of a millisecond then, mostly to make code that is thrown away, and a first compilation
 * meets 600: a third of the time to its result.
 *
 * <pre>
 * a lambda, a method reference          a class of its own that calls the method, as an inner class would
 * a switch over types                   a method that asks for one type after another
 * equals and hashCode of a record       a method that compares, or hashes, one component after another
 * </pre>
 *
 * <p>Each does what the JDK's own bootstrap method says. What is rare stays as it is: toString of a record, a serializable lambda, a switch over
 * more than types.
 */
public final class LinkAhead {
    private static final String LAMBDA = "$$Lambda";

    private final Path folder;
    private final ClassFile files = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(
            ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader()).orElse(ClassHierarchyResolver.defaultResolver())));
    private final Map<Path, byte[]> written = new HashMap<>();
    /** The classes made for lambdas, by the class that says who is of its nest. */
    private final Map<ClassDesc, List<ClassDesc>> nests = new HashMap<>();

    private LinkAhead(Path folder) {
        this.folder = folder;
    }

    /** Rewrites the classes in a folder, on whose class path it runs. */
    public static void main(String[] args) throws IOException {
        new LinkAhead(Path.of(args[0])).run();
    }

    private void run() throws IOException {
        Map<ClassDesc, ClassModel> classes = new HashMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path p : all.filter(f -> f.toString().endsWith(".class") && !f.endsWith("module-info.class")).sorted().toList()) {
                ClassModel c = files.parse(p);
                ClassDesc made = c.thisClass().asSymbol();
                int lambda = made.descriptorString().indexOf(LAMBDA);
                if (lambda >= 0) {
                    // Of an earlier run; its maker may be gone, or be about to make it anew.
                    ClassDesc maker = ClassDesc.ofDescriptor(made.descriptorString().substring(0, lambda) + ";");
                    if (!Files.exists(file(maker)) || linksLater(files.parse(file(maker)))) {
                        Files.delete(p);
                    }
                } else {
                    classes.put(made, c);
                }
            }
        }
        classes.forEach((name, c) -> {
            if (linksLater(c)) {
                written.put(file(name), new Linked(c).bytes());
            }
        });
        nests.forEach((host, members) -> {
            byte[] known = written.get(file(host));
            written.put(file(host), withMembers(known == null ? classes.get(host) : files.parse(known), members));
        });
        for (Map.Entry<Path, byte[]> w : written.entrySet()) {
            Files.write(w.getKey(), w.getValue());
        }
    }

    private Path file(ClassDesc name) {
        String d = name.descriptorString();
        return folder.resolve(d.substring(1, d.length() - 1) + ".class");
    }

    private static boolean linksLater(ClassModel c) {
        return c.methods().stream().anyMatch(LinkAhead::linksLater);
    }

    private static boolean linksLater(MethodModel m) {
        return m.code().stream().flatMap(code -> code.elementStream())
                .anyMatch(e -> e instanceof InvokeDynamicInstruction call && Call.of(call).isPresent());
    }

    private byte[] withMembers(ClassModel host, List<ClassDesc> members) {
        List<ClassDesc> all = new ArrayList<>();
        host.findAttribute(Attributes.nestMembers()).ifPresent(a -> a.nestMembers().forEach(m -> all.add(m.asSymbol())));
        all.addAll(members.stream().sorted(java.util.Comparator.comparing(ClassDesc::descriptorString)).toList());
        return files.transformClass(host, ClassTransform.dropping(e -> e instanceof NestMembersAttribute)
                .andThen(ClassTransform.endHandler(b -> b.with(NestMembersAttribute.ofSymbols(all)))));
    }

    /** A call that can be linked now. */
    private sealed interface Call {
        record Lambda(MethodTypeDesc erased, DirectMethodHandleDesc target, MethodTypeDesc exact) implements Call {}

        record TypeSwitch(List<ClassDesc> labels) implements Call {}

        record Equals(List<DirectMethodHandleDesc> components) implements Call {}

        record HashCode(List<DirectMethodHandleDesc> components) implements Call {}

        static Optional<Call> of(InvokeDynamicInstruction call) {
            DirectMethodHandleDesc by = call.bootstrapMethod();
            List<ConstantDesc> args = call.bootstrapArgs();
            return switch (by.owner().displayName() + "." + by.methodName()) {
                case "LambdaMetafactory.metafactory" -> Optional.of(
                        new Lambda((MethodTypeDesc) args.get(0), (DirectMethodHandleDesc) args.get(1), (MethodTypeDesc) args.get(2)));
                case "SwitchBootstraps.typeSwitch" -> args.stream().allMatch(ClassDesc.class::isInstance)
                        ? Optional.of(new TypeSwitch(args.stream().map(ClassDesc.class::cast).toList())) : Optional.empty();
                case "ObjectMethods.bootstrap" -> {
                    List<DirectMethodHandleDesc> components = args.stream().skip(2).map(DirectMethodHandleDesc.class::cast).toList();
                    yield switch (call.name().stringValue()) {
                        case "equals" -> Optional.of(new Equals(components));
                        case "hashCode" -> Optional.of(new HashCode(components));
                        default -> Optional.empty();
                    };
                }
                default -> Optional.empty();
            };
        }
    }

    /** A class with its calls linked. */
    private final class Linked {
        private final ClassModel c;
        private final ClassDesc self;
        private final boolean isInterface;
        private final List<Method> methods = new ArrayList<>();
        private int lambdas;

        /** A method that a call is of. */
        private record Method(String name, MethodTypeDesc type, java.util.function.Consumer<CodeBuilder> body) {}

        Linked(ClassModel c) {
            this.c = c;
            this.self = c.thisClass().asSymbol();
            this.isInterface = c.flags().has(java.lang.reflect.AccessFlag.INTERFACE);
        }

        byte[] bytes() {
            CodeTransform calls = (b, e) -> {
                Optional<Call> call = e instanceof InvokeDynamicInstruction i ? Call.of(i) : Optional.empty();
                if (call.isPresent()) {
                    link(b, (InvokeDynamicInstruction) e, call.get());
                } else if (!(e instanceof RuntimeVisibleTypeAnnotationsAttribute)) {
                    // Annotations of types in code (@Nullable) say where they are by offsets, which would be wrong; nobody reads them there.
                    b.with(e);
                }
            };
            ClassTransform code = ClassTransform.transformingMethodBodies(LinkAhead::linksLater, calls);
            return files.transformClass(c, code.andThen(ClassTransform.endHandler(this::addMethods)));
        }

        private void addMethods(ClassBuilder b) {
            for (Method m : methods) {
                b.withMethodBody(m.name, m.type, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC, m.body);
            }
        }

        private void link(CodeBuilder b, InvokeDynamicInstruction at, Call call) {
            MethodTypeDesc type = at.typeSymbol();
            switch (call) {
                case Call.Lambda l -> {
                    ClassDesc made = ClassDesc.ofDescriptor(self.descriptorString().replace(";", LAMBDA + lambdas++ + ";"));
                    ClassDesc host = c.findAttribute(Attributes.nestHost()).map(a -> a.nestHost().asSymbol()).orElse(self);
                    nests.computeIfAbsent(host, _ -> new ArrayList<>()).add(made);
                    written.put(file(made), new LambdaClass(made, host, c, at.name().stringValue(), type, l).bytes());
                    b.invokestatic(made, "of", type);
                }
                case Call.TypeSwitch s -> invoke(b, "typeSwitch$", type, code -> typeSwitch(code, s.labels()));
                case Call.Equals e -> invoke(b, "equals$", type, code -> compare(code, self, e.components()));
                case Call.HashCode h -> invoke(b, "hashCode$", type, code -> hash(code, self, h.components()));
            }
        }

        private void invoke(CodeBuilder b, String name, MethodTypeDesc type, java.util.function.Consumer<CodeBuilder> body) {
            Method m = new Method(name + methods.size(), type, body);
            methods.add(m);
            b.invokestatic(self, m.name, type, isInterface);
        }
    }

    /** (Object value, int from) → the number of the first type from there on that the value has: how many there are if none, -1 for null. */
    private static void typeSwitch(CodeBuilder b, List<ClassDesc> labels) {
        Label some = b.newLabel();
        b.aload(0).ifnonnull(some).iconst_m1().ireturn().labelBinding(some);
        for (int k = 0; k < labels.size(); k++) {
            Label next = b.newLabel();
            b.iload(1).loadConstant(k).if_icmpgt(next);
            b.aload(0).instanceOf(labels.get(k)).ifeq(next);
            b.loadConstant(k).ireturn().labelBinding(next);
        }
        b.loadConstant(labels.size()).ireturn();
    }

    private static void compare(CodeBuilder b, ClassDesc self, List<DirectMethodHandleDesc> components) {
        Label other = b.newLabel();
        Label differs = b.newLabel();
        b.aload(0).aload(1).if_acmpne(other).iconst_1().ireturn().labelBinding(other);
        b.aload(1).instanceOf(self).ifeq(differs);
        b.aload(1).checkcast(self).astore(2);
        for (DirectMethodHandleDesc component : components) {
            ClassDesc type = component.invocationType().returnType();
            b.aload(0).getfield(self, component.methodName(), type);
            b.aload(2).getfield(self, component.methodName(), type);
            switch (TypeKind.from(type).asLoadable()) {
                case INT -> b.if_icmpne(differs);
                case LONG -> b.lcmp().ifne(differs);
                case FLOAT -> b.invokestatic(ConstantDescs.CD_Float, "compare", MethodTypeDesc.ofDescriptor("(FF)I")).ifne(differs);
                case DOUBLE -> b.invokestatic(ConstantDescs.CD_Double, "compare", MethodTypeDesc.ofDescriptor("(DD)I")).ifne(differs);
                default -> b.invokestatic(OBJECTS, "equals", MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                        .ifeq(differs);
            }
        }
        b.iconst_1().ireturn().labelBinding(differs).iconst_0().ireturn();
    }

    private static void hash(CodeBuilder b, ClassDesc self, List<DirectMethodHandleDesc> components) {
        b.iconst_0();
        for (DirectMethodHandleDesc component : components) {
            ClassDesc type = component.invocationType().returnType();
            b.bipush(31).imul();
            b.aload(0).getfield(self, component.methodName(), type);
            if (type.isPrimitive()) {
                b.invokestatic(Conversion.boxOf(type), "hashCode", MethodTypeDesc.of(ConstantDescs.CD_int, type));
            } else {
                b.invokestatic(OBJECTS, "hashCode", MethodTypeDesc.ofDescriptor("(Ljava/lang/Object;)I"));
            }
            b.iadd();
        }
        b.ireturn();
    }

    private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");

    /** The class of a lambda, with what it has caught in fields: {@code of(caught…)} makes one, or gives the only one where nothing is caught. */
    private final class LambdaClass {
        private static final String ONLY = "ONLY";

        private final ClassDesc self;
        private final ClassDesc host;
        private final ClassModel maker;
        private final String method;
        private final MethodTypeDesc factory;
        private final Call.Lambda lambda;

        LambdaClass(ClassDesc self, ClassDesc host, ClassModel maker, String method, MethodTypeDesc factory, Call.Lambda lambda) {
            this.self = self;
            this.host = host;
            this.maker = maker;
            this.method = method;
            this.factory = factory;
            this.lambda = lambda;
        }

        byte[] bytes() {
            return files.build(self, b -> {
                b.withVersion(maker.majorVersion(), maker.minorVersion());
                b.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC | ClassFile.ACC_SUPER);
                b.withInterfaceSymbols(factory.returnType());
                b.with(NestHostAttribute.of(host));
                maker.findAttribute(Attributes.sourceFile()).ifPresent(s -> b.with(SourceFileAttribute.of(s.sourceFile().stringValue())));
                MethodTypeDesc init = factory.changeReturnType(ConstantDescs.CD_void);
                for (int k = 0; k < factory.parameterCount(); k++) {
                    b.withField(field(k), factory.parameterType(k), ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
                }
                b.withMethodBody(ConstantDescs.INIT_NAME, init, ClassFile.ACC_PRIVATE, code -> initialise(code));
                b.withMethodBody("of", factory, ClassFile.ACC_STATIC, code -> {
                    if (factory.parameterCount() == 0) {
                        code.getstatic(self, ONLY, factory.returnType());
                    } else {
                        code.new_(self).dup();
                        for (int k = 0; k < factory.parameterCount(); k++) {
                            code.loadLocal(TypeKind.from(factory.parameterType(k)), code.parameterSlot(k));
                        }
                        code.invokespecial(self, ConstantDescs.INIT_NAME, init);
                    }
                    code.areturn();
                });
                if (factory.parameterCount() == 0) {
                    b.withField(ONLY, factory.returnType(), ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
                    b.withMethodBody(ConstantDescs.CLASS_INIT_NAME, ConstantDescs.MTD_void, ClassFile.ACC_STATIC, code ->
                            code.new_(self).dup().invokespecial(self, ConstantDescs.INIT_NAME, init).putstatic(self, ONLY, factory.returnType())
                                    .return_());
                }
                b.withMethodBody(method, lambda.erased(), ClassFile.ACC_PUBLIC, this::call);
            });
        }

        private static String field(int k) {
            return "caught" + k;
        }

        private void initialise(CodeBuilder b) {
            b.aload(0).invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void);
            for (int k = 0; k < factory.parameterCount(); k++) {
                b.aload(0).loadLocal(TypeKind.from(factory.parameterType(k)), b.parameterSlot(k)).putfield(self, field(k), factory.parameterType(k));
            }
            b.return_();
        }

        /** Calls the target with what was caught and what is given. */
        private void call(CodeBuilder b) {
            DirectMethodHandleDesc target = lambda.target();
            // With the receiver first, as far as there is one.
            MethodTypeDesc type = target.invocationType();
            boolean constructor = target.kind() == DirectMethodHandleDesc.Kind.CONSTRUCTOR;
            if (constructor) {
                b.new_(target.owner()).dup();
            }
            int caught = factory.parameterCount();
            for (int k = 0; k < type.parameterCount(); k++) {
                if (k < caught) {
                    b.aload(0).getfield(self, field(k), factory.parameterType(k));
                } else {
                    ClassDesc given = lambda.erased().parameterType(k - caught);
                    b.loadLocal(TypeKind.from(given), b.parameterSlot(k - caught));
                    Conversion.write(b, given, lambda.exact().parameterType(k - caught));
                    Conversion.write(b, lambda.exact().parameterType(k - caught), type.parameterType(k));
                }
            }
            MethodTypeDesc declared = MethodTypeDesc.ofDescriptor(target.lookupDescriptor());
            switch (target.kind()) {
                case STATIC -> b.invokestatic(target.owner(), target.methodName(), declared);
                case INTERFACE_STATIC -> b.invokestatic(target.owner(), target.methodName(), declared, true);
                // Of a method of the maker's own, which is private: of one nest, it is called like any other.
                case VIRTUAL, SPECIAL -> b.invokevirtual(target.owner(), target.methodName(), declared);
                case INTERFACE_VIRTUAL, INTERFACE_SPECIAL -> b.invokeinterface(target.owner(), target.methodName(), declared);
                case CONSTRUCTOR -> b.invokespecial(target.owner(), ConstantDescs.INIT_NAME, declared);
                case GETTER, SETTER, STATIC_GETTER, STATIC_SETTER -> throw new IllegalStateException("a lambda that is a field: " + target);
            }
            ClassDesc result = lambda.erased().returnType();
            ClassDesc has = constructor ? target.owner() : type.returnType();
            if (result.equals(ConstantDescs.CD_void)) {
                if (!has.equals(ConstantDescs.CD_void)) {
                    if (TypeKind.from(has).slotSize() == 2) {
                        b.pop2();
                    } else {
                        b.pop();
                    }
                }
                b.return_();
                return;
            }
            Conversion.write(b, has, lambda.exact().returnType());
            Conversion.write(b, lambda.exact().returnType(), result);
            b.return_(TypeKind.from(result));
        }
    }
}
