package bytegrad.cli.train;

import bytegrad.cli.data.TextData;
import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;
import bytegrad.ir.nn.Losses;
import bytegrad.ir.nn.layer.Scope;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.data.TextWindows;
import bytegrad.runtime.io.JsonFields;
import bytegrad.runtime.train.Epoch;
import bytegrad.runtime.train.Progress;
import bytegrad.runtime.train.Runner;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Predicting the next character of a text.
 *
 * @param settings of the training
 * @param text the text: its last tenth is held out
 * @param ids of its characters
 */
record TextTask(Settings settings, TextData text, int[] ids) implements Task {
    private static final String HELD_OUT = "held_out_loss";
    private static final int SAMPLE = 400;
    private static final double TEMPERATURE = 0.8;

    TextTask(Settings settings, TextData text) {
        this(settings, text, text.vocabulary().encode(text.text()));
    }

    private int cut() {
        return ids.length - ids.length / 10;
    }

    @Override
    public String dataText() {
        return String.format(Locale.ROOT, "%,d characters, %d different ones, the last %,d held out, from %s", ids.length, text.vocabulary().size(), ids.length - cut(),
                text.folder());
    }

    @Override
    public Path data() {
        return text.folder();
    }

    @Override
    public String checksum() {
        return text.checksum();
    }

    @Override
    public JsonFields dataFields() {
        return new JsonFields()
                .put("folder", text.folder().toString())
                .put("crc32", text.checksum())
                .put("training_characters", cut())
                .put("held_out_characters", ids.length - cut())
                .put("vocabulary", text.vocabulary().size());
    }

    @Override
    public Examples training() {
        return new TextWindows(Arrays.copyOf(ids, cut()), settings.length());
    }

    private Examples heldOut() {
        return new TextWindows(Arrays.copyOfRange(ids, cut(), ids.length), settings.length());
    }

    private Node loss(Scope s, int batch) {
        GraphBuilder b = s.builder();
        Node x = b.input(TextWindows.X, DType.I32, batch, settings.length());
        Node logits = Nets.text(s, settings, x, text.vocabulary().size());
        return Losses.softmaxCrossEntropy(b, logits, b.input(TextWindows.Y, DType.I32, batch, settings.length()));
    }

    @Override
    public Network network(int batch) {
        return Network.of(settings, s -> loss(s, batch));
    }

    private Graph evaluation(int batch) {
        GraphBuilder b = new GraphBuilder();
        b.output(Network.LOSS, loss(Scope.prediction(b), batch));
        return b.build();
    }

    @Override
    public String modelText() {
        return settings.model() + " " + settings.hidden();
    }

    @Override
    public List<String> followed() {
        return List.of();
    }

    @Override
    public void writeModel(Path folder, Map<String, Tensor> parameters) {
        Writer.write(folder, settings, text.vocabulary(), parameters);
    }

    @Override
    public Map<String, Tensor> sample(Graph prediction) {
        return Trained.window(prediction, Arrays.copyOfRange(ids, cut(), ids.length));
    }

    @Override
    public Evaluator evaluator(Engine engine, int threads) {
        Examples examples = heldOut();
        Batches batches = new Batches(examples, Math.min(settings.batch(), examples.count()), 0);
        Runner runner = engine.ready(evaluation(batches.size()), threads).runner();
        return new Evaluator() {
            @Override
            public Map<String, Double> figures(Progress progress, Map<String, Tensor> parameters) {
                parameters.forEach(runner::set);
                double sum = 0;
                for (int i = 0; i < batches.perEpoch(); i++) {
                    batches.at(0, i).forEach(runner::set);
                    runner.run();
                    sum += runner.scalar(Network.LOSS);
                }
                Map<String, Double> figures = new LinkedHashMap<>();
                figures.put(Network.LOSS, progress.mean(Network.LOSS));
                figures.put(HELD_OUT, sum / batches.perEpoch());
                figures.put("seconds", progress.seconds());
                figures.put("characters_per_second", (double) progress.step() * settings.batch() * settings.length() / progress.seconds());
                return figures;
            }

            @Override
            public void finish(Path folder, List<Epoch> epochs, Map<String, Tensor> parameters, Console console) {
                console.line(String.format(Locale.ROOT, "loss per character: %.4f on held-out text", epochs.getLast().figure(HELD_OUT)));
                Drawing.text(folder, epochs, TextTask.this, console);
                console.line("a sample:");
                Writer writer = Writer.read(folder, false);
                console.line(writer.write("\n".codePoints().allMatch(c -> text.vocabulary().characters().indexOf(c) >= 0) ? "\n" : text.vocabulary().decode(0), SAMPLE,
                        TEMPERATURE, settings.seed()).strip());
            }
        };
    }

    @Override
    public String text(Epoch e, int epochs) {
        return String.format(Locale.ROOT, "epoch %d/%d  loss %.4f  held out %.4f  %,d characters/s", e.number(), epochs, e.figure(Network.LOSS), e.figure(HELD_OUT),
                Math.round(e.figure("characters_per_second")));
    }

    @Override
    public String result() {
        return HELD_OUT;
    }
}
