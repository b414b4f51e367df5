package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.List;
import org.objectweb.asm.Label;
import org.objectweb.asm.Opcodes;

/** Functions of one lane, as plain JVM arithmetic. */
final class ScalarFunctions {
    private static final String STRICT = "java/lang/StrictMath";
    private static final String ELEMENTARY = "bytegrad/runtime/Elementary";
    private static final String SPECIAL = "bytegrad/runtime/Special";
    private static final String GAMMA = "bytegrad/runtime/Gamma";
    private static final String BFLOAT16 = "bytegrad/runtime/Bfloat16";

    private final Code code;
    private final ValueEmitter values;

    ScalarFunctions(Code code, ValueEmitter values) {
        this.code = code;
        this.values = values;
    }

    /** ( → y). */
    void apply(Expr.Apply e) {
        DType t = e.args().getLast().dtype();
        switch (e.fn()) {
            case NEG -> operands(e).insn(Code.typed(t, Opcodes.INEG));
            case ABS -> math(e, "abs", 1);
            case SIGN -> sign(e);
            case SQRT -> sqrt(e);
            case EXP -> call(e, STRICT, "exp");
            case LOG -> call(e, STRICT, "log");
            case TANH -> call(e, STRICT, "tanh");
            case SIN -> call(e, STRICT, "sin");
            case COS -> call(e, STRICT, "cos");
            case TAN -> call(e, STRICT, "tan");
            case ASIN -> call(e, STRICT, "asin");
            case ACOS -> call(e, STRICT, "acos");
            case ATAN -> call(e, STRICT, "atan");
            case SINH -> call(e, STRICT, "sinh");
            case COSH -> call(e, STRICT, "cosh");
            case LOG1P -> call(e, STRICT, "log1p");
            case EXPM1 -> call(e, STRICT, "expm1");
            case CBRT -> call(e, STRICT, "cbrt");
            case ATAN2 -> call(e, STRICT, "atan2");
            case ASINH -> call(e, ELEMENTARY, "asinh");
            case ACOSH -> call(e, ELEMENTARY, "acosh");
            case ATANH -> call(e, ELEMENTARY, "atanh");
            case EXP2 -> call(e, ELEMENTARY, "exp2");
            case LOG2 -> call(e, ELEMENTARY, "log2");
            case POW -> call(e, ELEMENTARY, "pow");
            case LOG_ADD_EXP -> call(e, ELEMENTARY, "logAddExp");
            case SIGMOID -> call(e, SPECIAL, "sigmoid");
            case ERF -> call(e, SPECIAL, "erf");
            case ERFC -> call(e, SPECIAL, "erfc");
            case ERF_INV -> call(e, SPECIAL, "erfInv");
            case LGAMMA -> call(e, GAMMA, "lgamma");
            case DIGAMMA -> call(e, GAMMA, "digamma");
            case POLYGAMMA -> call(e, GAMMA, "polygamma");
            case FLOOR, CEIL, ROUND_EVEN, TRUNC, MOD ->
                throw new CodegenException(e.fn().text() + " of " + e.dtype().text() + " must be expanded by the lowering");
            case ADD -> operands(e).insn(Code.typed(t, Opcodes.IADD));
            case SUB -> operands(e).insn(Code.typed(t, Opcodes.ISUB));
            case MUL -> operands(e).insn(Code.typed(t, Opcodes.IMUL));
            case DIV -> divide(e, Opcodes.IDIV, "div");
            case REM -> divide(e, Opcodes.IREM, "rem");
            case MAX -> math(e, "max", 2);
            case MIN -> math(e, "min", 2);
            case FMA -> math(e, "fma", 3);
            case EQ, NE, LT, LE, GT, GE -> truth(e);
            case AND -> operands(e).insn(Code.typed(t, Opcodes.IAND));
            case OR -> operands(e).insn(Code.typed(t, Opcodes.IOR));
            case XOR -> operands(e).insn(Code.typed(t, Opcodes.IXOR));
            case NOT -> not(e);
            case SHL -> shift(e, Opcodes.ISHL);
            case SHR -> shift(e, Opcodes.ISHR);
            case USHR -> shift(e, Opcodes.IUSHR);
            case STOP_GRADIENT -> operands(e);
            case SELECT -> select(e);
        }
    }

