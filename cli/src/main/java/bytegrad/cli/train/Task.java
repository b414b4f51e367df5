package bytegrad.cli.train;

import bytegrad.ir.Graph;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.io.JsonFields;
import bytegrad.runtime.train.Epoch;
import bytegrad.runtime.train.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is learnt from which data, and what is shown of it. */
interface Task {
    /** The data, in a line for people. */
    String dataText();

    /** Where the data is. */
    Path data();

    /** Tells data from other data. */
    String checksum();

    /** The data, for {@code metrics.json}. */
    JsonFields dataFields();

    /** What the steps learn from. */
    Examples training();

    /** The learning graph with batches of a size. */
    Network network(int batch);

    /** The model's shape, for people. */
    String modelText();

    /** The outputs whose means an epoch tells, besides the loss. */
    List<String> followed();

    /** Writes the graph and the parameters of the trained model: all that using it needs. */
    void writeModel(Path folder, Map<String, Tensor> parameters);

    /** Held-out examples as inputs of the graph that predicts. */
    Map<String, Tensor> sample(Graph prediction);

    /** Makes evaluation ready. */
    Evaluator evaluator(Engine engine, int threads);

    /** Measures parameters on data that was not learnt from. */
    interface Evaluator {
        /** The figures of an epoch at its end, but for its time. */
        Map<String, Double> figures(Progress progress, Map<String, Tensor> parameters);

        /** What is shown and drawn at the end. */
        void finish(Path folder, List<Epoch> epochs, Map<String, Tensor> parameters, Console console);
    }

    /** An epoch in a line for people. */
    String text(Epoch epoch, int epochs);

    /** The name of the figure that {@code metrics.json} repeats as the result. */
    String result();
}
