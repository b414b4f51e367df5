package bytegrad.cli.train;

import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Convolutions;
import bytegrad.ir.nn.Padding;
import bytegrad.ir.nn.Pools;
import bytegrad.ir.nn.layer.Conv;
import bytegrad.ir.nn.layer.Dense;
import bytegrad.ir.nn.layer.Dropout;
import bytegrad.ir.nn.layer.Embedding;
import bytegrad.ir.nn.layer.Initializer;
import bytegrad.ir.nn.layer.Layer;
import bytegrad.ir.nn.layer.Norm;
import bytegrad.ir.nn.layer.Recurrence;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.nn.layer.TransformerBlock;
import java.util.List;

/** The networks that `train` offers. */
final class Nets {
    /** Of a transformer's attention. */
    static final int HEADS = 4;

    private static final double EMBEDDING = 0.1;
    private static final Layer RELU = Layer.of(Activations::relu);

    private Nets() {}

    /**
     * Logits of images.
     *
     * @param x f32[n, height·width]
     * @return f32[n, classes]
     */
    static Node images(Scope s, Settings settings, Node x, int height, int width, int classes) {
        List<Integer> widths = settings.hidden();
        return switch (settings.model()) {
            case MLP, SOFTMAX -> mlp(s, widths, x, classes);
            case CNN -> cnn(s, settings, picture(s, x, height, width), classes);
            case RESNET -> resnet(s, settings, picture(s, x, height, width), classes);
            case CHARLM_LSTM, CHARLM_TRANSFORMER -> throw new IllegalArgumentException(settings.model() + " learns from text");
        };
    }

    /**
     * Logits of the characters that follow.
     *
     * @param ids i32[n, length]
     * @return f32[n, length, characters]
     */
    static Node text(Scope s, Settings settings, Node ids, int characters) {
        return settings.model() == Model.CHARLM_LSTM ? lstm(s, settings, ids, characters) : transformer(s, settings, ids, characters);
    }

    private static Node picture(Scope s, Node x, int height, int width) {
        return s.builder().reshape(x, x.shape().dim(0), height, width, 1);
    }

    private static Node mlp(Scope s, List<Integer> widths, Node x, int classes) {
        Node h = x;
        for (int i = 0; i < widths.size(); i++) {
            Dense dense = new Dense(widths.get(i));
            h = s.call("dense" + (i + 1), (scope, y) -> RELU.apply(scope, dense.apply(scope, y)), h);
        }
        return s.call("head", new Dense(classes), h);
    }

    private static Node cnn(Scope s, Settings settings, Node x, int classes) {
        List<Integer> widths = settings.hidden();
        Node h = x;
        for (int i = 0; i < 2; i++) {
            Conv conv = new Conv(widths.get(i), 3, 1, Padding.Rule.SAME);
            h = s.call("conv" + (i + 1), (scope, y) -> RELU.apply(scope, conv.apply(scope, y)), h);
            h = halved(s.builder(), h);
        }
        h = s.builder().reshape(h, h.shape().dim(0), h.type().size() / h.shape().dim(0));
        Dense dense = new Dense(widths.get(2));
        h = s.call("dense", (scope, y) -> RELU.apply(scope, dense.apply(scope, y)), h);
        return s.call("head", new Dense(classes), s.call("dropout", new Dropout(settings.dropout()), h));
    }

    private static Node halved(GraphBuilder b, Node x) {
        return Convolutions.maxPool(b, x, List.of(2, 2), List.of(2, 2), Padding.Rule.SAME);
    }

    /** He, Zhang, Ren and Sun, "Deep residual learning", arXiv:1512.03385, as for CIFAR-10: two convolutions a block, one block a stage, and half the size from stage to stage. */
    private static Node resnet(Scope s, Settings settings, Node x, int classes) {
        Node h = s.call("stem", normalised(settings.hidden().getFirst(), 3, 1), x);
        h = RELU.apply(s, h);
        for (int i = 0; i < settings.hidden().size(); i++) {
            int channels = settings.hidden().get(i);
            int stride = i == 0 ? 1 : 2;
            h = s.call("block" + (i + 1), (scope, y) -> block(scope, y, channels, stride), h);
        }
        h = s.call("dropout", new Dropout(settings.dropout()), Pools.globalAverage(s.builder(), h));
        return s.call("head", new Dense(classes), h);
    }

    private static Node block(Scope s, Node x, int channels, int stride) {
        Node h = RELU.apply(s, s.call("conv1", normalised(channels, 3, stride), x));
        h = s.call("conv2", normalised(channels, 3, 1), h);
        boolean same = stride == 1 && x.shape().dim(3) == channels;
        return RELU.apply(s, s.builder().add(h, same ? x : s.call("shortcut", normalised(channels, 1, stride), x)));
    }

    private static Layer normalised(int channels, int size, int stride) {
        Conv conv = new Conv(channels, size, stride, Padding.Rule.SAME).unbiased();
        return (scope, x) -> new Norm.BatchNorm().apply(scope, conv.apply(scope, x));
    }

    private static Node lstm(Scope s, Settings settings, Node ids, int characters) {
        List<Integer> widths = settings.hidden();
        Node h = s.call("token", new Embedding(characters, widths.getFirst(), new Initializer.Normal(EMBEDDING)), ids);
        for (int i = 0; i < widths.size(); i++) {
            h = s.call("lstm" + (i + 1), new Recurrence(Recurrence.Kind.LSTM, widths.get(i)), h);
            h = s.call("dropout" + (i + 1), new Dropout(settings.dropout()), h);
        }
        return s.call("head", new Dense(characters, Initializer.GLOROT_UNIFORM), h);
    }

    private static Node transformer(Scope s, Settings settings, Node ids, int characters) {
        int width = settings.hidden().getFirst();
        Embedding token = new Embedding(characters, width);
        Node h = s.call("token", token, ids);
        h = s.builder().add(h, s.parameter("position", token.table(), settings.length(), width));
        h = s.call("dropout", new Dropout(settings.dropout()), h);
        for (int i = 0; i < settings.hidden().size(); i++) {
            h = s.call("block" + (i + 1), new TransformerBlock(HEADS, 4 * width, true, settings.dropout()), h);
        }
        return s.call("head", new Dense(characters, Initializer.GLOROT_UNIFORM), s.call("norm", new Norm.LayerNorm(), h));
    }
}
