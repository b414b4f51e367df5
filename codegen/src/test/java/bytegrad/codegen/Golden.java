package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.codegen.kernel.KernelPrinter;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.Graph;
import bytegrad.ir.eval.Value;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One-line tests of what a graph compiles to: graph, kernels (scalar and for 16 lanes) and values (in bits, for all elements)
 * against a file of {@code src/test/resources/golden}. {@code -Dbytegrad.golden.update=true} writes the files anew; the diff
 * is for review.
 */
final class Golden {
    private static final boolean UPDATE = Boolean.getBoolean("bytegrad.golden.update");
    private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
    private static final int SHOWN = 6;

    private Golden() {}

    /** Holds a graph against the file of this name. */
    static void check(String name, String graph) throws IOException {
        check(name, GraphParser.parse(graph));
    }

    /** Holds a graph against the file of this name. */
    static void check(String name, Graph g) throws IOException {
        check(name, g, RandomGraphs.inputs(g, 1));
    }

    /** Holds a graph, run on these inputs, against the file of this name. */
    static void check(String name, Graph g, Map<String, Value> in) throws IOException {
        Optional<String> failure = Agreement.failure(g, in, Agreement.everyWidthAndOtherwiseExtremes());
        assertEquals(Optional.empty(), failure);
        Compilation scalar = Compilation.of(g, Options.DEFAULT.withSimd(Options.Simd.SCALAR));
        Compilation vector = Compilation.of(g, Options.DEFAULT.withSimd(Options.Simd.BITS_512));
        String text = "== graph ==\n" + GraphPrinter.print(g) + "\n== compiled ==\n" + GraphPrinter.print(scalar.graph())
                + "\n== scalar ==\n" + kernels(scalar) + "== 16 lanes ==\n" + kernels(vector) + "== values ==\n" + values(Three.bytecode(scalar, in));
        Path file = FOLDER.resolve(name + ".txt");
        if (UPDATE) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        }
        assertTrue(Files.exists(file), file + " is missing; -Dbytegrad.golden.update=true writes it");
        assertEquals(Files.readString(file), text, () -> file + " differs; -Dbytegrad.golden.update=true writes it anew, then review the diff");
    }

    private static String kernels(Compilation c) {
        StringBuilder s = new StringBuilder();
        List<Plan.Launch> launches = c.plan().launches();
        for (int k = 0; k < launches.size(); k++) {
            Plan.Launch l = launches.get(k);
            s.append("launch ").append(k).append(": ").append(c.plan().kernels().get(k).clusters().getFirst().kind()).append(' ').append(l.label()).append('\n')
                    .append(KernelPrinter.print(l.kernel(), l.bufferLabels())).append('\n');
        }
        return s.toString();
    }

    private static String values(Map<String, Value> results) {
        StringBuilder s = new StringBuilder();
        results.forEach((name, v) -> {
            s.append(name).append(": ").append(v.type());
            CRC32 crc = new CRC32();
            for (int i = 0; i < v.size(); i++) {
                long bits = v.dtype().isFloat() ? Double.doubleToLongBits(v.at(i)) : v.longAt(i);
                for (int shift = 0; shift < 64; shift += 8) {
                    crc.update((int) (bits >> shift));
                }
                if (i < SHOWN) {
                    s.append(' ').append(v.dtype().isFloat() ? Float.toString((float) v.at(i)) : Long.toString(v.longAt(i)));
                }
            }
            s.append(v.size() > SHOWN ? " ..." : "").append(" crc ").append(Long.toHexString(crc.getValue())).append('\n');
        });
        return s.toString();
    }
}
