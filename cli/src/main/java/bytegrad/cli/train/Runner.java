package bytegrad.cli.train;

import bytegrad.runtime.Tensor;

/** A graph with values for its inputs and state, run again and again. */
sealed interface Runner permits CompiledRunner, InterpretedRunner {
    /** Gives an input or a state its value, which is copied. */
    void set(String name, Tensor value);

    /** Runs once: outputs become readable, states move on. */
    void run();

    /** A copy of an output or a state. */
    Tensor get(String name);

    /** An output of one element. */
    double scalar(String name);

    /** The same graph with no values yet. */
    Runner fresh();

    /** What it is made of, for people. */
    String text();
}
