package bytegrad.cli.workload;

import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.ir.DType;
import java.util.Arrays;
import java.util.Optional;

/**
 * The workloads of {@code shared/peers/SPEC.md}. A training graph has the output "loss", taken before
 * the update, and updates its parameters and the optimiser's state.
 */
public enum Workload {
    A("A", "perceptron 784-256-128-10, batch 64, one SGD step", Kind.TRAINING),
    B("B", "perceptron 784-256-128-10, batch 256, one Adam step", Kind.TRAINING),
    C1("C1", "perceptron 784-256-128-10, inference, batch 1", Kind.INFERENCE),
    C64("C64", "perceptron 784-256-128-10, inference, batch 64", Kind.INFERENCE),
    D("D", "convolutional net over 28 x 28 pictures, batch 32, one SGD step", Kind.TRAINING),
    D1("D1", "convolutional net, inference, batch 1", Kind.INFERENCE),
    D32("D32", "convolutional net, inference, batch 32", Kind.INFERENCE),
    E("E", "transformer of 2 layers of width 256 over 64 characters, batch 8, one Adam step", Kind.TRAINING),
    E1("E1", "transformer, inference, batch 1", Kind.INFERENCE),
    E8("E8", "transformer, inference, batch 8", Kind.INFERENCE),
    F("F", "tanh(gelu(a*x+b)*c)+x of 4,194,304 elements", Kind.ARRAYS),
    FG("Fg", "F with the gradients of a, b and c", Kind.ARRAYS),
    H512("H512", "product of two 512 x 512 matrices", Kind.ARRAYS),
    H1024("H1024", "product of two 1024 x 1024 matrices", Kind.ARRAYS);

    /** What one timed call covers. */
    public enum Kind {
        /** Forward, backward, update, and the loss read back. */
        TRAINING,
        /** A run, and the output "logits" copied into an array. */
        INFERENCE,
        /** A run; the outputs stay where they are. */
        ARRAYS
    }

    private final String title;
    private final String description;
    private final Kind kind;

    Workload(String title, String description, Kind kind) {
        this.title = title;
        this.description = description;
        this.kind = kind;
    }

    /** The workload that goes by this name, such as {@code Fg}. */
    public static Optional<Workload> named(String name) {
        return Arrays.stream(values()).filter(w -> w.title.equals(name)).findFirst();
    }

    /** Its name in SPEC.md and on command lines. */
    public String title() {
        return title;
    }

    /** One line for people. */
    public String description() {
        return description;
    }

    public Kind kind() {
        return kind;
    }

    /** The graph that is timed, in f32. */
    public Task task() {
        return task(DType.F32, Detail.LOSS);
    }

    /**
     * The graph with its values.
     *
     * @param dtype of every float; the f64 twin starts from the same numbers
     * @param detail of a training graph; any other has one form
     */
    public Task task(DType dtype, Detail detail) {
        return switch (this) {
            case A -> Mlp.training(dtype, 64, new Sgd(0.1), detail);
            case B -> Mlp.training(dtype, 256, new Adam(1e-3), detail);
            case C1 -> Mlp.inference(dtype, 1);
            case C64 -> Mlp.inference(dtype, 64);
            case D -> Cnn.training(dtype, 32, new Sgd(0.01), detail);
            case D1 -> Cnn.inference(dtype, 1);
            case D32 -> Cnn.inference(dtype, 32);
            case E -> Transformer.training(dtype, 8, new Adam(1e-3), detail);
            case E1 -> Transformer.inference(dtype, 1);
            case E8 -> Transformer.inference(dtype, 8);
            case F -> Formulas.chain(dtype, false);
            case FG -> Formulas.chain(dtype, true);
            case H512 -> Formulas.product(dtype, 512);
            case H1024 -> Formulas.product(dtype, 1024);
        };
    }
}
