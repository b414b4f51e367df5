package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.ir.ScalarFn;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WriteOutTest {
    private static final List<Buffer> BUFFERS = List.of(read(F32, 64), write(F32, 64), read(I32, 64), write(I32, 64));

    private static void check(String expected, int most, Stmt... body) {
        Kernel written = FoldLets.in(WriteOut.loops(kernel(BUFFERS, body), s -> s.size() <= most));
        assertEquals(expected, String.join("\n", KernelPrinter.lines(written.methods().getFirst())) + "\n");
    }

    @Test
    void theInnermostLoopIfItIsShort() {
        Stmt nest = loop("row", 0, 20, 1, loop("k", 0, 3, 2, let(f("a"), load(0, x("row").plus(x("k")))), store(1, x("row").times(3).plus(x("k")), ap(ScalarFn.NEG, f("a")))));
        check(
                """
                for i in 0..20
                  b1[i*3] = neg(b0[i])
                  b1[i*3 + 2] = neg(b0[i + 2])
                """,
                4, nest);
        check(
                """
                for i in 0..20
                  for j in 0..3 by 2
                    b1[i*3 + j] = neg(b0[i + j])
                """,
                3, nest);
    }

    @Test
    void loopsAroundIt() {
        check(
                """
                b1[0] = b0[0]
                b1[1] = b0[1]
                b1[8] = b0[0]
                b1[9] = b0[1]
                """,
                4, loop("row", 0, 2, 1, loop("k", 0, 2, 1, store(1, x("row").times(8).plus(x("k")), load(0, x("k"))))));
    }

    @Test
    void meaningIsKept() {
        long seed = Long.getLong("bytegrad.seed", 1);
        RandomKernels kernels = new RandomKernels(seed);
        int changed = 0;
        for (int n = 0; n < 1000; n++) {
            Kernel k = kernels.next();
            Kernel written = WriteOut.loops(k, s -> s.size() <= 40);
            KernelVerifier.verify(written);
            Random random = new Random(n);
            Slabs a = Slabs.ofSize(192);
            for (int i = 0; i < a.f.length; i++) {
                a.f[i] = random.nextFloat();
                a.i[i] = random.nextInt(8);
            }
            Slabs b = a.copy();
            List<Integer> offsets = n % 3 == 0 ? List.of(0, 0, 64, 0) : List.of(0, 128, 128, 0);
            KernelInterpreter.run(k, a, offsets);
            KernelInterpreter.run(written, b, offsets);
            String message = "seed " + seed + ", kernel " + n + "\n" + KernelPrinter.print(k) + KernelPrinter.print(written);
            assertArrayEquals(a.f, b.f, message);
            assertArrayEquals(a.i, b.i, message);
            changed += written.equals(k) ? 0 : 1;
        }
        assertTrue(changed > 100, changed + " changed");
    }
}
