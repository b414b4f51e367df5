package bytegrad.cli.train;

import bytegrad.cli.data.Images;
import bytegrad.runtime.Tensor;
import java.util.Map;

/** Predictions of all test images; the last batch is padded, and only real rows are counted. */
final class Evaluation {
    private final Runner runner;
    private final Images images;
    private final Batch batch;

    Evaluation(Runner runner, Images images) {
        this.runner = runner;
        this.images = images;
        batch = new Batch(images, Network.PREDICTED_ROWS);
    }

    /** The class of each image with these parameters. */
    int[] classes(Map<String, Tensor> parameters) {
        parameters.forEach(runner::set);
        int[] classes = new int[images.count()];
        for (int first = 0; first < classes.length; first += Network.PREDICTED_ROWS) {
            int count = batch.prediction(runner, first);
            runner.run();
            System.arraycopy(runner.get(Network.CLASS).ints(), 0, classes, first, count);
        }
        return classes;
    }

    /** The share of images whose class is right. */
    double accuracy(int[] classes) {
        int right = 0;
        for (int i = 0; i < classes.length; i++) {
            right += classes[i] == images.label(i) ? 1 : 0;
        }
        return (double) right / classes.length;
    }
}
