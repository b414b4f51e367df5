package bytegrad.cli.train;

import bytegrad.cli.data.InputError;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import bytegrad.ir.TensorType;
import bytegrad.ir.nn.Activations;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.ir.text.GraphParser;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Vocabulary;
import bytegrad.runtime.io.AtomicFile;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.States;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A trained language model that writes: its graph, parameters and vocabulary, read from a training's folder and compiled. */
public final class Writer {
    static final String VOCABULARY = "bytegrad.vocabulary";
    static final String LAST = "last";
    static final String TEMPERATURE = "temperature";

    private final Session session;
    private final Vocabulary vocabulary;
    private final int length;

    private Writer(Session session, Vocabulary vocabulary, int length) {
        this.session = session;
        this.vocabulary = vocabulary;
        this.length = length;
    }

    /** Writes the graph that predicts, and the parameters with what {@link #read} needs. */
    static void write(Path folder, Settings settings, Vocabulary vocabulary, Map<String, Tensor> parameters) {
        AtomicFile.write(folder.resolve(OutputFolder.PREDICTION_GRAPH),
                stream -> stream.write(GraphPrinter.print(graph(settings, vocabulary.size())).getBytes(StandardCharsets.UTF_8)));
        Safetensors.write(folder.resolve(Classifier.FILE), parameters, Map.of(VOCABULARY, vocabulary.characters()));
    }

    /** The probabilities of the character after that at place {@code last} of a window; what comes behind it is not looked at. */
    private static Graph graph(Settings settings, int characters) {
        GraphBuilder b = new GraphBuilder();
        Node ids = b.input(Network.X, DType.I32, 1, settings.length());
        Node logits = b.reshape(Nets.text(Scope.prediction(b), settings, ids, characters), settings.length(), characters);
        Node at = b.gather(logits, b.input(LAST, DType.I32), 0);
        Node scaled = b.div(at, b.input(TEMPERATURE, DType.F32));
        b.output(Network.PROBABILITIES, Activations.softmax(b, scaled, 0));
        return b.build();
    }

    /**
     * Reads and compiles a model.
     *
     * @param checked whether it is to look at every number it makes, and to fail at the first that is not finite
     * @throws InputError if a file is missing, or they do not fit each other
     * @throws bytegrad.runtime.BytegradException if the parameters are no safetensors file, or do not fit the graph
     * @throws bytegrad.ir.GraphException if the graph's text is none
     */
    public static Writer read(Path folder, boolean checked) {
        Path graphFile = folder.resolve(OutputFolder.PREDICTION_GRAPH);
        Path file = folder.resolve(Classifier.FILE);
        if (!Files.isRegularFile(graphFile) || !Files.isRegularFile(file)) {
            throw new InputError(folder + ": should be a folder that `bytegrad train --model charlm-…` wrote, with " + OutputFolder.PREDICTION_GRAPH + " and "
                    + Classifier.FILE);
        }
        String characters = Safetensors.read(file).metadata().get(VOCABULARY);
        if (characters == null) {
            throw new InputError(file + ": is no language model of `bytegrad train`: its metadata has no vocabulary");
        }
        Vocabulary vocabulary = new Vocabulary(characters);
        Graph graph;
        try {
            graph = GraphParser.parse(graphFile);
        } catch (IOException e) {
            throw new InputError(graphFile + ": cannot be read: " + e.getMessage(), e);
        }
        Node ids = graph.input(Network.X).orElse(null);
        Node probabilities = graph.outputs().get(Network.PROBABILITIES);
        if (ids == null || ids.rank() != 2 || ids.shape().dim(0) != 1 || ids.dtype() != DType.I32 || probabilities == null
                || !probabilities.type().equals(new TensorType(DType.F32, bytegrad.ir.Shape.of(vocabulary.size())))
                || graph.input(LAST).isEmpty() || graph.input(TEMPERATURE).isEmpty()) {
            throw new InputError(graphFile + ": does not predict one of the " + vocabulary.size() + " characters of " + file + " from a window of characters");
        }
        List<String> data = List.of(Network.X, LAST, TEMPERATURE);
        Session session = Engine.function(graph, checked, data).newSession();
        List<String> parameters = session.function().signature().inputs().stream().map(Slot::name)
                .filter(n -> !data.contains(n)).toList();
        States.load(session, parameters, file);
        return new Writer(session, vocabulary, ids.shape().dim(1));
    }

    /**
     * Goes on with a text.
     *
     * @param prompt at least one character, all of the vocabulary
     * @param count how many characters to add
     * @param temperature above 0: below 1 likelier characters come more often than they should, above 1 less often
     * @return the prompt and what follows
     * @throws bytegrad.runtime.data.DataException for a character that the model does not know
     */
    public String write(String prompt, int count, double temperature, long seed) {
        if (prompt.isEmpty()) {
            throw new InputError("the text to go on with is empty; give it at least one character");
        }
        int[] known = vocabulary.encode(prompt);
        int[] text = Arrays.copyOf(known, Math.addExact(known.length, count));
        SplittableRandom random = new SplittableRandom(seed);
        session.set(TEMPERATURE, Tensor.scalar((float) temperature));
        for (int at = known.length; at < text.length; at++) {
            int seen = Math.min(at, length);
            int[] window = Arrays.copyOf(Arrays.copyOfRange(text, at - seen, at), length);
            session.set(Network.X, Tensor.of(window, 1, length));
            session.set(LAST, Tensor.scalar(seen - 1));
            session.run();
            text[at] = draw(session.get(Network.PROBABILITIES).floats(), random.nextDouble());
        }
        return vocabulary.decode(text);
    }

    private static int draw(float[] probabilities, double u) {
        double left = u;
        int last = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (probabilities[i] > 0) {
                last = i;
                left -= probabilities[i];
                if (left < 0) {
                    return i;
                }
            }
        }
        return last; // The probabilities' sum was rounded below 1.
    }
}
