package bytegrad.cli.workload;

/** Which outputs a training graph has. */
public enum Detail {
    /** The loss alone: what is timed. */
    LOSS,
    /** The loss, and each parameter's gradient as "grad/NAME". */
    GRADIENTS
}