    /** ( → a, b, …). */
    private Code operands(Expr.Apply e) {
        e.args().forEach(values::push);
        return code;
    }

    private static String letter(DType t) {
        return t == DType.BOOL ? "Z" : VectorType.of(t).element();
    }

    /** ( → Math.name(a, …)). */
    private void math(Expr.Apply e, String name, int arity) {
        String t = letter(e.dtype());
        operands(e).invokeStatic("java/lang/Math", name, "(" + t.repeat(arity) + ")" + t);
    }

    /** ( → √a). The root of a float rounded from that of a double is rightly rounded. */
    private void sqrt(Expr.Apply e) {
        operands(e);
        if (e.dtype() == DType.F32) {
            code.insn(Opcodes.F2D);
        }
        code.invokeStatic("java/lang/Math", "sqrt", "(D)D");
        if (e.dtype() == DType.F32) {
            code.insn(Opcodes.D2F);
        }
    }

    /** ( → owner.name(a, …)), of doubles. */
    private void call(Expr.Apply e, String owner, String name) {
        if (e.dtype() != DType.F64) {
            throw new CodegenException(e.fn().text() + " of " + e.dtype().text() + " must be expanded by the lowering");
        }
        operands(e).invokeStatic(owner, name, "(" + "D".repeat(e.fn().arity()) + ")D");
    }

    /** ( → −1, 0 or 1). */
    private void sign(Expr.Apply e) {
        switch (e.dtype()) {
            case F32, F64 -> math(e, "signum", 1);
            case I32 -> operands(e).invokeStatic("java/lang/Integer", "signum", "(I)I");
            case I64 -> {
                operands(e).invokeStatic("java/lang/Long", "signum", "(J)I");
                code.insn(Opcodes.I2L);
            }
            case BOOL -> throw new CodegenException("sign is not defined on bool");
        }
    }

    /** ( → a/b, or what it leaves); integers by a call that takes 0 for b. */
    private void divide(Expr.Apply e, int opcode, String name) {
        DType t = e.dtype();
        if (t.isFloat()) {
            operands(e).insn(Code.typed(t, opcode));
        } else {
            operands(e).invokeStatic("bytegrad/runtime/Integers", name, "(" + letter(t).repeat(2) + ")" + letter(t));
        }
    }

    /** ( → ¬a). */
    private void not(Expr.Apply e) {
        operands(e);
        DType t = e.dtype();
        code.constant(t, t == DType.BOOL ? 1 : -1);
        code.insn(Code.typed(t, Opcodes.IXOR));
    }

    /** ( → a shifted by b); the JVM takes an int distance, modulo the width of a. */
    private void shift(Expr.Apply e, int opcode) {
        operands(e);
        if (e.dtype() == DType.I64) {
            code.insn(Opcodes.L2I);
        }
        code.insn(Code.typed(e.dtype(), opcode));
    }

    /** ( → 0 or 1). */
    private void truth(Expr.Apply e) {
        Label no = new Label();
        Label end = new Label();
        jumpUnless(e, no);
        code.intConst(1);
        code.jump(Opcodes.GOTO, end);
        code.place(no);
        code.intConst(0);
        code.place(end);
    }

    /** ( → a or b). Both are computed before the branch, so that it guards no work and HotSpot may make it a move. */
    private void select(Expr.Apply e) {
        List<Expr> args = e.args();
        int mark = code.mark();
        Runnable a = ready(args.get(1));
        Runnable b = ready(args.get(2));
        Label no = new Label();
        Label end = new Label();
        jumpUnless(args.get(0), no);
        a.run();
        code.jump(Opcodes.GOTO, end);
        code.place(no);
        b.run();
        code.place(end);
        code.release(mark);
    }

