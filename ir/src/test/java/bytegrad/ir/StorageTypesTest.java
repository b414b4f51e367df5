package bytegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import bytegrad.ir.pass.Pipeline;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** u8, i8, i16 and bf16: what is refused, what the builder writes for bf16, and what casts give. */
final class StorageTypesTest {
    private final GraphBuilder b = new GraphBuilder();

    private static void refused(String message, Supplier<Node> made) {
        String got = assertThrows(GraphException.class, made::get).getMessage();
        assertTrue(got.startsWith(message), got);
    }

    @Test
    void nothingIsComputedInThem() {
        Node u = b.input("u", DType.U8, 3);
        Node i = b.input("i", DType.I8, 3, 3);
        Node s = b.input("s", DType.I16, 3);
        Node h = b.input("h", DType.BF16, 3, 3);
        String u8 = "u8, which is for storage only; cast it to i32 first";
        refused("add of u8[3], u8[3]: not defined on " + u8, () -> b.add(u, u));
        refused("eq of u8[3], u8[3]: not defined on " + u8, () -> b.eq(u, u));
        refused("not of u8[3]: not defined on " + u8, () -> b.not(u));
        refused("reduce_sum of i8[3,3]: not defined on i8, which is for storage only; cast it to i32 first", () -> b.sum(i, 0));
        refused("contract of i8[3,3], i8[3,3]: not defined on i8, which", () -> b.matmul(i, i));
        refused("argmax of i16[3]: not defined on i16, which", () -> b.argmax(s, 0));
        refused("gather of f32[3], u8[3]: indices must be i32 or i64, not u8", () -> b.gather(b.input("x", DType.F32, 3), u, 0));
        Node k = b.input("k", DType.I32, 3);
        refused("scatter_add of u8[5], u8[3], i32[3]: not defined on u8, which", () -> b.scatterAdd(u, k, 0, 5));
        Node windows = b.window(u, new int[] {0}, new int[] {2}, new int[] {1}, new int[] {1});
        refused("overlap_add of u8[2,2]: not defined on " + u8, () -> b.overlapAdd(windows, (Op.Window) windows.op(), Shape.of(3)));
        // Below the convenience methods bf16 is for storage too.
        String bf16 = "not defined on bf16, which is for storage only; cast it to f32 first";
        refused("exp of bf16[3,3]: " + bf16, () -> b.apply(new Op.Map(ScalarFn.EXP), List.of(h)));
        refused("reduce_max of bf16[3,3]: " + bf16, () -> b.apply(new Op.Reduce(Monoid.MAX, List.of(0)), List.of(h)));
        refused("contract of bf16[3,3], bf16[3,3]: " + bf16,
                () -> b.apply(new Op.Contract(List.of(), List.of(), List.of(1), List.of(0)), List.of(h, h)));
        refused("add of bf16[3,3], f32[3,3]: dtypes differ", () -> b.add(h, b.constant(DType.F32, 1)));
        refused("iota: u8[257] cannot hold every index below 257 exactly", () -> b.iota(TensorType.of(DType.U8, 257), 0));
        refused("iota: bf16[258] cannot hold every index below 258 exactly", () -> b.iota(TensorType.of(DType.BF16, 258), 0));
        assertThrows(GraphException.class, () -> b.constant(DType.U8, 256));
        assertThrows(GraphException.class, () -> b.constant(DType.I8, 0.5));
        assertThrows(GraphException.class, () -> Literal.ofLong(DType.I16, 32768));
        assertThrows(GraphException.class, () -> Value.of(TensorType.of(DType.U8, 1), -1));
        assertThrows(GraphException.class, () -> Monoid.MAX.identity(DType.BF16));
    }

    @Test
    void bf16IsComputedInF32AndRoundedOnceAnOp() {
        Node x = b.input("x", DType.BF16, 2, 2);
        b.output("y", b.lt(b.matmul(b.tanh(x), x), x));
        assertEquals(
                """
                graph
                x: bf16[2,2] = input "x"
                %1: f32[2,2] = cast(x)
                %2: f32[2,2] = tanh(%1)
                %3: bf16[2,2] = cast(%2)
                %4: f32[2,2] = cast(%3)
                %5: f32[2,2] = contract(%4, %1) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
                %6: bf16[2,2] = cast(%5)
                %7: f32[2,2] = cast(%6)
                %8: bool[2,2] = lt(%7, %1)
                output "y" = %8
                """, GraphPrinter.print(b.build()));
        assertSame(x, b.reduce(Monoid.SUM, x));
        assertEquals(DType.BF16, b.sumAll(x).dtype());
        assertEquals(DType.I32, b.argmin(x, 1).dtype());
        assertEquals(DType.BF16, b.scatterAdd(x, b.constant(Literal.of(Shape.of(2), 0, 0)), 0, 3).dtype());
        assertEquals(b.apply(new Op.Map(ScalarFn.SELECT), List.of(b.constant(DType.BOOL, 1), b.constant(DType.BF16, 1), b.constant(DType.BF16, 2))),
                b.select(b.constant(DType.BOOL, 1), b.constant(DType.BF16, 1), b.constant(DType.BF16, 2)));
    }

