package bytegrad.cli.train;

import bytegrad.cli.data.InputError;
import bytegrad.cli.data.Picture;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.TensorType;
import bytegrad.ir.text.GraphParser;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.States;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A trained model, read from a training's folder and compiled: its prediction graph and its parameters. */
public final class Classifier {
    /** The parameters, in a training's folder. */
    static final String FILE = "model.safetensors";

    private static final String NAMES = "bytegrad.classes";
    private static final String HEIGHT = "bytegrad.height";
    private static final String WIDTH = "bytegrad.width";

    private final Session session;
    private final Layout layout;
    private final int rows;

    /**
     * What the model takes and answers.
     *
     * @param height of an image, in pixels
     * @param width of an image, in pixels
     * @param names one per class
     */
    public record Layout(int height, int width, List<String> names) {
        /** Copies the names. */
        public Layout {
            names = List.copyOf(names);
        }
    }

    /** A class with its probability. */
    public record Answer(String name, double probability) {}

    private Classifier(Session session, Layout layout, int rows) {
        this.session = session;
        this.layout = layout;
        this.rows = rows;
    }

    /** Writes the parameters with what {@link #read} needs. */
    static void write(Path folder, Map<String, Tensor> parameters, Layout layout) {
        Json names = new Json.Arr(layout.names().stream().map(Json::of).toList());
        Safetensors.write(folder.resolve(FILE), parameters, Map.of(
                NAMES, names.compact(), HEIGHT, Integer.toString(layout.height()), WIDTH, Integer.toString(layout.width())));
    }

    /**
     * Reads and compiles a model.
     *
     * @param checked whether it is to look at every number it makes, and to fail at the first that is not finite
     * @throws InputError if a file is missing or they do not fit each other
     * @throws FormatException if the parameters are no safetensors file
     * @throws bytegrad.ir.GraphException if the graph's text is none
     */
    public static Classifier read(Path folder, boolean checked) {
        if (!Files.isDirectory(folder)) {
            throw new InputError(folder + ": no such folder; it should be one that `bytegrad train` wrote");
        }
        Path file = folder.resolve(FILE);
        Safetensors model = Safetensors.read(file);
        Layout layout = layout(file, model.metadata());
        Path graphFile = folder.resolve(OutputFolder.PREDICTION_GRAPH);
        Graph graph = graph(graphFile);
        TensorType images = type(graphFile, graph.input(Network.X).orElse(null), "input \"" + Network.X + "\"");
        TensorType probabilities = type(graphFile, graph.outputs().get(Network.PROBABILITIES), "output \"" + Network.PROBABILITIES + "\"");
        if (images.shape().dim(1) != layout.height() * layout.width() || probabilities.shape().dim(1) != layout.names().size()
                || images.shape().dim(0) != probabilities.shape().dim(0) || images.shape().dim(0) < 1) {
            throw new InputError(graphFile + ": takes " + images + " and gives " + probabilities + ", which does not fit the " + layout.height() + " x "
                    + layout.width() + " pixels and " + layout.names().size() + " classes of " + file);
        }
        Session session = Engine.function(graph, checked, List.of(Network.X)).newSession();
        States.load(session, session.function().signature().inputs().stream().map(Slot::name).filter(n -> !n.equals(Network.X)).toList(), file);
        return new Classifier(session, layout, images.shape().dim(0));
    }

    private static TensorType type(Path file, @org.jspecify.annotations.Nullable Node node, String what) {
        if (node == null || node.rank() != 2) {
            throw new InputError(file + ": has no " + what + " of rank 2: it is not the prediction graph of a training");
        }
        return node.type();
    }

    static Graph graph(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputError(file + ": no such file");
        }
        try {
            return GraphParser.parse(file);
        } catch (IOException e) {
            throw new InputError(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    static Layout layout(Path file, Map<String, String> metadata) {
        String names = metadata.get(NAMES);
        String height = metadata.get(HEIGHT);
        String width = metadata.get(WIDTH);
        if (names == null || height == null || width == null) {
            throw new InputError(file
                    + ": was not written by `bytegrad train`: its metadata does not say which classes and image size it is for");
        }
        List<String> list = new ArrayList<>();
        if (Json.parse(file + ": " + NAMES, names.getBytes(StandardCharsets.UTF_8)) instanceof Json.Arr items) {
            for (Json item : items.items()) {
                list.add(item instanceof Json.Str s ? s.value() : item.compact());
            }
        }
        try {
            int h = Integer.parseInt(height);
            int w = Integer.parseInt(width);
            Tensor.sizeOf(h, w);
            return new Layout(h, w, list);
        } catch (NumberFormatException e) {
            throw new InputError(file + ": its metadata says the images are " + height + " x " + width, e);
        }
    }

    /** What it takes and answers. */
    public Layout layout() {
        return layout;
    }

    /** Every class with its probability, the most probable first. */
    public List<Answer> classify(Picture picture) {
        float[] batch = new float[rows * layout.height() * layout.width()];
        picture.copyTo(batch);
        session.set(Network.X, batch);
        session.run();
        float[] all = session.get(Network.PROBABILITIES).floats();
        List<Answer> answers = new ArrayList<>();
        for (int c = 0; c < layout.names().size(); c++) {
            answers.add(new Answer(layout.names().get(c), all[c]));
        }
        answers.sort((a, b) -> Double.compare(b.probability(), a.probability()));
        return answers;
    }
}
