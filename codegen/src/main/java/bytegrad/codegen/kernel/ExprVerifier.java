package bytegrad.codegen.kernel;

import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.HashMap;
import java.util.Map;

/**
 * Checks dtypes and lanes, with the variables in scope. Lanes are 1, 2, 4, 8 or 16, equal throughout an expression but for
 * splats; the vectors of one method have elements of 4 bytes (f32, i32) or of 8 (f64, i64), never both, so that one vector
 * shape serves them all; u8, i8, i16 and bf16 have one lane. A transcendental has no vector form, and on f32 was expanded into arithmetic.
 */
final class ExprVerifier {
    private static final int MOST_LANES = 16;

    private final Kernel kernel;
    private final KernelVerifier.Accesses accesses;
    private final Map<String, Expr.Var> scope = new HashMap<>();
    /** Bytes of the method's vector elements; 0 until one was met. */
    private int vectorBytes;

    ExprVerifier(Kernel kernel, KernelVerifier.Accesses accesses) {
        this.kernel = kernel;
        this.accesses = accesses;
    }

    void bind(Expr.Var v) {
        checkLanes(v);
        scope.put(v.name(), v);
    }

    void unbind(Expr.Var v) {
        scope.remove(v.name());
    }

    static String type(Expr e) {
        return e.dtype().text() + (e.lanes() == 1 ? "" : "x" + e.lanes());
    }

    private static void require(boolean holds, Expr e, String message) {
        if (!holds) {
            throw new KernelException(KernelPrinter.print(e) + ": " + message);
        }
    }

    void check(Index index) {
        String last = "";
        for (Index.Term t : index.terms()) {
            check(t.var());
            require(t.var().dtype() == DType.I32 && t.var().lanes() == 1, t.var(), "an index needs an i32 of one lane");
            if (t.coefficient() == 0 || last.compareTo(t.var().name()) >= 0) {
                throw new KernelException("the index " + index + " is not canonical");
            }
            last = t.var().name();
        }
    }

    void store(Stmt.Store s) {
        Buffer buffer = buffer(s.buffer());
        require(s.count() >= 1 && s.count() <= s.value().lanes(), s.value(), "stores " + s.count() + " of its lanes");
        if (buffer.access() == Access.READ) {
            throw new KernelException("b" + s.buffer() + " is only read");
        }
        if (buffer.dtype() != s.value().dtype()) {
            throw new KernelException("b" + s.buffer() + " is " + buffer.dtype().text() + ", the value " + type(s.value()));
        }
        accesses.stored.add(s.buffer());
    }

    void copy(Stmt.Copy s) {
        DType from = buffer(s.from()).dtype();
        accesses.loaded.add(s.from());
        if (buffer(s.to()).access() == Access.READ) {
            throw new KernelException("b" + s.to() + " is only read");
        }
        if (buffer(s.to()).dtype() != from) {
            throw new KernelException("b" + s.to() + " is " + buffer(s.to()).dtype().text() + ", b" + s.from() + " " + from.text());
        }
        accesses.stored.add(s.to());
    }

    void sort(Stmt.Sort s) {
        scratch(s.keys(), DType.I64);
        scratch(s.order(), DType.I32);
        accesses.loaded.add(s.keys());
        accesses.stored.add(s.order());
    }

    private void scratch(int number, DType dtype) {
        Buffer b = buffer(number);
        if (b.access() != Access.SCRATCH || b.dtype() != dtype) {
            throw new KernelException("b" + number + " is " + b.dtype().text() + " " + b.access() + ", but a sort needs a scratch of " + dtype.text());
        }
    }

    private Buffer buffer(int number) {
        if (number < 0 || number >= kernel.buffers().size()) {
            throw new KernelException("there is no buffer b" + number);
        }
        return kernel.buffers().get(number);
    }

