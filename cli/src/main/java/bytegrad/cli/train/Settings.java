package bytegrad.cli.train;

import bytegrad.cli.data.InputError;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All that decides the numbers of a training, except the data and the engine.
 *
 * @param hidden widths of layers: {@link Model#usualWidths}
 * @param epochs how often to go through the data
 * @param batch examples per step
 * @param rate the learning rate of the first epoch
 * @param decay what the learning rate is multiplied by after each epoch. It does not depend on the number of epochs, so that a
 *     training resumed for more of them is the one that had asked for them at first
 * @param weightDecay of all weights, biases and gains left out
 * @param clip the most that the norm of all gradients may be; 0 for no limit
 * @param dropout the probability of a 0, where a model has such a layer
 * @param l2 λ of the penalty λ·½·Σw² over all weights, biases left out
 * @param l1 λ of the penalty λ·Σ|w|
 * @param length of the windows of a text
 * @param seed of the first parameters and of the order of the examples
 */
public record Settings(
        Model model, List<Integer> hidden, int epochs, int batch, Rule optimizer, double rate, double decay, double weightDecay, double clip, double dropout,
        double l2, double l1, int length, long seed) {
    private static final int WARM_UP = 100;
    private static final int USUAL_LENGTH = 64;
    private static final int MOST_LENGTH = 1 << 14;

    /** Copies the list. */
    public Settings {
        hidden = List.copyOf(hidden);
    }

    /**
     * What a model starts from, with some of it replaced.
     *
     * @param asked by the names of {@link #json}; the learning rate is the usual one of the optimiser asked for
     */
    public static Settings of(Model model, Map<String, Object> asked) {
        Model.Usual usual = model.usual();
        Rule rule = (Rule) asked.getOrDefault("optimizer", usual.optimizer());
        double rate = rule == usual.optimizer() ? usual.rate() : rule.usualRate();
        @SuppressWarnings("unchecked")
        List<Integer> widths = (List<Integer>) asked.getOrDefault("hidden", model.usualWidths());
        return new Settings(model, widths, (int) asked.getOrDefault("epochs", usual.epochs()), (int) asked.getOrDefault("batch", usual.batch()), rule,
                (double) asked.getOrDefault("rate", rate), (double) asked.getOrDefault("decay", usual.decay()),
                (double) asked.getOrDefault("weight_decay", usual.weightDecay()), (double) asked.getOrDefault("clip", usual.clip()),
                (double) asked.getOrDefault("dropout", 0.0), (double) asked.getOrDefault("l2", 0.0), (double) asked.getOrDefault("l1", 0.0),
                (int) asked.getOrDefault("length", USUAL_LENGTH), (long) asked.getOrDefault("seed", 1L));
    }

    /** These settings with another number of epochs. */
    public Settings withEpochs(int other) {
        return new Settings(model, hidden, other, batch, optimizer, rate, decay, weightDecay, clip, dropout, l2, l1, length, seed);
    }

    /** These settings with another batch. */
    public Settings withBatch(int other) {
        return new Settings(model, hidden, epochs, other, optimizer, rate, decay, weightDecay, clip, dropout, l2, l1, length, seed);
    }

    /**
     * The learning rate of a step: language models begin with one that grows over {@value #WARM_UP} steps.
     *
     * @param epoch from 0
     * @param step of all epochs, from 0
     */
    float rateOf(int epoch, long step) {
        double grown = model.text() ? Math.min(1, (step + 1.0) / WARM_UP) : 1;
        return (float) (rate * grown * StrictMath.pow(decay, epoch));
    }

    /** The widths of all layers: {@code 784-256-128-10}. */
    String widths(int in, int classes) {
        return in + "-" + hidden.stream().map(w -> w + "-").collect(Collectors.joining()) + classes;
    }

    /** How it learns, for people. */
    String text() {
        return String.format(Locale.ROOT, "%s, rate %s x %s per epoch, batch %d%s%s%s%s%s%s, seed %d", optimizer, rate, decay, batch,
                model.text() ? " of " + length + " characters" : "", weightDecay > 0 ? ", weight decay " + weightDecay : "", clip > 0 ? ", clip " + clip : "",
                dropout > 0 ? ", dropout " + dropout : "", l2 > 0 ? ", l2 " + l2 : "", l1 > 0 ? ", l1 " + l1 : "", seed);
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
                .put("weight_decay", weightDecay)
                .put("clip", clip)
                .put("dropout", dropout)
                .put("l2", l2)
                .put("l1", l1)
                .put("length", length)
                .put("seed", seed)
                .build();
    }

    /** What {@link #json} gave; throws InputError for anything that could not have come from it. */
    static Settings of(JsonReader json) {
        Settings s = new Settings(
                json.constant("model", Model.class), json.integers("hidden"), json.integer("epochs"), json.integer("batch"),
                json.constant("optimizer", Rule.class), json.number("rate"), json.number("decay"), json.number("weight_decay"), json.number("clip"),
                json.number("dropout"), json.number("l2"), json.number("l1"), json.integer("length"), json.whole("seed"));
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
        require(weightDecay >= 0 && Double.isFinite(weightDecay), place, "--weight-decay", weightDecay, "finite and at least 0");
        require(clip >= 0 && Double.isFinite(clip), place, "--clip", clip, "finite and at least 0");
        require(dropout >= 0 && dropout < 1, place, "--dropout", dropout, "at least 0 and below 1");
        require(l2 >= 0 && Double.isFinite(l2), place, "--l2", l2, "finite and at least 0");
        require(l1 >= 0 && Double.isFinite(l1), place, "--l1", l1, "finite and at least 0");
        require(length >= 1 && length <= MOST_LENGTH, place, "--length", length, "from 1 to " + MOST_LENGTH);
        int least = model == Model.SOFTMAX ? 0 : model == Model.CNN ? 3 : model == Model.MLP ? 0 : 1;
        int most = model == Model.SOFTMAX ? 0 : model == Model.CNN ? 3 : Integer.MAX_VALUE;
        require(hidden.size() >= least && hidden.size() <= most, place, "--hidden", hidden, widthsWanted());
        for (int width : hidden) {
            require(width >= 1 && width <= 1 << 16, place, "--hidden", width, "from 1 to 65536 each");
        }
        if (model == Model.CHARLM_TRANSFORMER) {
            require(hidden.stream().distinct().count() == 1 && hidden.getFirst() % Nets.HEADS == 0, place, "--hidden", hidden,
                    "one width for all layers, which " + Nets.HEADS + " heads divide");
        }
    }

    private String widthsWanted() {
        return switch (model) {
            case SOFTMAX -> "left out: the model softmax has no hidden layers";
            case MLP -> "the widths of the hidden layers";
            case CNN -> "three: the channels of the two convolutions and the width of the dense layer";
            case RESNET -> "the channels of each stage, one at least";
            case CHARLM_LSTM, CHARLM_TRANSFORMER -> "the widths of the layers, one at least";
        };
    }

    private static void require(boolean holds, String place, String option, Object value, String range) {
        if (!holds) {
            throw new InputError(place + option + " is " + value + " but must be " + range);
        }
    }
}
