package bytegrad.codegen.emit;

import bytegrad.ir.DType;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * A method under construction: JVM instructions by meaning. Comments give the stack effect, the top at the right. Local
 * slots are handed out in order and taken back by scope.
 */
final class Code {
    /** HotSpot never compiles a method of 8,000 bytes of code or more. */
    static final int LIMIT = 8000;

    private final MethodVisitor mv;
    private int next;
    private boolean simd;

    /** Begins the body; parameters take the slots below {@code firstSlot}. */
    Code(MethodVisitor mv, int firstSlot) {
        this.mv = mv;
        this.next = firstSlot;
        mv.visitCode();
    }

    // ---- locals ----

    /** A new local slot for a number of this dtype, or for a vector or mask of it. */
    int newLocal(DType dtype, int lanes) {
        int slot = next;
        next += lanes == 1 && wide(dtype) ? 2 : 1;
        return slot;
    }

    /** What {@link #release} takes, to end the locals created since. */
    int mark() {
        return next;
    }

    void release(int mark) {
        next = mark;
    }

    static boolean wide(DType dtype) {
        return dtype == DType.F64 || dtype == DType.I64;
    }

    /** ( → x). */
    void load(DType dtype, int lanes, int slot) {
        mv.visitVarInsn(lanes > 1 ? Opcodes.ALOAD : typed(dtype, Opcodes.ILOAD), slot);
    }

    /** (x → ). */
    void store(DType dtype, int lanes, int slot) {
        mv.visitVarInsn(lanes > 1 ? Opcodes.ASTORE : typed(dtype, Opcodes.ISTORE), slot);
    }

    /** (ref → ). */
    void storeRef(int slot) {
        mv.visitVarInsn(Opcodes.ASTORE, slot);
    }

    /** ( → int). */
    void loadInt(int slot) {
        mv.visitVarInsn(Opcodes.ILOAD, slot);
    }

    /** ( → ref). */
    void loadRef(int slot) {
        mv.visitVarInsn(Opcodes.ALOAD, slot);
    }

    /** ( → ); adds a constant to an int local. */
    void increment(int slot, int by) {
        if (by == (short) by) {
            mv.visitIincInsn(slot, by);
        } else {
            loadInt(slot);
            intConst(by);
            insn(Opcodes.IADD);
            mv.visitVarInsn(Opcodes.ISTORE, slot);
        }
    }

    /** ( → ); where a reference is null, counts down to 0 and returns. */
    void returnIfNull(int slot, int count) {
        Label on = new Label();
        Label top = new Label();
        loadRef(slot);
        jump(Opcodes.IFNONNULL, on);
        intConst(count);
        mv.visitVarInsn(Opcodes.ISTORE, next);
        place(top);
        increment(next, -1);
        loadInt(next);
        jump(Opcodes.IFGT, top);
        insn(Opcodes.RETURN);
        place(on);
    }

    // ---- constants ----

    /** ( → int). */
    void intConst(int v) {
        if (v >= -1 && v <= 5) {
            insn(Opcodes.ICONST_0 + v);
        } else if (v == (byte) v) {
            mv.visitIntInsn(Opcodes.BIPUSH, v);
        } else if (v == (short) v) {
            mv.visitIntInsn(Opcodes.SIPUSH, v);
        } else {
            mv.visitLdcInsn(v);
        }
    }

    /** ( → x); a number given by raw bits. */
    void constant(DType dtype, long bits) {
        switch (dtype) {
            case F32 -> floatConst(Float.intBitsToFloat((int) bits), (int) bits);
            case F64 -> doubleConst(Double.longBitsToDouble(bits), bits);
            case I32 -> intConst((int) bits);
            case I64 -> {
                if (bits == 0 || bits == 1) {
                    insn(bits == 0 ? Opcodes.LCONST_0 : Opcodes.LCONST_1);
                } else {
                    mv.visitLdcInsn(bits);
                }
            }
            case BOOL -> intConst(bits != 0 ? 1 : 0);
            case U8, I8, I16, BF16 -> intConst((int) bits);
        }
    }

    private void floatConst(float v, int bits) {
        if (bits == 0 || v == 1 || v == 2) {
            insn(v == 0 ? Opcodes.FCONST_0 : v == 1 ? Opcodes.FCONST_1 : Opcodes.FCONST_2);
        } else if (Float.isNaN(v) && bits != Float.floatToRawIntBits(Float.NaN)) {
            // A constant pool's float keeps its payload, but not every path there does.
            intConst(bits);
            invokeStatic("java/lang/Float", "intBitsToFloat", "(I)F");
        } else {
            mv.visitLdcInsn(v);
        }
    }

    private void doubleConst(double v, long bits) {
        if (bits == 0 || v == 1) {
            insn(v == 0 ? Opcodes.DCONST_0 : Opcodes.DCONST_1);
        } else if (Double.isNaN(v) && bits != Double.doubleToRawLongBits(Double.NaN)) {
            mv.visitLdcInsn(bits);
            invokeStatic("java/lang/Double", "longBitsToDouble", "(J)D");
        } else {
            mv.visitLdcInsn(v);
        }
    }

    /** ( → String). */
    void text(String s) {
        mv.visitLdcInsn(s);
    }

    // ---- instructions ----

    void insn(int opcode) {
        mv.visitInsn(opcode);
    }

