package bytegrad.cli.train;

import bytegrad.cli.data.DataSet;
import bytegrad.cli.data.Images;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.JsonFields;
import bytegrad.runtime.train.Epoch;
import bytegrad.runtime.train.Progress;
import bytegrad.runtime.train.Runner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Telling classes of images apart.
 *
 * @param settings of the training
 * @param images to train on and to test on
 */
record ImageTask(Settings settings, DataSet images) implements Task {
    /** Rows of a prediction. More amortise a run's cost better; one picture costs as much as all of them. */
    static final int PREDICTED_ROWS = 250;

    private static final String TEST = "test_accuracy";
    private static final String TRAIN = "train_accuracy";

    @Override
    public String dataText() {
        return images.text();
    }

    @Override
    public Path data() {
        return images.folder();
    }

    @Override
    public String checksum() {
        return images.checksum();
    }

    @Override
    public JsonFields dataFields() {
        return new JsonFields()
                .put("folder", images.folder().toString())
                .put("crc32", images.checksum())
                .put("training_images", images.training().count())
                .put("test_images", images.test().count())
                .put("height", images.test().height())
                .put("width", images.test().width())
                .put("classes", images.classes());
    }

    @Override
    public Examples training() {
        return new Pictures(images.training());
    }

    /** Images as rows of floats. */
    private record Pictures(Images images) implements Examples {
        @Override
        public int count() {
            return images.count();
        }

        @Override
        public Map<String, Tensor> rows(int[] at) {
            float[] pixels = new float[at.length * images.size()];
            int[] labels = new int[at.length];
            for (int row = 0; row < at.length; row++) {
                images.copyTo(at[row], pixels, row);
                labels[row] = images.label(at[row]);
            }
            return Map.of(Network.X, Tensor.of(pixels, at.length, images.size()), Network.LABELS, Tensor.of(labels, at.length));
        }
    }

    private Node logits(Scope s, int rows) {
        Node x = s.builder().input(Network.X, DType.F32, rows, images.pixels());
        return Nets.images(s, settings, x, images.training().height(), images.training().width(), images.classes());
    }

    @Override
    public Network network(int batch) {
        return Network.of(settings, s -> {
            GraphBuilder b = s.builder();
            Node logits = logits(s, batch);
            Node labels = b.input(Network.LABELS, DType.I32, batch);
            b.output(Network.CORRECT, b.sumAll(b.cast(b.eq(b.argmax(logits, 1), labels), DType.I32)));
            return Losses.softmaxCrossEntropy(b, logits, labels);
        });
    }

    private Graph prediction() {
        return prediction(settings, new Classifier.Layout(images.test().height(), images.test().width(), images.names()), PREDICTED_ROWS);
    }

    /** The graph that predicts so many rows at a time. */
    static Graph prediction(Settings settings, Classifier.Layout layout, int rows) {
        GraphBuilder b = new GraphBuilder();
        Node x = b.input(Network.X, DType.F32, rows, layout.height() * layout.width());
        Node logits = Nets.images(Scope.prediction(b), settings, x, layout.height(), layout.width(), layout.names().size());
        b.output(Network.PROBABILITIES, Activations.softmax(b, logits, 1));
        b.output(Network.CLASS, b.argmax(logits, 1));
        return b.build();
    }

    @Override
    public String modelText() {
        return switch (settings.model()) {
            case MLP, SOFTMAX -> settings.model() + " " + settings.widths(images.pixels(), images.classes());
            default -> settings.model() + " " + settings.hidden();
        };
    }

    @Override
    public List<String> followed() {
        return List.of(Network.CORRECT);
    }

    @Override
    public void writeModel(Path folder, Map<String, Tensor> parameters) {
        AtomicFile.write(folder.resolve(OutputFolder.PREDICTION_GRAPH), stream -> stream.write(GraphPrinter.print(prediction()).getBytes(StandardCharsets.UTF_8)));
        Classifier.write(folder, parameters, new Classifier.Layout(images.test().height(), images.test().width(), images.names()));
    }

    @Override
    public Map<String, Tensor> sample(Graph prediction) {
        Node x = prediction.input(Network.X).filter(n -> n.rank() == 2).orElse(null);
        if (x == null) {
            return Map.of();
        }
        int rows = x.shape().dim(0);
        float[] pixels = new float[rows * images.pixels()];
        for (int row = 0; row < Math.min(rows, images.test().count()); row++) {
            images.test().copyTo(row, pixels, row);
        }
        return Map.of(Network.X, Tensor.of(pixels, rows, images.pixels()));
    }

    @Override
    public Evaluator evaluator(Engine engine, int threads) {
        Runner runner = engine.ready(prediction(), threads).runner();
        return new Evaluator() {
            @Override
            public Map<String, Double> figures(Progress progress, Map<String, Tensor> parameters) {
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put(Network.LOSS, progress.mean(Network.LOSS));
                figures.put(TRAIN, progress.mean(Network.CORRECT) / settings.batch());
                figures.put(TEST, accuracy(classes(runner, parameters)));
                figures.put("seconds", progress.seconds());
                figures.put("images_per_second", (double) progress.step() * settings.batch() / progress.seconds());
                return figures;
            }

            @Override
            public void finish(Path folder, List<Epoch> epochs, Map<String, Tensor> parameters, Console console) {
                int[] classes = classes(runner, parameters);
                console.line(String.format(Locale.ROOT, "test accuracy: %.4f", accuracy(classes)));
                Drawing.images(folder, epochs, ImageTask.this, classes, console);
            }
        };
    }

    /** The class of each test image; the last batch is padded, and only real rows are counted. */
    private int[] classes(Runner runner, Map<String, Tensor> parameters) {
        parameters.forEach(runner::set);
        int[] classes = new int[images.test().count()];
        float[] pixels = new float[PREDICTED_ROWS * images.pixels()];
        for (int first = 0; first < classes.length; first += PREDICTED_ROWS) {
            int count = Math.min(PREDICTED_ROWS, classes.length - first);
            for (int row = 0; row < count; row++) {
                images.test().copyTo(first + row, pixels, row);
            }
            runner.set(Network.X, Tensor.of(pixels, PREDICTED_ROWS, images.pixels()));
            runner.run();
            System.arraycopy(runner.get(Network.CLASS).ints(), 0, classes, first, count);
        }
        return classes;
    }

    private double accuracy(int[] classes) {
        int right = 0;
        for (int i = 0; i < classes.length; i++) {
            right += classes[i] == images.test().label(i) ? 1 : 0;
        }
        return (double) right / classes.length;
    }

    @Override
    public String text(Epoch e, int epochs) {
        return String.format(Locale.ROOT, "epoch %d/%d  loss %.4f  train %.4f  test %.4f  %,d images/s", e.number(), epochs, e.figure(Network.LOSS),
                e.figure(TRAIN), e.figure(TEST), Math.round(e.figure("images_per_second")));
    }

    @Override
    public String result() {
        return TEST;
    }
}
