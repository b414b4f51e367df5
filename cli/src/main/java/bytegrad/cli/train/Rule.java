package bytegrad.cli.train;

import bytegrad.autodiff.optim.Adagrad;
import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.AdamW;
import bytegrad.autodiff.optim.Lion;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.autodiff.optim.RmsProp;
import bytegrad.autodiff.optim.Sgd;
import java.util.Locale;

/** How parameters move down their gradients; each with the learning rate it starts from when none is given. */
public enum Rule {
    SGD(0.1),
    MOMENTUM(0.03),
    NESTEROV(0.03),
    ADAM(0.001),
    ADAMW(0.001),
    RMSPROP(0.001),
    ADAGRAD(0.01),
    LION(0.0001);

    private static final double MOMENTUM_FACTOR = 0.9;

    private final double usualRate;

    Rule(double usualRate) {
        this.usualRate = usualRate;
    }

    /** The learning rate that is used unless another is asked for. */
    public double usualRate() {
        return usualRate;
    }

    Optimizer optimizer(double rate, double weightDecay) {
        return switch (this) {
            case SGD -> new Sgd(rate, 0, 0, false, weightDecay);
            case MOMENTUM -> new Sgd(rate, MOMENTUM_FACTOR, 0, false, weightDecay);
            case NESTEROV -> new Sgd(rate, MOMENTUM_FACTOR, 0, true, weightDecay);
            case ADAM -> new Adam(rate, 0.9, 0.999, 1e-8, false, weightDecay);
            case ADAMW -> new AdamW(rate, weightDecay);
            case RMSPROP -> new RmsProp(rate, 0.99, 1e-8, 0, false, weightDecay);
            case ADAGRAD -> new Adagrad(rate, 0, 0, 1e-10, weightDecay);
            case LION -> new Lion(rate, 0.9, 0.99, weightDecay);
        };
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
