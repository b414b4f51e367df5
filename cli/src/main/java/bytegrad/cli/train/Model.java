package bytegrad.cli.train;

import java.util.Locale;

/** Which network to train. */
public enum Model {
    /** Dense layers with relu between them. */
    MLP,
    /** One dense layer: multinomial logistic regression. */
    SOFTMAX;

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
