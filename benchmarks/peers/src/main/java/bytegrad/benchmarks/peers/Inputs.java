package bytegrad.benchmarks.peers;

import bytegrad.cli.workload.Fill;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.ir.DType;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import bytegrad.runtime.Tensor;
import java.util.List;

/**
 * The numbers of a workload, as our own graph takes them: pictures with channels last, kernels [height, width, in, out], dense weights [in, out].
 */
final class Inputs {
    private static final int LENGTH = 64;

    private final Task task;

    Inputs(Workload workload) {
        task = workload.task();
    }

    Tensor tensor(String name) {
        return task.fill(name).tensor(type(name));
    }

    private TensorType type(String name) {
        return task.graph().input(name).orElseThrow(() -> new IllegalStateException("no input " + name)).type();
    }

    float[] floats(String name) {
        return tensor(name).floats();
    }

    long[] shape(String name) {
        return longs(tensor(name).shape());
    }

    /** A batch of labels, characters or targets. */
    int[] ints(String name) {
        return tensor(name).ints();
    }

    /** The first extent of what goes in. */
    int batch() {
        return type(task.graph().input("id").isPresent() ? "id" : "x").shape().dim(0);
    }

    /** Another layout: the axes of a tensor seen in a shape, in this order; row-major. */
    float[] moved(String name, List<Integer> seenAs, List<Integer> axes) {
        Shape from = Shape.of(seenAs.stream().mapToInt(Integer::intValue).toArray());
        int[] to = axes.stream().mapToInt(from::dim).toArray();
        return new Fill.Moved(task.fill(name), from, axes).tensor(TensorType.of(DType.F32, to)).floats();
    }

    /** A dense weight as [out, in]. */
    float[] transposed(String name) {
        int[] shape = tensor(name).shape();
        return moved(name, List.of(shape[0], shape[1]), List.of(1, 0));
    }

    /** A kernel as [out, in, height, width]. */
    float[] outerKernel(String name) {
        int[] s = tensor(name).shape();
        return moved(name, List.of(s[0], s[1], s[2], s[3]), List.of(3, 2, 0, 1));
    }

    /** The first dense layer behind the convolutions, its rows by channel, height, width. */
    List<Integer> rowsByChannel() {
        return List.of(12, 12, 64, 128);
    }

    /** −∞ above the diagonal, which is not to be looked at. */
    static float[] causalMask() {
        float[] mask = new float[LENGTH * LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            for (int j = i + 1; j < LENGTH; j++) {
                mask[i * LENGTH + j] = Float.NEGATIVE_INFINITY;
            }
        }
        return mask;
    }

    static long[] longs(int[] values) {
        long[] r = new long[values.length];
        for (int i = 0; i < r.length; i++) {
            r[i] = values[i];
        }
        return r;
    }
}
