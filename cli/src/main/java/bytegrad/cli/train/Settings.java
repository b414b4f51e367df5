package bytegrad.cli.train;

import bytegrad.cli.data.InputError;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * All that decides the numbers of a training, except the data and the engine.
 *
 * @param hidden widths of hidden layers; none for {@link Model#SOFTMAX}
 * @param epochs how often to go through the data
 * @param batch images per step
 * @param rate the learning rate of the first epoch
 * @param decay what the learning rate is multiplied by after each epoch. It does not depend on the number of epochs, so that a
 *     training resumed for more of them is the one that had asked for them at first
 * @param l2 λ of the penalty λ·½·Σw² over all weights, biases left out
 * @param l1 λ of the penalty λ·Σ|w|
 * @param seed of the first parameters and of the order of the images
 */
public record Settings(
        Model model, List<Integer> hidden, int epochs, int batch, Rule optimizer, double rate, double decay, double l2, double l1, long seed) {
    /** Copies the list. */
    public Settings {
        hidden = List.copyOf(hidden);
    }

    /** These settings with another number of epochs. */
    public Settings withEpochs(int other) {
        return new Settings(model, hidden, other, batch, optimizer, rate, decay, l2, l1, seed);
    }

    /** The learning rate of an epoch, counted from 0. */
    float rateOf(int epoch) {
        return (float) (rate * StrictMath.pow(decay, epoch));
    }

    /** The widths of all layers: {@code 784-256-128-10}. */
    String widths(int pixels, int classes) {
        return pixels + "-" + hidden.stream().map(w -> w + "-").collect(Collectors.joining()) + classes;
    }

    /** How it learns, for people. */
    String text() {
        return String.format(Locale.ROOT, "%s, rate %s x %s per epoch, batch %d%s%s, seed %d", optimizer, rate, decay, batch,
                l2 > 0 ? ", l2 " + l2 : "", l1 > 0 ? ", l1 " + l1 : "", seed);
    }

    Json.Obj json() {
        return new JsonFields()
                .put("model", model.toString())
                .put("hidden", Json.of(hidden.stream().mapToInt(Integer::intValue).toArray()))
                .put("epochs", epochs)
                .put("batch", batch)
                .put("optimizer", optimizer.toString())
                .put("rate", rate)
                .put("decay", decay)
                .put("l2", l2)
                .put("l1", l1)
                .put("seed", seed)
                .build();
    }

    /** What {@link #json} gave; throws InputError for anything that could not have come from it. */
    static Settings of(JsonReader json) {
        Settings s = new Settings(
                json.constant("model", Model.class), json.integers("hidden"), json.integer("epochs"), json.integer("batch"),
                json.constant("optimizer", Rule.class), json.number("rate"), json.number("decay"), json.number("l2"), json.number("l1"),
                json.whole("seed"));
        s.check(json.place() + ": ");
        return s;
    }

    /**
     * Checks ranges.
     *
     * @param place what the message begins with, such as a file; empty for options
     * @throws InputError for the first that is out of its range
     */
    public void check(String place) {
        require(epochs >= 1, place, "--epochs", epochs, "at least 1");
        require(batch >= 1, place, "--batch", batch, "at least 1");
        require(rate >= 0 && Double.isFinite(rate), place, "--lr", rate, "finite and at least 0");
        require(decay > 0 && decay <= 1, place, "--decay", decay, "above 0 and at most 1");
        require(l2 >= 0 && Double.isFinite(l2), place, "--l2", l2, "finite and at least 0");
        require(l1 >= 0 && Double.isFinite(l1), place, "--l1", l1, "finite and at least 0");
        for (int width : hidden) {
            require(width >= 1 && width <= 1 << 16, place, "--hidden", width, "from 1 to 65536 each");
        }
    }

    private static void require(boolean holds, String place, String option, Object value, String range) {
        if (!holds) {
            throw new InputError(place + option + " is " + value + " but must be " + range);
        }
    }
}
