package bytegrad.cli.train;

import java.util.List;
import java.util.Locale;

/** Which network to train, with the settings it starts from. */
public enum Model {
    /** Dense layers with relu between them. */
    MLP(false, new Usual(6, 64, Rule.ADAM, 0.001, 0.7, 0, 0)),
    /** One dense layer: multinomial logistic regression. */
    SOFTMAX(false, new Usual(6, 64, Rule.ADAM, 0.001, 0.7, 0, 0)),
    /** Two convolutions, a pooling and two dense layers. */
    CNN(false, new Usual(2, 64, Rule.ADAM, 0.001, 0.5, 0, 0)),
    /** Residual blocks of convolutions with batch normalisation. */
    RESNET(false, new Usual(6, 64, Rule.ADAM, 0.003, 0.7, 0, 0)),
    /** Predicts the next character by an LSTM. */
    CHARLM_LSTM(true, new Usual(6, 32, Rule.ADAMW, 0.003, 0.7, 0.01, 1)),
    /** Predicts the next character by a transformer. */
    CHARLM_TRANSFORMER(true, new Usual(8, 32, Rule.ADAMW, 0.003, 0.75, 0.01, 1));

    /**
     * What is used unless something else is asked for.
     *
     * @param clip the most that the norm of all gradients may be; 0 for no limit
     */
    record Usual(int epochs, int batch, Rule optimizer, double rate, double decay, double weightDecay, double clip) {}

    private final boolean text;
    private final Usual usual;

    Model(boolean text, Usual usual) {
        this.text = text;
        this.usual = usual;
    }

    /** Whether it learns from a text rather than from images. */
    public boolean text() {
        return text;
    }

    Usual usual() {
        return usual;
    }

    /** The widths of its layers unless others are asked for: hidden layers of an mlp, stages of a resnet, one width for a language model. */
    List<Integer> usualWidths() {
        return switch (this) {
            case MLP -> List.of(256, 128);
            case SOFTMAX -> List.of();
            case CNN -> List.of(32, 64, 128);
            case RESNET -> List.of(16, 32, 64);
            case CHARLM_LSTM -> List.of(256);
            case CHARLM_TRANSFORMER -> List.of(128, 128);
        };
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
