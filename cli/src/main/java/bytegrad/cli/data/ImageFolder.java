package bytegrad.cli.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A folder with the folders {@code train} and {@code test}, each of which has a folder of image files for each class, all of one size. Images are made grey. */
final class ImageFolder {
    private static final int MOST_CLASSES = 256;
    private static final int MOST_BYTES = 1 << 30;

    private ImageFolder() {}

    static boolean is(Path folder) {
        return Files.isDirectory(folder.resolve("train")) && Files.isDirectory(folder.resolve("test"));
    }

    /** Reads a data set; throws InputError where classes or sizes do not fit each other, or a file is no image. */
    static DataSet read(Path folder) {
        List<String> classes = entries(folder.resolve("train")).stream().filter(Files::isDirectory).map(f -> f.getFileName().toString()).toList();
        if (classes.size() < 2 || classes.size() > MOST_CLASSES) {
            throw new InputError(folder.resolve("train") + ": has folders for " + classes.size() + " classes, but there must be 2 to " + MOST_CLASSES);
        }
        TreeSet<String> unknown = new TreeSet<>(entries(folder.resolve("test")).stream().filter(Files::isDirectory).map(f -> f.getFileName().toString()).toList());
        classes.forEach(unknown::remove);
        if (!unknown.isEmpty()) {
            throw new InputError(folder.resolve("test") + ": has the classes " + unknown + ", of which train has none");
        }
        Images training = images(folder.resolve("train"), classes);
        Images test = images(folder.resolve("test"), classes);
        if (training.height() != test.height() || training.width() != test.width()) {
            throw new InputError(folder + ": training images are " + training.height() + " x " + training.width() + " but test images are " + test.height() + " x "
                    + test.width());
        }
        return DataSet.of(folder, training, test, classes);
    }

    private static Images images(Path part, List<String> classes) {
        ByteArrayOutputStream pixels = new ByteArrayOutputStream();
        ByteArrayOutputStream labels = new ByteArrayOutputStream();
        int height = 0;
        int width = 0;
        for (int label = 0; label < classes.size(); label++) {
            Path folder = part.resolve(classes.get(label));
            for (Path file : Files.isDirectory(folder) ? entries(folder) : List.<Path>of()) {
                Picture.Grey grey = Picture.grey(file);
                if (labels.size() == 0) {
                    height = grey.height();
                    width = grey.width();
                } else if (grey.height() != height || grey.width() != width) {
                    throw new InputError(file + ": is " + grey.height() + " x " + grey.width() + ", but the images before it are " + height + " x " + width
                            + "; all must be of one size");
                }
                if (grey.pixels().length > MOST_BYTES - pixels.size()) {
                    throw new InputError(part + ": more than " + MOST_BYTES + " pixels in all");
                }
                pixels.writeBytes(grey.pixels());
                labels.write(label);
            }
        }
        if (labels.size() == 0) {
            throw new InputError(part + ": has no image in the folders of its classes");
        }
        return new Images(pixels.toByteArray(), labels.toByteArray(), height, width);
    }

    /** In the order of their names, hidden ones left out. */
    private static List<Path> entries(Path folder) {
        try (Stream<Path> list = Files.list(folder)) {
            return new ArrayList<>(list.filter(f -> !f.getFileName().toString().startsWith(".")).sorted().toList());
        } catch (IOException e) {
            throw new InputError(folder + ": cannot be read", e);
        }
    }
}
