package bytegrad.autodiff.optim;

/**
 * What some parameters have of their own.
 *
 * @param rateFactor by which the learning rate is multiplied, finite and at least 0; 0 leaves a parameter as it is
 * @param weightDecay λ, finite and at least 0; how it enters is the optimiser's
 */
public record ParameterGroup(double rateFactor, double weightDecay) {
    public ParameterGroup {
        Hyper.notNegative("ParameterGroup", "the rate factor", rateFactor);
        Hyper.decay("ParameterGroup", weightDecay);
    }
}
