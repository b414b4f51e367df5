package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import bytegrad.codegen.kernel.Expr.Bits;
import bytegrad.codegen.kernel.Expr.Checked;
import bytegrad.codegen.kernel.Expr.Const;
import bytegrad.codegen.kernel.Expr.Convert;
import bytegrad.codegen.kernel.Expr.Ramp;
import bytegrad.ir.ScalarFn;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelPrinterTest {
    private static final Kernel ROW_MAX = kernel(
            List.of(read(F32, 640), write(F32, 640)),
            loop("i", 0, 64, 1,
                    let(f("m"), load(0, x("i").times(10))),
                    loop("k", 1, 10, 1, assign(f("m"), ap(ScalarFn.MAX, f("m"), load(0, x("i").times(10).plus(x("k")))))),
                    loop("j", 0, 10, 8,
                            store(1, x("i").times(10).plus(x("j")),
                                    ap(ScalarFn.SUB, load(0, x("i").times(10).plus(x("j")), 8), splat(f("m"), 8))))));

    @Test
    void printsOneStatementPerLine() {
        assertEquals(
                """
                kernel(b0: f32[640] read, b1: f32[640] write)
                  for i in 0..64
                    let m = b0[i*10]
                    for k in 1..10
                      m = max(m, b0[i*10 + k])
                    for j in 0..10 by 8
                      b1[i*10 + j; 8] = sub(b0[i*10 + j; 8], splat8(m))
                """,
                KernelPrinter.print(ROW_MAX));
    }

    @Test
    void labelsNameBuffersAfterALegend() {
        assertEquals(
                """
                kernel
                  b0 = logits: f32[640] read
                  b1 = shifted: f32[640] write
                  for i in 0..64
                    let m = logits[i*10]
                    for k in 1..10
                      m = max(m, logits[i*10 + k])
                    for j in 0..10 by 8
                      shifted[i*10 + j; 8] = sub(logits[i*10 + j; 8], splat8(m))
                """,
                KernelPrinter.print(ROW_MAX, List.of("logits", "shifted")));
    }

    @Test
    void sharedLabelsAreTold() {
        String text = KernelPrinter.print(ROW_MAX, List.of("tmp", "tmp"));
        assertEquals("  b0 = tmp#0: f32[640] read", text.lines().toList().get(1));
        assertEquals("    let m = tmp#0[i*10]", text.lines().toList().get(4));
        assertThrows(KernelException.class, () -> KernelPrinter.print(ROW_MAX, List.of("one")));
    }

    @Test
    void linesAreAPreOrderWalk() {
        List<String> lines = KernelPrinter.lines(ROW_MAX.methods().getFirst());
        assertEquals(6, lines.size());
        assertEquals("for i in 0..64", lines.getFirst());
        assertEquals("    b1[i*10 + j; 8] = sub(b0[i*10 + j; 8], splat8(m))", lines.getLast());
        assertEquals("  let m = in[i*10]", KernelPrinter.lines(ROW_MAX.methods().getFirst(), List.of("in", "out")).get(1));
    }

    @Test
    void furtherMethodsHaveHeads() {
        Kernel k = new Kernel(
                List.of(write(F32, 8)),
                List.of(
                        method("main", List.of(), loop("i", 0, 2, 1, call("tile", x("i").times(4), x(0)))),
                        method("tile", List.of(i("p0"), i("p1")), when(num(BOOL, 1), store(0, x("p0").plus(x("p1")), num(1))))));
        assertEquals(
                """
                kernel(b0: f32[8] write)
                  for i in 0..2
                    call tile(i*4, 0)
                  method tile(p0, p1)
                    if any true
                      b0[p0 + p1] = 1.0f
                """,
                KernelPrinter.print(k));
    }

    @Test
    void everyExpressionHasItsText() {
        Index at = x("i").plus(3);
        assertEquals("f64(b1[i + 3])", KernelPrinter.print(new Convert(F64, load(1, at))));
        assertEquals("bits_i32(1.5f)", KernelPrinter.print(new Bits(I32, num(1.5))));
        assertEquals("ramp8_f32(i + 3, 2)", KernelPrinter.print(new Ramp(at, 2, F32, 8)));
        assertEquals("ramp_i32(i + 3)", KernelPrinter.print(new Ramp(at, 1, I32, 1)));
        assertEquals("checked(b0[i + 3], 10, \"labels\")", KernelPrinter.print(new Checked(load(0, at, I32, 1), 10, "labels")));
        assertEquals("select(true, -7, 2)", KernelPrinter.print(ap(ScalarFn.SELECT, num(BOOL, 1), integer(-7), integer(2))));
        assertEquals("5L", KernelPrinter.print(num(I64, 5)));
        assertEquals("0.1", KernelPrinter.print(num(F64, 0.1)));
        assertEquals("-0.0f", KernelPrinter.print(num(-0.0)));
        assertEquals("-Infinityf", KernelPrinter.print(num(Double.NEGATIVE_INFINITY)));
        assertEquals("NaNf", KernelPrinter.print(num(Double.NaN)));
        assertEquals("f32#7fc00001", KernelPrinter.print(new Const(F32, 0x7fc00001)));
        assertEquals("f64#7ff8000000000001", KernelPrinter.print(new Const(F64, 0x7ff8000000000001L)));
    }
}
