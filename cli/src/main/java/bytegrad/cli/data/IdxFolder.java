package bytegrad.cli.data;

import bytegrad.runtime.io.Idx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A folder of the four files of the MNIST family: {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, and the same
 * for {@code t10k}, plain or with {@code .gz}; and, if there, {@code labels.txt} with a class name per line.
 */
public final class IdxFolder {
    /** A class index is a byte. */
    private static final int MOST_CLASSES = 256;

    private static final int LONGEST_NAMES = 1 << 16;

    private IdxFolder() {}

    /**
     * Reads a data set.
     *
     * @throws InputError where files are missing or do not fit each other
     * @throws bytegrad.runtime.FormatException where a file is no idx, or not what its header says
     */
    public static DataSet read(Path folder) {
        Images training = images(folder, "train");
        Images test = images(folder, "t10k");
        if (training.height() != test.height() || training.width() != test.width()) {
            throw new InputError(folder + ": training images are " + training.height() + " x " + training.width() + " but test images are "
                    + test.height() + " x " + test.width());
        }
        return DataSet.of(folder, training, test, classes(folder, training, test));
    }

    private static List<String> names(String part) {
        return List.of(part + "-images-idx3-ubyte", part + "-labels-idx1-ubyte");
    }

    private static Images images(Path folder, String part) {
        Path imagesFile = find(folder, names(part).get(0));
        Path labelsFile = find(folder, names(part).get(1));
        Idx images = bytes(imagesFile, 3, "images");
        Idx labels = bytes(labelsFile, 1, "labels");
        int[] dims = images.dims();
        if (dims[0] != labels.dims()[0]) {
            throw new InputError(labelsFile + ": " + labels.dims()[0] + " labels, but " + imagesFile.getFileName() + " has " + dims[0] + " images");
        }
        if (images.size() == 0) {
            throw new InputError(imagesFile + ": no images (its extents are " + Arrays.toString(dims) + ")");
        }
        return new Images(images.unsignedBytes(), labels.unsignedBytes(), dims[1], dims[2]);
    }

    private static Idx bytes(Path file, int rank, String what) {
        Idx idx = Idx.read(file);
        if (idx.rank() != rank || !idx.isUnsignedBytes()) {
            String type = idx.isUnsignedBytes() ? "unsigned bytes" : idx.tensor().type().text();
            throw new InputError(file + ": " + what + " must be unsigned bytes of rank " + rank + ", not " + type + " of rank " + idx.rank());
        }
        return idx;
    }

    private static Path find(Path folder, String name) {
        for (String candidate : List.of(name, name + ".gz", name.replace("-idx", ".idx"), name.replace("-idx", ".idx") + ".gz")) {
            Path file = folder.resolve(candidate);
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new InputError(folder + ": has no " + name + " or " + name + ".gz");
    }

    private static List<String> classes(Path folder, Images training, Images test) {
        int count = 1 + IntStream.range(0, training.count()).map(training::label).max().orElse(0);
        Path file = folder.resolve("labels.txt");
        List<String> names = new ArrayList<>();
        if (Files.exists(file)) {
            names.addAll(lines(file));
            check(training, "training", names.size(), file + " names " + names.size() + " classes");
        } else {
            for (int i = 0; i < count; i++) {
                names.add(Integer.toString(i));
            }
        }
        check(test, "test", names.size(), "there are " + names.size() + " classes");
        if (names.size() < 2) {
            throw new InputError(folder + ": all images are of one class, so there is nothing to tell apart");
        }
        return names;
    }

    private static void check(Images images, String what, int classes, String known) {
        for (int i = 0; i < images.count(); i++) {
            if (images.label(i) >= classes) {
                throw new InputError(what + " image " + i + " has label " + images.label(i) + ", out of range: " + known + ", counted from 0");
            }
        }
    }

    private static List<String> lines(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST_NAMES) {
                throw new InputError(file + ": not a text of at most " + LONGEST_NAMES + " bytes");
            }
            List<String> lines = Files.readString(file, StandardCharsets.UTF_8).lines().map(String::strip).filter(s -> !s.isEmpty()).toList();
            if (lines.size() > MOST_CLASSES) {
                throw new InputError(file + ": " + lines.size() + " names, but a label is a byte");
            }
            return lines;
        } catch (IOException e) {
            throw new InputError(file + ": cannot be read as UTF-8 text", e);
        }
    }
}