    /** ( → ); what pushes the value later: a constant and a variable directly, anything else from a local computed here. */
    private Runnable ready(Expr e) {
        if (e instanceof Expr.Const || e instanceof Expr.Var) {
            return () -> values.push(e);
        }
        values.push(e);
        int slot = code.newLocal(e.dtype(), 1);
        code.store(e.dtype(), 1, slot);
        return () -> code.load(e.dtype(), 1, slot);
    }

    /** ( → ); jumps if the condition does not hold. A comparison with a NaN does not hold, but for {@code NE}. */
    void jumpUnless(Expr condition, Label target) {
        if (condition instanceof Expr.Apply a && a.fn().domain() == ScalarFn.Domain.COMPARE) {
            DType t = a.args().getFirst().dtype();
            operands(a);
            int inverse = inverse(a.fn());
            switch (t) {
                // IF_ICMPEQ and its kin are in the same order as IFEQ and its kin.
                case I32, BOOL, U8, I8, I16, BF16 -> inverse += Opcodes.IF_ICMPEQ - Opcodes.IFEQ;
                case I64 -> code.insn(Opcodes.LCMP);
                // With a NaN, …CMPG gives 1 and …CMPL gives −1: whichever fails the comparison.
                case F32 -> code.insn(lessThan(a.fn()) ? Opcodes.FCMPG : Opcodes.FCMPL);
                case F64 -> code.insn(lessThan(a.fn()) ? Opcodes.DCMPG : Opcodes.DCMPL);
            }
            code.jump(inverse, target);
        } else {
            values.push(condition);
            code.jump(Opcodes.IFEQ, target);
        }
    }

    private static boolean lessThan(ScalarFn fn) {
        return fn == ScalarFn.LT || fn == ScalarFn.LE;
    }

    private static int inverse(ScalarFn comparison) {
        return switch (comparison) {
            case EQ -> Opcodes.IFNE;
            case NE -> Opcodes.IFEQ;
            case LT -> Opcodes.IFGE;
            case LE -> Opcodes.IFGT;
            case GT -> Opcodes.IFLE;
            case GE -> Opcodes.IFLT;
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, AND, OR, XOR, NOT, SHL,
                    SHR, USHR, STOP_GRADIENT, SELECT ->
                throw new CodegenException(comparison.text() + " does not compare");
        };
    }

    /** (x → y); a number as another dtype. */
    void convert(DType from, DType to) {
        switch (to) {
            case F32 -> toFloat(from);
            case F64 -> toDouble(from);
            case I32 -> toInt(from);
            case I64 -> toLong(from);
            case BOOL -> toBool(from);
            case U8, I8, I16 -> toSmall(from, to);
            case BF16 -> toBfloat16(from);
        }
    }

    /** (x → int in the range of u8, i8 or i16): the low bits of an integer; a float saturates. */
    private void toSmall(DType from, DType to) {
        toInt(from);
        if (from.isFloat()) {
            // The int has saturated at bounds that are farther out.
            code.intConst(to == DType.U8 ? 0 : to == DType.I8 ? Byte.MIN_VALUE : Short.MIN_VALUE);
            code.invokeStatic("java/lang/Math", "max", "(II)I");
            code.intConst(to == DType.U8 ? 255 : to == DType.I8 ? Byte.MAX_VALUE : Short.MAX_VALUE);
            code.invokeStatic("java/lang/Math", "min", "(II)I");
        } else if (to == DType.U8) {
            code.intConst(255);
            code.insn(Opcodes.IAND);
        } else {
            code.insn(to == DType.I8 ? Opcodes.I2B : Opcodes.I2S);
        }
    }

    /** (x → int, the bits as a short). */
    private void toBfloat16(DType from) {
        switch (from) {
            case F32 -> code.invokeStatic(BFLOAT16, "ofFloat", "(F)S");
            case F64 -> code.invokeStatic(BFLOAT16, "ofDouble", "(D)S");
            case I32, BOOL, U8, I8, I16 -> {
                code.insn(Opcodes.I2D);
                code.invokeStatic(BFLOAT16, "ofDouble", "(D)S");
            }
            case I64 -> code.invokeStatic(BFLOAT16, "ofLong", "(J)S");
            case BF16 -> {}
        }
    }