    /** The variant for a dtype of an instruction given by its int variant: arithmetic, load, store (what is narrower counts as int). */
    static int typed(DType dtype, int intOpcode) {
        return switch (dtype) {
            case I32, BOOL, U8, I8, I16, BF16 -> intOpcode;
            case I64 -> intOpcode + 1;
            case F32 -> intOpcode + 2;
            case F64 -> intOpcode + 3;
        };
    }

    /** (array, index → x). */
    void arrayLoad(DType dtype) {
        switch (dtype) {
            case BOOL, I8 -> insn(Opcodes.BALOAD);
            case U8 -> {
                insn(Opcodes.BALOAD);
                intConst(255);
                insn(Opcodes.IAND);
            }
            case I16, BF16 -> insn(Opcodes.SALOAD);
            case F32, F64, I32, I64 -> insn(typed(dtype, Opcodes.IALOAD));
        }
    }

    /** (array, index, x → ). */
    void arrayStore(DType dtype) {
        switch (dtype) {
            case BOOL, I8, U8 -> insn(Opcodes.BASTORE);
            case I16, BF16 -> insn(Opcodes.SASTORE);
            case F32, F64, I32, I64 -> insn(typed(dtype, Opcodes.IASTORE));
        }
    }

    /** The effect is that of the jump. */
    void jump(int opcode, Label target) {
        mv.visitJumpInsn(opcode, target);
    }

    void place(Label label) {
        mv.visitLabel(label);
    }

    /** (args → result). */
    void invokeStatic(String owner, String name, String descriptor) {
        mv.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
    }

    /** (object, args → result). */
    void getField(String owner, String name, String descriptor) {
        mv.visitFieldInsn(Opcodes.GETFIELD, owner, name, descriptor);
    }

    void invokeVirtual(String owner, String name, String descriptor) {
        mv.visitMethodInsn(Opcodes.INVOKEVIRTUAL, owner, name, descriptor, false);
    }

    // ---- vectors ----

    /** Whether a vector instruction was emitted. */
    boolean usesSimd() {
        return simd;
    }

    /** ( → species). */
    void species(VectorType type, int lanes) {
        int bits = type.laneBits() * lanes;
        if (bits != 64 && bits != 128 && bits != 256 && bits != 512) {
            throw new CodegenException("there are no vectors of " + lanes + " lanes of " + type.laneBits() + " bits");
        }
        simd = true;
        mv.visitFieldInsn(Opcodes.GETSTATIC, type.internalName(), "SPECIES_" + bits, "L" + VectorType.SPECIES + ";");
    }

    /** ( → value of a static field). */
    void getStatic(String owner, String name, String descriptor) {
        mv.visitFieldInsn(Opcodes.GETSTATIC, owner, name, descriptor);
    }

    /** (value → ); into a static field. */
    void putStatic(String owner, String name, String descriptor) {
        mv.visitFieldInsn(Opcodes.PUTSTATIC, owner, name, descriptor);
    }

    /** ( → operator); kind is its interface: Unary, Binary, Associative, Comparison, Conversion. */
    void operator(String name, String kind) {
        mv.visitFieldInsn(Opcodes.GETSTATIC, VectorType.OPERATORS, name, "L" + VectorType.OPERATORS + "$" + kind + ";");
    }

    /** (vector, args → result); parameters are those between the parentheses. */
    void vectorCall(VectorType type, String name, String parameters, String result) {
        mv.visitMethodInsn(Opcodes.INVOKEVIRTUAL, type.internalName(), name, "(" + parameters + ")" + result, false);
    }

    /** (species, args → vector). */
    void vectorStatic(VectorType type, String name, String parameters) {
        invokeStatic(type.internalName(), name, "(L" + VectorType.SPECIES + ";" + parameters + ")" + type.descriptor());
    }

    /** (mask, args → result). */
    void maskCall(String name, String parameters, String result) {
        mv.visitMethodInsn(Opcodes.INVOKEVIRTUAL, VectorType.MASK, name, "(" + parameters + ")" + result, false);
    }

    /** (species, boolean → mask). */
    void maskAll() {
        mv.visitMethodInsn(Opcodes.INVOKEINTERFACE, VectorType.SPECIES, "maskAll", "(Z)L" + VectorType.MASK + ";", true);
    }

    /** (vector → vector), as the given class. */
    void cast(VectorType type) {
        mv.visitTypeInsn(Opcodes.CHECKCAST, type.internalName());
    }

    // ---- ends ----

    /** From here on, code is of this line of the listing. */
    void line(int line) {
        Label here = new Label();
        mv.visitLabel(here);
        // The class file holds lines as 16 bits.
        mv.visitLineNumber(Math.min(line, 0xffff), here);
    }

    /** A local has this name between two labels. */
    void nameLocal(String name, String descriptor, Label from, Label to, int slot) {
        mv.visitLocalVariable(name, descriptor, null, from, to, slot);
    }

    /** ( → ); ends the body with a return, and refuses it if it is too long. */
    void finish(String what) {
        finish(what, Opcodes.RETURN);
    }

    /** (int → ); the same for a method that returns an int. */
    void finishInt(String what) {
        finish(what, Opcodes.IRETURN);
    }

    /** Ends a method that gives a long. */
    void finishLong(String what) {
        finish(what, Opcodes.LRETURN);
    }

    private void finish(String what, int opcode) {
        insn(opcode);
        Label end = new Label();
        mv.visitLabel(end);
        mv.visitMaxs(0, 0);
        mv.visitEnd();
        if (end.getOffset() >= LIMIT) {
            throw new MethodTooLargeException(
                    what + ": " + end.getOffset() + " bytes of code, but HotSpot compiles only methods below " + LIMIT);
        }
    }
}
