package bytegrad.autodiff.optim;

import bytegrad.ir.Node;

/**
 * A piece of optimiser state: an input of the training graph that the optimiser made and updates.
 *
 * @param input the input, in the builder
 * @param initial what every element is before the first step
 */
public record Slot(Node input, double initial) {}