    /** 1 + 2⁻⁹ is 1 in bf16, so that adding it again and again changes nothing. */
    @Test
    void noPassDropsARounding() {
        Node x = b.input("x", DType.BF16);
        Node y = x;
        for (int i = 0; i < 8; i++) {
            y = b.add(y, 0x1p-9);
        }
        b.output("y", y);
        b.output("literal", b.add(b.add(b.constant(DType.BF16, 1), 0x1p-9), 0x1p-9));
        Graph g = b.build();
        for (Graph each : List.of(g, Pipeline.standard().run(g))) {
            Interpreter.Result r = Interpreter.run(each, Map.of("x", Value.scalar(DType.BF16, 1)));
            assertEquals(1, r.output("y").scalar());
            assertEquals(1, r.output("literal").scalar());
        }
    }

    private Value cast(Value x, DType to) {
        GraphBuilder c = new GraphBuilder();
        c.output("y", c.apply(new Op.Cast(to), List.of(c.apply(new Op.Input("x", x.type()), List.of()))));
        Value y = Interpreter.run(c.build(), Map.of("x", x)).output("y");
        // The same of a constant, folded.
        GraphBuilder k = new GraphBuilder();
        long[] bits = new long[x.size()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = x.dtype().isFloat() ? Literal.of(x.dtype(), x.at(i)).bitsAt(0) : x.longAt(i);
        }
        k.output("y", k.apply(new Op.Cast(to), List.of(k.constant(Literal.ofBits(x.type(), bits)))));
        Graph folded = Pipeline.standard().run(k.build());
        assertTrue(folded.nodes().stream().noneMatch(n -> n.op() instanceof Op.Cast), folded.toString());
        assertEquals(y, Interpreter.run(folded, Map.of()).output("y"));
        return y;
    }

    private static Value longs(DType t, long... v) {
        return Value.ofLongs(TensorType.of(t, v.length), v);
    }

    private static Value reals(DType t, double... v) {
        return Value.of(TensorType.of(t, v.length), v);
    }

    @Test
    void casts() {
        Value x = reals(DType.F32, -1, 255.9f, 256, Double.NaN, -0.9f, 1e30f, Double.NEGATIVE_INFINITY, -32769);
        assertEquals(longs(DType.U8, 0, 255, 255, 0, 0, 255, 0, 0), cast(x, DType.U8));
        assertEquals(longs(DType.I8, -1, 127, 127, 0, 0, 127, -128, -128), cast(x, DType.I8));
        assertEquals(longs(DType.I16, -1, 255, 256, 0, 0, 32767, -32768, -32768), cast(x, DType.I16));
        Value i = longs(DType.I64, -1, 255, 256, 65535, 1L << 40 | 128);
        assertEquals(longs(DType.U8, 255, 255, 0, 255, 128), cast(i, DType.U8));
        assertEquals(longs(DType.I8, -1, -1, 0, -1, -128), cast(i, DType.I8));
        assertEquals(longs(DType.I16, -1, 255, 256, -1, 128), cast(i, DType.I16));
        assertEquals(longs(DType.I32, 200, 255), cast(longs(DType.U8, 200, 255), DType.I32));
        assertEquals(longs(DType.BOOL, 1, 0), cast(longs(DType.U8, 128, 0), DType.BOOL));
        assertEquals(longs(DType.BOOL, 0, 1, 1), cast(reals(DType.BF16, -0.0, Double.NaN, 0x1p-133), DType.BOOL));
        // To even; not 2²⁴ + 2¹⁶ first, as f32 would make of it, and then 2²⁴.
        assertEquals(reals(DType.BF16, 0x1p24 + 0x1p17, 0x1p24), cast(longs(DType.I32, (1 << 24) + (1 << 16) + 1, (1 << 24) + (1 << 16)), DType.BF16));
        assertEquals(reals(DType.BF16, 1 + 0x1p-7, 1, Double.POSITIVE_INFINITY), cast(reals(DType.F64, 1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-8, 1e39), DType.BF16));
        assertEquals(reals(DType.F32, 3.140625f), cast(cast(reals(DType.F32, 3.14159f), DType.BF16), DType.F32));
    }

    /** All 65,536, so that text is exact. */
    @Test
    void everyBf16IsItsText() {
        long[] bits = new long[1 << 16];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = (short) i;
        }
        b.output("y", b.constant(Literal.ofBits(TensorType.of(DType.BF16, bits.length), bits)));
        String text = GraphPrinter.print(b.build());
        Literal back = ((Op.Constant) GraphParser.parse(text).output("y").op()).value();
        for (int i = 0; i < bits.length; i++) {
            assertEquals(bits[i], back.bitsAt(i));
        }
        assertTrue(text.contains("nan:7fc1") && text.contains(", nan, ") && text.contains("-inf"), "the three special ones");
    }
}