    /** (int, the bits as a short → float). */
    private void fromBfloat16() {
        code.intConst(16);
        code.insn(Opcodes.ISHL);
        code.invokeStatic("java/lang/Float", "intBitsToFloat", "(I)F");
    }

    /** (x → float). */
    private void toFloat(DType from) {
        switch (from) {
            case F32 -> {}
            case F64 -> code.insn(Opcodes.D2F);
            case I32, BOOL, U8, I8, I16 -> code.insn(Opcodes.I2F);
            case BF16 -> fromBfloat16();
            case I64 -> code.insn(Opcodes.L2F);
        }
    }

    /** (x → double). */
    private void toDouble(DType from) {
        switch (from) {
            case F32 -> code.insn(Opcodes.F2D);
            case F64 -> {}
            case I32, BOOL, U8, I8, I16 -> code.insn(Opcodes.I2D);
            case BF16 -> {
                fromBfloat16();
                code.insn(Opcodes.F2D);
            }
            case I64 -> code.insn(Opcodes.L2D);
        }
    }

    /** (x → int); the JVM truncates and saturates, and a NaN gives 0, as it must be. */
    private void toInt(DType from) {
        switch (from) {
            case F32 -> code.insn(Opcodes.F2I);
            case F64 -> code.insn(Opcodes.D2I);
            case I32, BOOL, U8, I8, I16 -> {}
            case BF16 -> {
                fromBfloat16();
                code.insn(Opcodes.F2I);
            }
            case I64 -> code.insn(Opcodes.L2I);
        }
    }

    /** (x → long). */
    private void toLong(DType from) {
        switch (from) {
            case F32 -> code.insn(Opcodes.F2L);
            case F64 -> code.insn(Opcodes.D2L);
            case I32, BOOL, U8, I8, I16 -> code.insn(Opcodes.I2L);
            case BF16 -> {
                fromBfloat16();
                code.insn(Opcodes.F2L);
            }
            case I64 -> {}
        }
    }

    /** (x → x ≠ 0). */
    private void toBool(DType from) {
        if (from == DType.BOOL) {
            return;
        }
        switch (from) {
            case F32 -> {
                code.constant(from, 0);
                code.insn(Opcodes.FCMPL);
            }
            case F64 -> {
                code.constant(from, 0);
                code.insn(Opcodes.DCMPL);
            }
            case I64 -> {
                code.constant(from, 0);
                code.insn(Opcodes.LCMP);
            }
            case BF16 -> {
                fromBfloat16();
                code.constant(DType.F32, 0);
                code.insn(Opcodes.FCMPL);
            }
            case I32, BOOL, U8, I8, I16 -> {}
        }
        Label no = new Label();
        Label end = new Label();
        code.jump(Opcodes.IFEQ, no);
        code.intConst(1);
        code.jump(Opcodes.GOTO, end);
        code.place(no);
        code.intConst(0);
        code.place(end);
    }

    /** (x → the same bits as the other dtype). */
    void bits(DType from, DType to) {
        if (from == to) {
            return;
        }
        if (from.bytes() != to.bytes()) {
            throw new CodegenException("bits of " + from.text() + " are not those of " + to.text());
        }
        switch (to) {
            case F32 -> code.invokeStatic("java/lang/Float", "intBitsToFloat", "(I)F");
            case F64 -> code.invokeStatic("java/lang/Double", "longBitsToDouble", "(J)D");
            case I32 -> code.invokeStatic("java/lang/Float", "floatToRawIntBits", "(F)I");
            case I64 -> code.invokeStatic("java/lang/Double", "doubleToRawLongBits", "(D)J");
            case BOOL, U8, I8, I16, BF16 -> throw new CodegenException("no dtype has the bits of " + to.text());
        }
    }
}