    void check(Expr expr) {
        switch (expr) {
            case Expr.Const e -> checkBits(e);
            case Expr.Var e -> {
                Expr.Var bound = scope.get(e.name());
                if (bound == null) {
                    throw new KernelException(e.name() + ": not bound here");
                }
                require(e.equals(bound), e, "read as " + type(e) + ", bound as " + type(bound));
            }
            case Expr.Load e -> {
                check(e.index());
                DType dtype = buffer(e.buffer()).dtype();
                require(e.dtype() == dtype, e, "read as " + type(e) + ", but the buffer is " + dtype.text());
                require(e.count() >= 1 && e.count() <= e.lanes(), e, "reads " + e.count() + " lanes");
                accesses.loaded.add(e.buffer());
            }
            case Expr.Apply e -> checkApply(e);
            case Expr.Convert e -> check(e.arg());
            case Expr.Bits e -> {
                check(e.arg());
                DType other =
                        switch (e.arg().dtype()) {
                            case F32 -> DType.I32;
                            case I32 -> DType.F32;
                            case F64 -> DType.I64;
                            case I64 -> DType.F64;
                            // Nothing else has their bits.
                            case BOOL, U8, I8, I16, BF16 -> DType.BOOL;
                        };
                require(e.dtype() != DType.BOOL && e.dtype() == other, e, "bits of " + type(e.arg()) + " are not " + e.dtype().text());
            }
            case Expr.Splat e -> {
                check(e.arg());
                require(e.arg().lanes() == 1, e, "its operand has " + e.arg().lanes() + " lanes");
            }
            case Expr.Rotate e -> {
                check(e.arg());
                require(e.dtype() != DType.BOOL && e.by() > 0 && e.by() < e.lanes(), e, "rotates " + type(e.arg()) + " by " + e.by());
            }
            case Expr.Ramp e -> {
                check(e.base());
                require(e.dtype() != DType.BOOL, e, "a ramp of bool");
            }
            case Expr.Checked e -> {
                check(e.arg());
                require(e.arg().dtype().isInteger() && e.arg().lanes() == 1, e, "needs one i32 or i64, not " + type(e.arg()));
                require(e.extent() >= 0, e, "negative extent");
            }
        }
        checkLanes(expr);
    }

    private static void checkBits(Expr.Const e) {
        boolean ok =
                switch (e.dtype()) {
                    case F32, I32 -> e.bits() == (int) e.bits();
                    case F64, I64 -> true;
                    case BOOL, U8, I8, I16 -> e.dtype().holds(e.bits());
                    case BF16 -> e.bits() == (short) e.bits();
                };
        require(ok, e, "bits " + e.bits() + " are not of " + e.dtype().text());
    }

    private void checkApply(Expr.Apply e) {
        ScalarFn fn = e.fn();
        // Said without printing the expression where it is too broken to have a type.
        if (e.args().size() != fn.arity()) {
            throw new KernelException(fn.text() + " takes " + fn.arity() + " operands, not " + e.args().size());
        }
        e.args().forEach(this::check);
        DType operand = e.args().getLast().dtype();
        require(fn.accepts(operand), e, fn.text() + " does not take " + operand.text());
        for (int a = 0; a < e.args().size(); a++) {
            Expr arg = e.args().get(a);
            DType wanted = a == 0 && fn == ScalarFn.SELECT ? DType.BOOL : operand;
            require(arg.dtype() == wanted, e, "operand " + a + " is " + type(arg) + ", not " + wanted.text());
            require(arg.lanes() == e.lanes(), e, "operand " + a + " has " + arg.lanes() + " lanes, not " + e.lanes());
        }
        switch (fn) {
            case EXP, LOG, TANH, SIGMOID, ERF, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, EXP2, LOG2, LOG1P, EXPM1, CBRT, ERFC, ERF_INV, LGAMMA, DIGAMMA,
                    POW, ATAN2, LOG_ADD_EXP, POLYGAMMA -> {
                require(operand != DType.F32, e, fn.text() + " of f32 must be expanded into arithmetic");
                require(e.lanes() == 1, e, fn.text() + " has one lane only");
            }
            case STOP_GRADIENT -> require(false, e, "stop_gradient means nothing in a kernel");
            case FLOOR, CEIL, ROUND_EVEN, TRUNC, MOD -> require(false, e, fn.text() + " must be expanded into arithmetic");
            case REM -> require(e.lanes() == 1, e, "rem has one lane only");
            case DIV -> require(operand.isFloat() || e.lanes() == 1, e, "div of integers has one lane only");
            case NEG, ABS, SIGN, SQRT, ADD, SUB, MUL, MAX, MIN, FMA, EQ, NE, LT, LE, GT, GE, AND, OR, XOR, NOT, SHL, SHR, USHR,
                    SELECT -> {}
        }
    }

    private void checkLanes(Expr e) {
        int lanes = e.lanes();
        require(lanes >= 1 && lanes <= MOST_LANES && Integer.bitCount(lanes) == 1, e, lanes + " lanes");
        if (lanes > 1 && e.dtype() != DType.BOOL) {
            int bytes = e.dtype().bytes();
            require(!e.dtype().isStorage(), e, e.dtype().text() + " has one lane only");
            require(
                    vectorBytes == 0 || vectorBytes == bytes, e,
                    "a vector of " + e.dtype().text() + " in a method whose vectors have elements of " + vectorBytes + " bytes");
            vectorBytes = bytes;
        }
    }
}
