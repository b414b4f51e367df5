import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Optional;

/** How a call of a lambda makes what is wanted of what is given. */
final class Conversion {
    private static final List<ClassDesc> NUMBERS = List.of(ConstantDescs.CD_boolean, ConstantDescs.CD_byte, ConstantDescs.CD_char, ConstantDescs.CD_short,
            ConstantDescs.CD_int, ConstantDescs.CD_long, ConstantDescs.CD_float, ConstantDescs.CD_double);

    private static final List<ClassDesc> BOXES = List.of(ConstantDescs.CD_Boolean, ConstantDescs.CD_Byte, ConstantDescs.CD_Character, ConstantDescs.CD_Short,
            ConstantDescs.CD_Integer, ConstantDescs.CD_Long, ConstantDescs.CD_Float, ConstantDescs.CD_Double);

    private Conversion() {}

    /** Makes one type of another by a cast, a box or its number, or a wider number, as a call of a lambda does. */
    static void write(CodeBuilder b, ClassDesc from, ClassDesc to) {
        if (from.equals(to)) {
            return;
        }
        if (from.isPrimitive() && to.isPrimitive()) {
            b.conversion(TypeKind.from(from), TypeKind.from(to));
        } else if (from.isPrimitive()) {
            b.invokestatic(boxOf(from), "valueOf", MethodTypeDesc.of(boxOf(from), from));
        } else if (to.isPrimitive()) {
            ClassDesc number = numberOf(from).orElse(to);
            if (numberOf(from).isEmpty()) {
                b.checkcast(boxOf(number));
            }
            b.invokevirtual(boxOf(number), number.displayName() + "Value", MethodTypeDesc.of(number));
            write(b, number, to);
        } else if (!to.equals(ConstantDescs.CD_Object)) {
            b.checkcast(to);
        }
    }

    static ClassDesc boxOf(ClassDesc number) {
        return BOXES.get(NUMBERS.indexOf(number));
    }

    private static Optional<ClassDesc> numberOf(ClassDesc box) {
        int k = BOXES.indexOf(box);
        return k < 0 ? Optional.empty() : Optional.of(NUMBERS.get(k));
    }
}
