package bytegrad.codegen.emit;

import bytegrad.codegen.kernel.Expr;
import bytegrad.ir.DType;
import java.util.List;

/**
 * Functions of several lanes, as calls of the Vector API that JDK 17 and 25 both have. Masks fit the vectors they were
 * made from: a comparison of ints makes masks for {@code IntVector}, and choosing between floats by one is done on
 * their bits, which saves casting the mask.
 */
final class VectorFunctions {
    private static final String VECTOR = "L" + VectorType.VECTOR + ";";
    private static final String MASK = "L" + VectorType.MASK + ";";
    private static final String OPERATORS = "L" + VectorType.OPERATORS;

    private final Code code;
    private final ValueEmitter values;

    VectorFunctions(Code code, ValueEmitter values) {
        this.code = code;
        this.values = values;
    }

    /** ( → y). */
    void apply(Expr.Apply e) {
        if (e.args().getLast().dtype() == DType.BOOL) {
            masks(e);
            return;
        }
        VectorType t = VectorType.of(e.args().getLast().dtype());
        switch (e.fn()) {
            case NEG -> unary(e, t, "neg");
            case ABS -> unary(e, t, "abs");
            case SIGN -> sign(e, t);
            case SQRT -> unary(e, t, "sqrt");
            case ADD -> binary(e, t, "add");
            case SUB -> binary(e, t, "sub");
            case MUL -> binary(e, t, "mul");
            case DIV -> divide(e, t);
            case MAX -> lanewise(e, t, "MAX", "Associative");
            case MIN -> lanewise(e, t, "MIN", "Associative");
            case FMA -> operands(e).vectorCall(t, "fma", VECTOR + VECTOR, t.descriptor());
            case EQ, NE, LT, LE, GT, GE -> compare(e, t);
            case AND -> lanewise(e, t, "AND", "Associative");
            case OR -> lanewise(e, t, "OR", "Associative");
            case XOR -> lanewise(e, t, "XOR", "Associative");
            case NOT -> unary(e, t, "not");
            case SHL -> shift(e, t, "LSHL");
            case SHR -> shift(e, t, "ASHR");
            case USHR -> shift(e, t, "LSHR");
            case STOP_GRADIENT -> operands(e);
            case SELECT -> select(e, t);
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, REM, MOD, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA ->
                throw new CodegenException(e.fn().text() + " of " + e.lanes() + " lanes must be expanded by the lowering");
        }
    }

    /** ( → a, b, …). */
    private Code operands(Expr.Apply e) {
        values.receiver(e.args().getFirst());
        e.args().stream().skip(1).forEach(values::push);
        return code;
    }

    /** ( → a.name()). */
    private void unary(Expr.Apply e, VectorType t, String name) {
        operands(e).vectorCall(t, name, "", t.descriptor());
    }

    /** ( → a.name(b)). */
    private void binary(Expr.Apply e, VectorType t, String name) {
        operands(e).vectorCall(t, name, VECTOR, t.descriptor());
    }

    /** ( → a/b), of floats: machines divide no vectors of integers. */
    private void divide(Expr.Apply e, VectorType t) {
        if (!e.dtype().isFloat()) {
            throw new CodegenException("div of " + e.dtype().text() + " of " + e.lanes() + " lanes must be expanded by the lowering");
        }
        binary(e, t, "div");
    }

    /** ( → a.lanewise(operator, b)). */
    private void lanewise(Expr.Apply e, VectorType t, String operator, String kind) {
        values.receiver(e.args().get(0));
        code.operator(operator, kind);
        values.push(e.args().get(1));
        code.vectorCall(t, "lanewise", OPERATORS + "$Binary;" + VECTOR, t.descriptor());
    }

    /** ( → a.lanewise(operator, b)); a distance common to all lanes is left a number, which every machine can shift by. */
    private void shift(Expr.Apply e, VectorType t, String operator) {
        if (e.args().get(1) instanceof Expr.Splat distance) {
            values.receiver(e.args().get(0));
            code.operator(operator, "Binary");
            values.push(distance.arg());
            code.vectorCall(t, "lanewise", OPERATORS + "$Binary;" + t.element(), t.descriptor());
        } else {
            lanewise(e, t, operator, "Binary");
        }
    }

    /** ( → mask). */
    private void compare(Expr.Apply e, VectorType t) {
        values.receiver(e.args().get(0));
        code.operator(e.fn().name(), "Comparison");
        values.push(e.args().get(1));
        code.vectorCall(t, "compare", OPERATORS + "$Comparison;" + VECTOR, MASK);
    }

    /** ( → −1, 0 or 1): a itself, with 1 where it is above 0 and −1 where below, which leaves ±0 and NaN. */
    private void sign(Expr.Apply e, VectorType t) {
        DType dtype = e.dtype();
        int mark = code.mark();
        operands(e);
        int x = code.newLocal(dtype, e.lanes());
        code.store(dtype, e.lanes(), x);
        code.load(dtype, e.lanes(), x);
        number(dtype, 1);
        compareWithZero(dtype, e.lanes(), x, t, "GT");
        code.vectorCall(t, "blend", t.element() + MASK, t.descriptor());
        number(dtype, -1);
        compareWithZero(dtype, e.lanes(), x, t, "LT");
        code.vectorCall(t, "blend", t.element() + MASK, t.descriptor());
        code.release(mark);
    }

