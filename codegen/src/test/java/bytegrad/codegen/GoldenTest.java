package bytegrad.codegen;

import bytegrad.autodiff.Gradient;
import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.eval.Value;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Layers;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.Normalizations;
import bytegrad.ir.testing.RandomGraphs;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What well-known graphs compile to; see {@link Golden}. Shapes are odd, so that every kernel has its remainders. */
final class GoldenTest {
    @Test
    void columnSums() throws IOException {
        Golden.check("column-sums", """
                graph
                x: f32[37,20] = input "x"
                %1: f32[20] = reduce_sum(x) axes=[0]
                output "y" = %1
                """);
    }

    /** Several vectors side by side, then one, then single columns. */
    @Test
    void manyColumnSums() throws IOException {
        Golden.check("many-column-sums", """
                graph
                x: f32[7,150] = input "x"
                r: f32[7] = input "r"
                %2: f32[7,150] = broadcast(r) axes=[0]
                %3: f32[7,150] = mul(x, %2)
                %4: f32[150] = reduce_sum(%3) axes=[0]
                %5: f32[150] = tanh(%4)
                output "y" = %5
                """);
    }

    /** One pass over memory: the backward kernel, which reads its own results, moves up into the forward one. */
    @Test
    void elementwiseChainAndItsGradient() throws IOException {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 37);
        Node a = b.input("a", DType.F32, 37);
        Node c = b.input("c", DType.F32, 37);
        Node y = b.add(b.tanh(b.mul(Activations.gelu(b, b.mul(a, x)), c)), x);
        b.output("y", y);
        List<Node> gradients = Gradient.of(b, b.sumAll(y), List.of(a, c));
        b.output("da", gradients.get(0));
        b.output("dc", gradients.get(1));
        Golden.check("chain-gradient", b.build());
    }

    /** The gradient has what comes into the activation and its erf, which is small enough to be stored; their multiples it computes again. */
    @Test
    void denseWithGeluAndItsGradient() throws IOException {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 5, 7);
        Node w = b.input("W", DType.F32, 7, 20);
        Node v = b.input("V", DType.F32, 20, 3);
        Node bias = b.input("b", DType.F32, 20);
        Node y = b.matmul(Activations.gelu(b, Layers.dense(b, x, w, bias)), v);
        b.output("y", y);
        b.output("db", Gradient.of(b, b.sumAll(b.square(y)), bias));
        Golden.check("dense-gelu-gradient", b.build());
    }

    /** Heads side by side again, as the next contraction reads them: the first one stores its result so. */
    @Test
    void transposedContraction() throws IOException {
        Golden.check("transposed-contraction", """
                graph
                p: f32[2,3,5,7] = input "p"
                v: f32[2,3,7,20] = input "v"
                w: f32[60,4] = input "w"
                %3: f32[2,3,5,20] = contract(p, v) left_batch=[0,1] right_batch=[0,1] left_contract=[3] right_contract=[2]
                %4: f32[2,5,3,20] = transpose(%3) axes=[0,2,1,3]
                %5: f32[2,5,60] = reshape(%4)
                %6: f32[2,5,4] = contract(%5, w) left_batch=[] right_batch=[] left_contract=[2] right_contract=[0]
                output "y" = %6
                """);
    }

    /** One kernel a row in either direction; what the gradient needs of a row is its mean and deviation. */
    @Test
    void layerNormAndItsGradient() throws IOException {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 4, 20);
        Node gain = b.input("gain", DType.F32, 20);
        Node shift = b.input("shift", DType.F32, 20);
        Node w = b.input("W", DType.F32, 20, 3);
        Node y = b.matmul(Normalizations.layer(b, x, gain, shift, 1e-5), w);
        b.output("y", y);
        List<Node> gradients = Gradient.of(b, b.sumAll(b.square(y)), List.of(x, gain, shift));
        b.output("dx", gradients.get(0));
        b.output("dgain", gradients.get(1));
        b.output("dshift", gradients.get(2));
        Golden.check("layer-norm-gradient", b.build());
    }

    @Test
    void rowSums() throws IOException {
        Golden.check("row-sums", """
                graph
                x: f32[3,75] = input "x"
                %1: f32[3] = reduce_sum(x) axes=[1]
                output "y" = %1
                """);
    }

    @Test
    void gather() throws IOException {
        Golden.check("gather", """
                graph
                table: f32[10,20] = input "table"
                i: i32[3] = input "i"
                %2: f32[3,20] = gather(table, i) axis=0 batch=0
                %3: f32[3,20] = tanh(%2)
                output "y" = %3
                """);
    }

    @Test
    void scatter() throws IOException {
        Golden.check("scatter", """
                graph
                x: f32[2,20] = input "x"
                u: f32[3,20] = input "u"
                i: i32[3] = input "i"
                %3: f32[3,20] = neg(u)
                %4: f32[2,20] = scatter_max(x, %3, i) axis=0 batch=0
                output "y" = %4
                """);
    }

    @Test
    void cumulate() throws IOException {
        Golden.check("cumulate", """
                graph
                x: f32[5,20] = input "x"
                %1: f32[5,20] = mul(x, x)
                %2: f32[5,20] = cumulate_sum(%1) axis=0 reverse=true exclusive=true
                output "y" = %2
                """);
    }

    @Test
    void argsort() throws IOException {
        Golden.check("argsort", """
                graph
                x: f32[3,7] = input "x"
                %1: i32[3,2] = argsort(x) axis=1 descending=true count=2
                output "y" = %1
                """);
    }

    @Test
    void concat() throws IOException {
        Golden.check("concat", """
                graph
                a: f32[2,20] = input "a"
                b: f32[2,5] = input "b"
                %2: f32[2,20] = neg(a)
                %3: f32[2,25] = concat(%2, b) axis=1
                %4: f32[2,25] = mul(%3, %3)
                output "y" = %4
                """);
    }

    @Test
    void denseWithRelu() throws IOException {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 5, 7);
        Node w = b.input("W", DType.F32, 7, 33);
        Node bias = b.input("b", DType.F32, 33);
        b.output("y", Activations.relu(b, Layers.dense(b, x, w, bias)));
        Golden.check("dense-relu", b.build());
    }

    @Test
    void denseWithReluAndItsSgdUpdate() throws IOException {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 5, 7);
        Node w = b.input("W", DType.F32, 7, 33);
        Node bias = b.input("b", DType.F32, 33);
        Node target = b.input("target", DType.F32, 5, 33);
        Node loss = Losses.mse(b, Activations.relu(b, Layers.dense(b, x, w, bias)), target);
        b.output("loss", loss);
        new Sgd(0.1).apply(b, List.of(w, bias), Gradient.of(b, loss, List.of(w, bias)));
        Golden.check("dense-relu-sgd", b.build());
    }

    @Test
    void softmaxCrossEntropyAndItsGradient() throws IOException {
        GraphBuilder b = new GraphBuilder();
        Node logits = b.input("logits", DType.F32, 9, 20);
        Node labels = b.input("labels", DType.I32, 9);
        Node loss = Losses.softmaxCrossEntropy(b, logits, labels);
        b.output("loss", loss);
        b.output("dlogits", Gradient.of(b, loss, logits));
        Golden.check("softmax-cross-entropy", b.build());
    }

    @Test
    void layerNorm() throws IOException {
        // Written out: the composite comes with a later issue.
        GraphBuilder b = new GraphBuilder();
        Node x = b.input("x", DType.F32, 4, 20);
        Node gain = b.input("gain", DType.F32, 20);
        Node mean = b.mul(b.sum(x, 1), 1.0 / 20);
        Node centred = b.sub(x, b.broadcast(mean, x.shape(), 0));
        Node variance = b.mul(b.sum(b.square(centred), 1), 1.0 / 20);
        Node scale = b.div(b.broadcastTo(b.constant(DType.F32, 1), variance.shape()), b.sqrt(b.add(variance, 1e-5)));
        b.output("y", b.mul(b.mul(centred, b.broadcast(scale, x.shape(), 0)), b.broadcast(gain, x.shape(), 1)));
        Golden.check("layer-norm", b.build());
    }

    @Test
    void adam() throws IOException {
        GraphBuilder b = new GraphBuilder();
        Node w = b.input("W", DType.F32, 3, 20);
        Node g = b.input("g", DType.F32, 3, 20);
        new Adam(1e-3).apply(b, List.of(w), List.of(g));
        Graph step = b.build();
        Map<String, Value> in = new HashMap<>(RandomGraphs.inputs(step, 1));
        // A mean of squares is not negative.
        in.computeIfPresent("adam.v/W", (name, v) -> Value.of(v.type(), Arrays.stream(v.doubles()).map(Math::abs).toArray()));
        Golden.check("adam", step, in);
    }
}
