package bytegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.codegen.emit.ClassImage;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.testing.RandomGraphs;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.Session;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Promises about what is emitted, held against a training step of a perceptron. */
final class FactsTest {
    /** HotSpot compiles no longer method. */
    private static final int HUGE_METHOD = 8000;

    /** A training step of a perceptron of the given widths on 64 samples, as workload A has it. */
    static Graph perceptron(Optimizer optimizer, int... widths) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 64, widths[0]);
        Node labels = b.input("labels", DType.I32, 64);
        List<Node> parameters = new ArrayList<>();
        Node h = x;
        for (int i = 1; i < widths.length; i++) {
            Node w = b.input("W" + i, DType.F32, widths[i - 1], widths[i]);
            Node bias = b.input("b" + i, DType.F32, widths[i]);
            parameters.addAll(List.of(w, bias));
            h = bytegrad.ir.nn.Layers.dense(b, h, w, bias);
            h = i < widths.length - 1 ? bytegrad.ir.nn.Activations.relu(b, h) : h;
        }
        Node loss = bytegrad.ir.nn.Losses.softmaxCrossEntropy(b, h, labels);
        b.output("loss", loss);
        optimizer.apply(b, parameters, Gradient.of(b, loss, parameters));
        return b.build();
    }

    private static Session session(Graph g, Options options) {
        Session s = Compiler.compile(g, options).newSession();
        RandomGraphs.inputs(g, 1).forEach((name, v) -> s.set(name, Three.tensor(v)));
        return s;
    }

    /** The code's length of each method, as the JDK's own parser reads it. */
    private static Map<String, Integer> methods(ClassImage image) {
        Map<String, Integer> lengths = new TreeMap<>();
        for (String name : image.classNames()) {
            ClassFile.of().parse(image.bytes(name)).methods().forEach(m -> m.findAttribute(Attributes.code())
                    .ifPresent(code -> lengths.put(name + "." + m.methodName().stringValue(), code.codeLength())));
        }
        return lengths;
    }

    static List<String> longMethods(ClassImage image) {
        return methods(image).entrySet().stream().filter(m -> m.getValue() >= HUGE_METHOD).map(Object::toString).toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"BITS_512", "BITS_128", "SCALAR"})
    void hotSpotCompilesEveryMethod(Options.Simd simd) {
        Options o = Options.DEFAULT.withSimd(simd);
        assertEquals(List.of(), longMethods(Compilation.of(perceptron(new Adam(1e-3), 784, 256, 128, 10), o).image()));
        assertEquals(List.of(), longMethods(Compilation.of(chain(1500), o.withFusion(false)).image()));
    }

    private static Graph chain(int length) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 1024);
        Node y = x;
        for (int i = 0; i < length; i++) {
            y = switch (i % 3) {
                case 0 -> b.add(y, x);
                case 1 -> b.mul(y, x);
                default -> b.tanh(y);
            };
        }
        b.output("y", y);
        return b.build();
    }

    @Test
    void equalKernelsAreEmittedOnce() {
        Options unfused = Options.DEFAULT.withSimd(Options.Simd.BITS_256).withFusion(false);
        Explanation e = Compiler.explain(chain(300), unfused);
        assertEquals(300, e.launchCount());
        // add, mul, tanh; the first add and mul have other operands than those that follow.
        long kernels = e.launches().stream().filter(l -> l.sameCodeAs() == l.number()).count();
        assertTrue(kernels <= 5, kernels + " kernels");
        ClassImage image = Compilation.of(chain(300), unfused).image();
        List<String> methods = methods(image).keySet().stream().filter(m -> m.matches(".*\\.k\\d+_\\w+")).toList();
        assertEquals(kernels, methods.size(), methods.toString());
    }

    /** Whatever layers share, as the optimiser's corrections, is older than what one of them computes and younger than what another does. */
    @Test
    void equalLayersAreEmittedOnce() {
        Explanation e = Compiler.explain(perceptron(new Adam(1e-3), 96, 96, 96, 96, 96, 10), Options.DEFAULT.withSimd(Options.Simd.BITS_512));
        for (String kind : List.of("W", "b")) {
            List<Integer> code = e.launches().stream().filter(l -> l.label().matches(".*\\(new " + kind + "[1-4]\\).*")).map(Explanation.Launch::sameCodeAs).toList();
            assertEquals(Collections.nCopies(4, code.getFirst()), code, e.text());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BITS_512", "SCALAR"})
    void aTrainingStepIsFewLaunches(Options.Simd simd) {
        Explanation e = Compiler.explain(perceptron(new Sgd(0.1), 784, 256, 128, 10), Options.DEFAULT.withSimd(simd));
        // The mean loss and the gradient of the last bias, which are next to nothing, are one.
        assertTrue(e.launchCount() <= 12, e.text());
        assertTrue(e.updates().stream().allMatch(u -> u.way().equals("in place")), e.updates().toString());
        assertTrue(e.memory().arenaBytes() >= e.memory().peakLiveBytes(), e.memory().toString());
        // No kernel but the contractions reads or stores a matrix of activations, except to sum its columns.
        assertTrue(e.launches().stream().filter(l -> l.kind().equals("loops")).allMatch(l -> l.bytesWritten() < 4 * 64 * 128), e.text());
    }

    @Test
    void aLongChainCompilesOnAnOrdinaryStack() {
        GraphBuilder b = new GraphBuilder();
        Graph forward = chain(6700);
        List<Node> copy = new ArrayList<>();
        forward.nodes().forEach(n -> copy.add(b.apply(n.op(), n.inputs().stream().map(i -> copy.get(i.id())).toList())));
        Node loss = b.sumAll(copy.getLast());
        b.output("d", Gradient.of(b, loss, copy.getFirst()));
        Graph g = b.build();
        assertTrue(g.nodes().size() > 20_000, g.nodes().size() + " nodes");
        Session s = session(g, Options.DEFAULT);
        s.run();
        assertEquals(1024, s.get("d").size());
    }

    @Test
    void aZeroSizedGraphRuns() {
        Session s = session(GraphParser.parse(
                """
                graph
                x: f32[0,3] = input "x"
                %1: f32[3] = reduce_sum(x) axes=[0]
                output "y" = %1
                """), Options.DEFAULT);
        s.run();
        assertEquals(List.of(0f, 0f, 0f), List.of(s.get("y").floats()[0], s.get("y").floats()[1], s.get("y").floats()[2]));
    }
}
