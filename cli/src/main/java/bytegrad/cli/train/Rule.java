package bytegrad.cli.train;

import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.autodiff.optim.Sgd;
import java.util.Locale;

/** How parameters move down their gradients; each with the learning rate it starts from when none is given. */
public enum Rule {
    SGD(0.1),
    MOMENTUM(0.03),
    NESTEROV(0.03),
    ADAM(0.001);

    private static final double MOMENTUM_FACTOR = 0.9;

    private final double usualRate;

    Rule(double usualRate) {
        this.usualRate = usualRate;
    }

    /** The learning rate that is used unless another is asked for. */
    public double usualRate() {
        return usualRate;
    }

    Optimizer optimizer(double rate) {
        return switch (this) {
            case SGD -> new Sgd(rate);
            case MOMENTUM -> new Sgd(rate, MOMENTUM_FACTOR, false);
            case NESTEROV -> new Sgd(rate, MOMENTUM_FACTOR, true);
            case ADAM -> new Adam(rate);
        };
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
