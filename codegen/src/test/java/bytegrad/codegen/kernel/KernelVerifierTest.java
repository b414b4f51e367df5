package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;
import static bytegrad.ir.ScalarFn.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Expr.Bits;
import bytegrad.codegen.kernel.Expr.Checked;
import bytegrad.codegen.kernel.Expr.Const;
import bytegrad.codegen.kernel.Expr.Convert;
import bytegrad.codegen.kernel.Expr.Ramp;
import bytegrad.codegen.kernel.Expr.Var;
import bytegrad.codegen.kernel.Kernel.Access;
import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.ir.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelVerifierTest {
    private static final List<Buffer> BUFFERS =
            List.of(read(F32, 64), write(F32, 64), read(I32, 64), write(F64, 64), read(BOOL, 64), write(I64, 64));

    private static void fails(String message, Stmt... body) {
        fails(message, kernel(BUFFERS, body));
    }

    private static void fails(String message, Kernel k) {
        KernelException e = assertThrows(KernelException.class, () -> KernelVerifier.verify(k));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    /** As part of a kernel: the value bound to a variable of its type. */
    private static void failsValue(String message, Expr value) {
        fails(message, let(new Var("v", value.dtype(), value.lanes()), value));
    }

    @Test
    void namesTheStatement() {
        KernelException e = assertThrows(KernelException.class, () -> KernelVerifier.verify(
                kernel(BUFFERS, loop("i", 0, 4, 1, store(1, x("i"), num(1)), store(1, x("i"), f("y"))))));
        assertEquals("method main, line 3, 'b1[i] = y': y: not bound here", e.getMessage());
    }

    @Test
    void scopes() {
        fails("not bound here", store(1, x("i"), num(1)));
        fails("a: not bound here", let(f("a"), f("a")));
        fails("a: not bound here", loop("i", 0, 4, 1, let(f("a"), num(1))), store(1, x(0), f("a")));
        fails("i: not bound here", loop("i", 0, 4, 1), store(1, x("i"), num(1)));
        fails("i: not bound here", loop("i", x(0), x("i"), 1));
        fails("a: not bound here", assign(f("a"), num(1)));
        fails("bound twice", loop("i", 0, 4, 1), loop("i", 0, 4, 1));
        fails("bound twice", let(f("a"), num(1)), when(num(BOOL, 1), let(f("a"), num(1))));
        fails("read as f32x4, bound as f32", let(f("a"), num(1)), store(1, x(0), f("a", 4)));
        fails("read as i32, bound as f32", let(f("a"), num(1)), store(1, x("a"), num(1)));
        KernelVerifier.verify(kernel(BUFFERS, let(f("a"), num(1)), loop("i", 0, 4, 1, when(num(BOOL, 1), store(1, x("i"), f("a"))))));
    }

    @Test
    void assignments() {
        fails("not bound by a let", loop("i", 0, 4, 1, assign(i("i"), integer(1))));
        fails("the variable is f32, the value i32", let(f("a"), num(1)), assign(f("a"), integer(1)));
        fails("the variable is f32x4, the value f32", let(f("a", 4), num(1)));
        fails("an enclosing loop ends at n", let(i("n"), integer(3)), loop("i", x(0), x("n"), 1, assign(i("n"), integer(1))));
    }

    @Test
    void loops() {
        fails("the step must be positive", loop("i", 0, 4, 0));
        fails("must be an i32", new Stmt.For(f("a"), x(0), x(1), 1, List.of()));
    }

    @Test
    void operands() {
        failsValue("operand 0 is i32, not f32", ap(ADD, integer(1), num(1)));
        failsValue("operand 0 has 1 lanes, not 4", ap(ADD, num(1), splat(num(1), 4)));
        failsValue("add takes 2 operands, not 1", ap(ADD, num(1)));
        failsValue("div does not take bool", ap(DIV, num(BOOL, 1), num(BOOL, 1)));
        failsValue("add does not take bool", ap(ADD, num(BOOL, 1), num(BOOL, 1)));
        failsValue("and does not take f32", ap(AND, num(1), num(1)));
        failsValue("operand 0 is f32, not bool", ap(SELECT, num(1), num(1), num(1)));
        failsValue("operand 0 has 1 lanes, not 4", ap(SELECT, num(BOOL, 1), splat(num(1), 4), splat(num(1), 4)));
        failsValue("operand 1 is i32, not f32", ap(SELECT, num(BOOL, 1), integer(1), num(1)));
        failsValue("exp of f32 must be expanded", ap(EXP, num(1)));
        failsValue("tanh has one lane only", ap(TANH, splat(num(F64, 1), 4)));
        failsValue("stop_gradient", ap(STOP_GRADIENT, num(1)));
        KernelVerifier.verify(kernel(BUFFERS, store(3, x(0), ap(EXP, num(F64, 1)))));
    }

    @Test
    void otherExpressions() {
        failsValue("rotates f32x4 by 4", new Expr.Rotate(splat(num(1), 4), 4));
        failsValue("rotates f32 by 1", new Expr.Rotate(num(1), 1));
        failsValue("its operand has 4 lanes", splat(splat(num(1), 4), 8));
        failsValue("are not f64", new Bits(F64, num(1)));
        failsValue("are not bool", new Bits(BOOL, num(BOOL, 1)));
        failsValue("a ramp of bool", new Ramp(x(0), 1, BOOL, 4));
        failsValue("needs one i32 or i64, not f32", new Checked(num(1), 4, "x"));
        failsValue("needs one i32 or i64, not i32x4", new Checked(splat(integer(1), 4), 4, "x"));
        failsValue("are not of bool", new Const(BOOL, 2));
        failsValue("are not of f32", new Const(F32, 1L << 40));
        failsValue("buffer is f32", load(0, x(0), I32, 1));
        failsValue("no buffer b9", load(9, x(0)));
        fails("the condition is f32", when(num(1)));
        fails("is not canonical", let(i("a"), integer(1)),
                store(1, new Index(0, List.of(new Index.Term(i("a"), 0))), num(1)));
        Index unsorted = new Index(0, List.of(new Index.Term(i("b"), 1), new Index.Term(i("a"), 1)));
        fails("is not canonical", let(i("a"), integer(1)), let(i("b"), integer(1)), store(1, unsorted, num(1)));
    }

    @Test
    void lanes() {
        failsValue("3 lanes", splat(num(1), 3));
        failsValue("32 lanes", splat(num(1), 32));
        failsValue("0 lanes", splat(num(1), 0));
        failsValue("whose vectors have elements of 4 bytes", new Convert(F64, splat(num(1), 4)));
        fails("whose vectors have elements of 8 bytes", let(new Var("a", I64, 2), splat(num(I64, 1), 2)), let(f("b", 2), splat(num(1), 2)));
        KernelVerifier.verify(kernel(BUFFERS, store(1, x(0), ap(SELECT, load(4, x(0), BOOL, 8), new Convert(F32, load(2, x(0), I32, 8)),
                splat(new Convert(F32, num(F64, 1)), 8)))));
    }

    @Test
    void access() {
        fails("b0 is only read", store(0, x(0), num(1)));
        fails("b1 is f32, the value f64", store(1, x(0), num(F64, 1)));
        fails("b1 is WRITE and loaded", let(f("a"), load(1, x(0))));
        List<Buffer> scratch = List.of(new Buffer(F32, 8, Access.SCRATCH));
        fails("b0 is SCRATCH and loaded", kernel(scratch, let(f("a"), load(0, x(0)))));
        KernelVerifier.verify(kernel(scratch, store(0, x(0), num(1)), let(f("a"), load(0, x(0)))));
        KernelVerifier.verify(kernel(List.of(both(F32, 8)), let(f("a"), load(0, x(0)))));
    }

    @Test
    void methods() {
        fails("a kernel needs a method", new Kernel(BUFFERS, List.of()));
        fails("must not have parameters", new Kernel(BUFFERS, List.of(method("m", List.of(i("p"))))));
        fails("two methods are called m", new Kernel(BUFFERS, List.of(method("m", List.of()), method("m", List.of()))));
        fails("which does not exist", call("m"));
        fails("calls itself: main → main", call("main"));
        fails("never called", new Kernel(BUFFERS, List.of(method("main", List.of()), method("m", List.of()))));
        fails("calls itself: main → a → b → a", new Kernel(BUFFERS, List.of(method("main", List.of(), call("a")),
                method("a", List.of(), when(num(BOOL, 1), call("b"))), method("b", List.of(), call("a")))));
        fails("m has 1 parameters", new Kernel(BUFFERS, List.of(method("main", List.of(), call("m")), method("m", List.of(i("p"))))));
        fails("bound twice", new Kernel(BUFFERS,
                List.of(method("main", List.of(), call("m", x(0), x(0))), method("m", List.of(i("p"), i("p"))))));
        fails("has size -1", kernel(List.of(read(DType.F32, -1))));
    }

    /** What the random kernels leave out is bounds; the rest they keep. */
    @Test
    void acceptsRandomKernelsBeforeAndAfterFolding() {
        RandomKernels kernels = new RandomKernels(Long.getLong("bytegrad.seed", 1));
        for (int n = 0; n < 300; n++) {
            Kernel k = kernels.next();
            KernelVerifier.verify(k);
            KernelVerifier.verify(FoldLets.in(k));
        }
    }
}
