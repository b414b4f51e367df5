package bytegrad.cli;

import bytegrad.runtime.io.Idx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Data sets small enough for a test: noise with a bright band where the class says. */
final class TinyData {
    static final int HEIGHT = 8;
    static final int WIDTH = 6;
    static final int CLASSES = 3;
    static final int TRAINING = 90;
    static final int TEST = 37;

    private TinyData() {}

    /** Makes a folder of the four files, two of them gzipped. */
    static Path in(Path folder) throws IOException {
        Files.createDirectories(folder);
        images(TRAINING).write(folder.resolve("train-images-idx3-ubyte"));
        labels(TRAINING).writeGzip(folder.resolve("train-labels-idx1-ubyte.gz"));
        images(TEST).writeGzip(folder.resolve("t10k-images-idx3-ubyte.gz"));
        labels(TEST).write(folder.resolve("t10k-labels-idx1-ubyte"));
        return folder;
    }

    static Idx images(int count) {
        Random random = new Random(count);
        byte[] pixels = new byte[count * HEIGHT * WIDTH];
        for (int i = 0; i < pixels.length; i++) {
            int row = i / WIDTH % HEIGHT;
            int image = i / (WIDTH * HEIGHT);
            boolean band = row / 3 == label(image);
            pixels[i] = (byte) (random.nextInt(120) + (band ? 110 : 0));
        }
        return Idx.ofUnsignedBytes(pixels, count, HEIGHT, WIDTH);
    }

    static Idx labels(int count) {
        byte[] labels = new byte[count];
        for (int i = 0; i < count; i++) {
            labels[i] = (byte) label(i);
        }
        return Idx.ofUnsignedBytes(labels, count);
    }

    static int label(int image) {
        return image * 7 % CLASSES;
    }
}
