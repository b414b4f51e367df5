package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.Graph;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.IndexException;
import bytegrad.runtime.Session;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** An error inside a kernel: what its stack trace, and a debugger, name. */
final class StackTraceTest {
    /** The rows that words stand for, embedded and rectified; and a softmax of them, whose exponentials are computed once and read twice. */
    private static final Graph GRAPH = GraphParser.parse(
            """
            graph
            table: f32[5,24] = input "table"
            words: i32[40] = input "words"
            %0: f32[40,24] = gather(table, words) axis=0 batch=0
            embedded: f32[40,24] = tanh(%0)
            %2: f32[40] = reduce_sum(embedded) axes=[1]
            %3: f32[40,24] = broadcast(%2) axes=[0]
            shifted: f32[40,24] = sub(embedded, %3)
            wide: f32[40,24] = exp(shifted)
            %6: f32[40,24] = mul(wide, embedded)
            output "y" = %6
            output "wide" = wide
            """);

    private static List<StackTraceElement> inListing(Throwable e) {
        return Arrays.stream(e.getStackTrace()).filter(f -> String.valueOf(f.getFileName()).endsWith(".kernels")).toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"SCALAR", "BITS_256"})
    void namesFileLineAndNode(Options.Simd simd) {
        Compilation c = Compilation.of(GRAPH, Options.DEFAULT.withSimd(simd));
        Session s = Compiler.load(c).newSession();
        int[] words = new int[40];
        words[33] = 5;
        s.set("table", new float[5 * 24]).set("words", words);
        IndexException e = assertThrows(IndexException.class, s::run);
        assertTrue(e.getMessage().contains("index 5 is not in 0 to 4"), e.getMessage());

        StackTraceElement kernel = inListing(e).getFirst();
        assertEquals("Graph.kernels", kernel.getFileName());
        assertTrue(kernel.getMethodName().matches("k[0-9]+_.*wide.*"), kernel.toString());
        List<String> listing = Objects.requireNonNull(c.image().listings().get(kernel.getClassName().replace('.', '/'))).lines().toList();
        String line = listing.get(kernel.getLineNumber() - 1);
        assertTrue(line.contains("checked(words["), line);
        List<String> above = listing.subList(0, kernel.getLineNumber() - 1);
        String head = above.stream().filter(l -> l.startsWith(kernel.getMethodName() + "(")).findFirst().orElseThrow();
        assertTrue(head.endsWith("wide"), head);
        assertTrue(above.contains("  # embedded: f32[40,24] = tanh(%2)"), above.toString());
        assertTrue(above.contains("  # %2: f32[40,24] = gather(table, words)"), above.toString());

        StackTraceElement launch = inListing(e).getLast();
        assertEquals("steps", launch.getMethodName());
        assertTrue(listing.get(launch.getLineNumber() - 1).endsWith("wide"), listing.get(launch.getLineNumber() - 1));
    }

    @Test
    void aDebuggerSeesWhichNodeAVariableHolds() {
        Compilation c = Compilation.of(GRAPH, Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        Set<String> locals = new TreeSet<>();
        for (String name : c.image().classNames()) {
            new ClassReader(c.image().bytes(name)).accept(new ClassVisitor(Opcodes.ASM9) {
                @Override
                public MethodVisitor visitMethod(int access, String method, String descriptor, String signature, String[] exceptions) {
                    return new MethodVisitor(Opcodes.ASM9) {
                        @Override
                        public void visitLocalVariable(String local, String type, String signature, Label from, Label to, int slot) {
                            locals.add(local);
                        }
                    };
                }
            }, 0);
        }
        assertTrue(locals.stream().anyMatch(l -> l.matches("v[0-9]+_wide")), locals.toString());
        String listing = String.join("", c.image().listings().values());
        assertTrue(listing.lines().anyMatch(l -> l.matches(" +let v[0-9]+ = .*  # wide")), listing);
    }

    @Test
    void labelsOfAnyKindMakeNames() {
        Graph g = GraphParser.parse("graph\nx: i32[3] = input \"x\"\nt: f32[2] = input \"t\"\n%0: f32[3] = gather(t, x) axis=0 batch=0\noutput \"<a/b;c[d].e> \\u00e4\" = %0\n");
        Session s = Compiler.compile(g).newSession();
        s.set("x", new int[] {0, 1, 2}).set("t", new float[2]);
        StackTraceElement kernel = inListing(assertThrows(IndexException.class, s::run)).getFirst();
        assertTrue(kernel.getMethodName().matches("k0_[0-9A-Za-z_ä]+"), kernel.toString());
    }
}
