package bytegrad.ir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.ScalarFn;
import bytegrad.ir.text.GraphPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/ops.md} is generated: meanings are the doc comments of {@link Op} and {@link ScalarFn}, dtypes and examples come from the
 * samples, so that no line of it can be out of date. {@code -Dbytegrad.golden.update=true} writes it anew.
 */
final class OpReferenceTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().endsWith("ir") ? Path.of("..") : Path.of("");
    private static final Path FILE = ROOT.resolve("docs/ops.md");
    private static final Path SOURCES = ROOT.resolve("ir/src/main/java/bytegrad/ir");

    @Test
    void theReferenceIsWhatTheSourcesSay() throws IOException {
        String text = reference();
        if (Boolean.getBoolean("bytegrad.golden.update")) {
            Files.createDirectories(FILE.toAbsolutePath().getParent());
            Files.writeString(FILE, text);
        }
        assertEquals(text, Files.readString(FILE), "docs/ops.md is not what the sources say; run with -Dbytegrad.golden.update=true");
    }

    private static String reference() throws IOException {
        StringBuilder s = new StringBuilder("""
                # The operations

                Generated from the sources and the samples of the tests (`OpReferenceTest`); do not edit. `x`, `a`, `b` are the operands in order, `y` the
                result. The dtypes are those of the first operand (of the result where there is none). Everything else is a composite, written with these by
                `GraphBuilder` and `bytegrad.ir.nn`.

                ## Kinds
                """);
        String source = Files.readString(SOURCES.resolve("Op.java"));
        for (Class<?> kind : leaves(Op.class)) {
            s.append("\n### ").append(kind.getSimpleName()).append('\n').append(doc(source, "record " + kind.getSimpleName() + "\\(")).append('\n');
            s.append("\nDtypes: ").append(dtypes(n -> kind.isInstance(n.op()))).append(".\n");
            example(kind).ifPresent(line -> s.append("\n```\n").append(line).append("\n```\n"));
        }
        s.append("""

                ## Scalar functions
                What `Map` applies element by element; all operands have one shape. Accuracy is in `accuracy.md`, derivatives in `derivatives.md`.

                | function | operands | dtypes | meaning |
                | --- | --- | --- | --- |
                """);
        String functions = Files.readString(SOURCES.resolve("ScalarFn.java"));
        for (ScalarFn fn : ScalarFn.values()) {
            String dtypes = Arrays.stream(DType.values()).filter(fn::accepts).map(DType::text).collect(Collectors.joining(" "));
            s.append("| `").append(fn.text()).append("` | ").append(fn.arity()).append(" | ").append(dtypes).append(" | ")
                    .append(doc(functions, fn.name() + "\\(").replace("\n", " ").replace("|", "\\|")).append(" |\n");
        }
        return s.toString();
    }

    private static List<Class<?>> leaves(Class<?> type) {
        if (!type.isSealed()) {
            return List.of(type);
        }
        List<Class<?>> out = new ArrayList<>();
        for (Class<?> c : type.getPermittedSubclasses()) {
            out.addAll(leaves(c));
        }
        return out;
    }

    /** The doc comment right before what the pattern finds, as Markdown; nothing where there is none. */
    private static String doc(String source, String declaration) {
        Matcher m = Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*" + declaration, Pattern.DOTALL).matcher(source);
        if (!m.find()) {
            return "";
        }
        return m.group(1).replaceAll("\\n *\\* ?", "\n").replaceAll("\\{@(?:code|link) ([^}]*)}", "`$1`").replace("<p>", "").replaceAll("</?i>", "*")
                .replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip();
    }

    private static String dtypes(java.util.function.Predicate<Node> wanted) {
        Set<DType> all = new TreeSet<>();
        for (Sample s : Samples.all()) {
            s.graph().nodes().stream().filter(wanted).forEach(n -> all.add((n.inputs().isEmpty() ? n : n.input(0)).dtype()));
        }
        return all.stream().map(DType::text).collect(Collectors.joining(", "));
    }

    /** The shortest line with an op of this kind in the samples' text. */
    private static Optional<String> example(Class<?> kind) {
        Set<String> names = new LinkedHashSet<>();
        List<String> lines = new ArrayList<>();
        for (Sample s : Samples.all()) {
            s.graph().nodes().stream().filter(n -> kind.isInstance(n.op())).forEach(n -> names.add(Graph.opName(n.op())));
        }
        for (Sample s : Samples.all()) {
            if (s.graph().nodes().stream().anyMatch(n -> kind.isInstance(n.op()) && n.type().size() > 1)) {
                GraphPrinter.print(s.graph()).lines().filter(l -> names.stream().anyMatch(n -> l.matches(".* = " + n + "[( ].*"))).forEach(lines::add);
            }
        }
        return lines.stream().min(Comparator.comparingInt(String::length).thenComparing(l -> l));
    }
}
