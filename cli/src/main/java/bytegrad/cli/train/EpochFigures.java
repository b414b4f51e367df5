package bytegrad.cli.train;

import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.Locale;

/**
 * What one epoch came to.
 *
 * @param epoch counted from 1
 * @param loss mean over the epoch's steps, each before its update
 * @param trainAccuracy share of the epoch's images classified rightly when their turn came, before the update
 * @param testAccuracy share of all test images classified rightly after the epoch
 * @param seconds time in training steps
 * @param imagesPerSecond of the training steps
 */
public record EpochFigures(int epoch, double loss, double trainAccuracy, double testAccuracy, double seconds, double imagesPerSecond) {
    Json.Obj json() {
        return new JsonFields()
                .put("epoch", epoch)
                .put("loss", loss)
                .put("train_accuracy", trainAccuracy)
                .put("test_accuracy", testAccuracy)
                .put("seconds", seconds)
                .put("images_per_second", imagesPerSecond)
                .build();
    }

    static EpochFigures of(JsonReader json) {
        return new EpochFigures(json.integer("epoch"), json.number("loss"), json.number("train_accuracy"), json.number("test_accuracy"),
                json.number("seconds"), json.number("images_per_second"));
    }

    /** One line for people. */
    String text(int epochs) {
        return String.format(Locale.ROOT,
                "epoch %d/%d  loss %.4f  train %.4f  test %.4f  %,d images/s",
                epoch, epochs, loss, trainAccuracy, testAccuracy, Math.round(imagesPerSecond));
    }
}
