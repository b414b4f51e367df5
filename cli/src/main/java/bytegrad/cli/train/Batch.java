package bytegrad.cli.train;

import bytegrad.cli.data.Images;
import bytegrad.runtime.Tensor;

/** The arrays that carry one batch into a runner, filled again for each. */
final class Batch {
    private final Images images;
    private final float[] pixels;
    private final int[] labels;
    private final Tensor x;
    private final Tensor label;

    Batch(Images images, int size) {
        this.images = images;
        pixels = new float[size * images.size()];
        labels = new int[size];
        x = Tensor.of(pixels, size, images.size());
        label = Tensor.of(labels, size);
    }

    /** Sets images and labels: the batch of this number, of images in this order. */
    void training(Runner runner, int[] order, int number) {
        for (int row = 0; row < labels.length; row++) {
            int image = order[number * labels.length + row];
            images.copyTo(image, pixels, row);
            labels[row] = images.label(image);
        }
        runner.set(Network.IMAGES, x);
        runner.set(Network.LABELS, label);
    }

    /** Sets images alone, from {@code first} on; past the last one rows keep older images, whose results do not count. */
    int prediction(Runner runner, int first) {
        int count = Math.min(labels.length, images.count() - first);
        for (int row = 0; row < count; row++) {
            images.copyTo(first + row, pixels, row);
        }
        runner.set(Network.IMAGES, x);
        return count;
    }
}
