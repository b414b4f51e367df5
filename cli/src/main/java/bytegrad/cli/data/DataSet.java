package bytegrad.cli.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Images to train on and images to test on, of one size.
 *
 * @param folder where they are
 * @param names one per class, in order
 * @param checksum tells data sets from each other; a training is not resumed on other data
 */
public record DataSet(Path folder, Images training, Images test, List<String> names, String checksum) {
    /** Copies the names. */
    public DataSet {
        names = List.copyOf(names);
    }

    /**
     * Reads a folder: one of images if it has the folders {@code train} and {@code test}, else one of idx files.
     *
     * @throws InputError where files are missing or do not fit each other
     * @throws bytegrad.runtime.FormatException where a file is no idx, or not what its header says
     */
    public static DataSet read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputError(folder + ": no such folder; it should hold train-images-idx3-ubyte, train-labels-idx1-ubyte and the same for t10k, or each with .gz; or "
                    + "the folders train and test, with a folder of image files for each class");
        }
        return ImageFolder.is(folder) ? ImageFolder.read(folder) : IdxFolder.read(folder);
    }

    static DataSet of(Path folder, Images training, Images test, List<String> names) {
        CRC32 crc = new CRC32();
        training.addTo(crc);
        test.addTo(crc);
        return new DataSet(folder, training, test, names, String.format("%08x", crc.getValue()));
    }

    /** The number of classes. */
    public int classes() {
        return names.size();
    }

    /** The number of pixels of an image. */
    public int pixels() {
        return training.size();
    }

    /** One line for people. */
    public String text() {
        return String.format(Locale.ROOT, "%,d training and %,d test images of %d x %d, %d classes, from %s",
                training.count(), test.count(), training.height(), training.width(), classes(), folder);
    }
}