    /** ( → mask). */
    private void compareWithZero(DType dtype, int lanes, int slot, VectorType t, String comparison) {
        code.load(dtype, lanes, slot);
        code.operator(comparison, "Comparison");
        number(dtype, 0);
        code.vectorCall(t, "compare", OPERATORS + "$Comparison;" + t.element(), MASK);
    }

    /** ( → v). */
    private void number(DType dtype, int v) {
        code.constant(dtype, Expr.Const.of(dtype, v).bits());
    }

    /** ( → a or b): b with a where the mask holds, on bits where the mask fits only those. */
    private void select(Expr.Apply e, VectorType t) {
        List<Expr> args = e.args();
        VectorType blended = values.maskOf(args.get(0)) == t ? t : t.integral();
        values.receiver(args.get(2));
        reinterpret(t, blended);
        if (t == blended) {
            values.push(args.get(1));
        } else {
            values.receiver(args.get(1));
            reinterpret(t, blended);
        }
        values.pushMask(args.get(0), blended);
        code.vectorCall(blended, "blend", VECTOR + MASK, blended.descriptor());
        reinterpret(blended, t);
    }

    /** ( → mask); functions of masks, and choices between masks. */
    private void masks(Expr.Apply e) {
        VectorType t = values.maskOf(e);
        switch (e.fn()) {
            case EQ -> binaryMask(e, t, "eq");
            case NE, XOR -> {
                binaryMask(e, t, "eq");
                code.maskCall("not", "", MASK);
            }
            case AND -> binaryMask(e, t, "and");
            case OR -> binaryMask(e, t, "or");
            case NOT -> {
                values.pushMask(e.args().getFirst(), t);
                code.maskCall("not", "", MASK);
            }
            case STOP_GRADIENT -> values.pushMask(e.args().getFirst(), t);
            case SELECT -> selectMask(e, t);
            case NEG, ABS, SIGN, SQRT, EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    FLOOR, CEIL, ROUND_EVEN, TRUNC, POW, ATAN2, LOG_ADD_EXP, POLYGAMMA, ADD, SUB, MUL, DIV, REM, MOD, MAX, MIN, FMA, LT, LE, GT, GE, SHL, SHR,
                    USHR ->
                throw new CodegenException(e.fn().text() + " is not defined on bool");
        }
    }

    /** ( → a.name(b)). */
    private void binaryMask(Expr.Apply e, VectorType t, String name) {
        values.pushMask(e.args().get(0), t);
        values.pushMask(e.args().get(1), t);
        code.maskCall(name, MASK, MASK);
    }

    /** ( → a and c, or b and not c). */
    private void selectMask(Expr.Apply e, VectorType t) {
        int mark = code.mark();
        values.pushMask(e.args().get(0), t);
        int c = code.newLocal(DType.BOOL, e.lanes());
        code.store(DType.BOOL, e.lanes(), c);
        values.pushMask(e.args().get(1), t);
        code.load(DType.BOOL, e.lanes(), c);
        code.maskCall("and", MASK, MASK);
        values.pushMask(e.args().get(2), t);
        code.load(DType.BOOL, e.lanes(), c);
        code.maskCall("andNot", MASK, MASK);
        code.maskCall("or", MASK, MASK);
        code.release(mark);
    }

    /** (x → x as other lanes of the same width). */
    void reinterpret(VectorType from, VectorType to) {
        if (from.laneBits() != to.laneBits()) {
            throw new CodegenException("bits of lanes of " + from.laneBits() + " bits are not those of " + to.laneBits());
        }
        if (from != to) {
            code.vectorCall(from, "reinterpretAs" + to.plural(), "", to.descriptor());
        }
    }

    /** ( → y); a vector as numbers of another dtype of the same width, a mask as 0 and 1, or a vector as the mask of what is not 0. */
    void convert(Expr.Convert e) {
        DType from = e.arg().dtype();
        DType to = e.dtype();
        if (from == to) {
            values.push(e.arg());
        } else if (to == DType.BOOL) {
            VectorType t = VectorType.of(from);
            values.push(e.arg());
            code.operator("NE", "Comparison");
            number(from, 0);
            code.vectorCall(t, "compare", OPERATORS + "$Comparison;" + t.element(), MASK);
        } else if (from == DType.BOOL) {
            fromMask(e);
        } else {
            VectorType t = VectorType.of(from);
            VectorType u = VectorType.of(to);
            if (t.laneBits() != u.laneBits()) {
                throw new CodegenException("no vector of " + from.text() + " converts to " + to.text() + ": the lanes differ in width");
            }
            values.push(e.arg());
            code.operator(t.element().replace('J', 'L') + "2" + u.element().replace('J', 'L'), "Conversion");
            code.intConst(0);
            code.vectorCall(t, "convert", OPERATORS + "$Conversion;I", VECTOR);
            code.cast(u);
        }
    }

    /** ( → 0 and 1); by bits, where the mask fits only those. */
    private void fromMask(Expr.Convert e) {
        VectorType t = VectorType.of(e.dtype());
        VectorType blended = values.maskOf(e.arg()) == t ? t : t.integral();
        DType lane =
                switch (blended) {
                    case FLOAT -> DType.F32;
                    case DOUBLE -> DType.F64;
                    case INT -> DType.I32;
                    case LONG -> DType.I64;
                };
        code.species(blended, e.lanes());
        code.vectorStatic(blended, "zero", "");
        code.constant(lane, Expr.Const.of(e.dtype(), 1).bits());
        values.pushMask(e.arg(), blended);
        code.vectorCall(blended, "blend", blended.element() + MASK, blended.descriptor());
        reinterpret(blended, t);
    }
}
