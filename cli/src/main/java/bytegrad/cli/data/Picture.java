package bytegrad.cli.data;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/** One grey picture of a model's size, its pixels from 0 to 1, light on dark as in MNIST. */
public final class Picture {
    /** A header may declare a picture far larger than its file. */
    private static final long MOST_PIXELS = 64L << 20;

    private final float[] pixels;
    private final boolean inverted;

    private Picture(float[] pixels, boolean inverted) {
        this.pixels = pixels;
        this.inverted = inverted;
    }

    /**
     * Reads an image file in any format that Java reads, as grey (Rec. 601 luma over black), scaled to fit and centred.
     *
     * @param invert whether light and dark are swapped; null to swap them where most of the picture's rim is light, as on paper
     * @throws InputError if it cannot be read
     */
    public static Picture read(Path file, int height, int width, @Nullable Boolean invert) {
        BufferedImage image = image(file);
        float[] grey = grey(image);
        boolean swap = invert == null ? lightRim(grey, image.getHeight(), image.getWidth()) : invert;
        if (swap) {
            for (int i = 0; i < grey.length; i++) {
                grey[i] = 1 - grey[i];
            }
        }
        return new Picture(fit(grey, image.getHeight(), image.getWidth(), height, width), swap);
    }

    /** A file's own pixels, grey, one unsigned byte each, row by row. */
    record Grey(byte[] pixels, int height, int width) {}

    /**
     * Reads a file in its own size.
     *
     * @throws InputError as {@link #read}
     */
    static Grey grey(Path file) {
        BufferedImage image = image(file);
        float[] grey = grey(image);
        byte[] bytes = new byte[grey.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Math.round(grey[i] * 255);
        }
        return new Grey(bytes, image.getHeight(), image.getWidth());
    }

    private static BufferedImage image(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new InputError(path + ": " + (Files.exists(path) ? "is not a file" : "no such file"));
        }
        File file = path.toFile();
        try (ImageInputStream in = ImageIO.createImageInputStream(file)) {
            Iterator<ImageReader> readers = in == null ? java.util.Collections.emptyIterator() : ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new InputError(path + ": is no image in a format that Java reads (" + formats() + ")");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in);
                long size = (long) reader.getWidth(0) * reader.getHeight(0);
                if (size > MOST_PIXELS) {
                    throw new InputError(path + ": has " + size + " pixels, over the limit of " + MOST_PIXELS);
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // The readers of the JDK let some of their own mistakes out on damaged files.
            throw new InputError(path + ": is a damaged image: " + e.getMessage(), e);
        }
    }

    private static String formats() {
        return String.join(", ", Arrays.stream(ImageIO.getReaderFileSuffixes()).sorted().toList());
    }

    private static float[] grey(BufferedImage image) {
        int h = image.getHeight();
        int w = image.getWidth();
        float[] grey = new float[h * w];
        if (image.getType() == BufferedImage.TYPE_BYTE_GRAY) {
            // By its bytes: getRGB would apply the grey colour space's gamma.
            int[] row = new int[w];
            for (int y = 0; y < h; y++) {
                image.getRaster().getSamples(0, y, w, 1, 0, row);
                for (int x = 0; x < w; x++) {
                    grey[y * w + x] = (float) (row[x] / 255.0);
                }
            }
            return grey;
        }
        BufferedImage rgb = new BufferedImage(w, h, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = rgb.createGraphics();
        g.drawImage(image, 0, 0, null);
        g.dispose();
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int c = rgb.getRGB(x, y);
                grey[y * w + x] = (float) ((0.299 * (c >> 16 & 0xff) + 0.587 * (c >> 8 & 0xff) + 0.114 * (c & 0xff)) / 255);
            }
        }
        return grey;
    }

    private static boolean lightRim(float[] grey, int h, int w) {
        int light = 0;
        int rim = 0;
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                if (y == 0 || x == 0 || y == h - 1 || x == w - 1) {
                    rim++;
                    light += grey[y * w + x] > 0.5 ? 1 : 0;
                }
            }
        }
        return 2 * light > rim;
    }

    /** Scales with its proportions kept, each pixel the mean of the area it covers; what stays free is 0. */
    private static float[] fit(float[] from, int fromHeight, int fromWidth, int height, int width) {
        if (fromHeight == height && fromWidth == width) {
            return from;
        }
        float[] to = new float[height * width];
        double scale = Math.min((double) height / fromHeight, (double) width / fromWidth);
        int h = Math.max(1, (int) Math.round(fromHeight * scale));
        int w = Math.max(1, (int) Math.round(fromWidth * scale));
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                double mean = mean(from, fromWidth,
                        (double) y * fromHeight / h, (y + 1.0) * fromHeight / h, (double) x * fromWidth / w, (x + 1.0) * fromWidth / w);
                to[(y + (height - h) / 2) * width + x + (width - w) / 2] = (float) mean;
            }
        }
        return to;
    }

    private static double mean(float[] from, int width, double top, double bottom, double left, double right) {
        double sum = 0;
        int height = from.length / width;
        for (int y = (int) top; y < Math.min(height, Math.ceil(bottom)); y++) {
            double rows = Math.min(bottom, y + 1.0) - Math.max(top, y);
            for (int x = (int) left; x < Math.min(width, Math.ceil(right)); x++) {
                sum += rows * (Math.min(right, x + 1.0) - Math.max(left, x)) * from[y * width + x];
            }
        }
        return sum / ((bottom - top) * (right - left));
    }

    /** Whether light and dark were swapped. */
    public boolean inverted() {
        return inverted;
    }

    /** Writes the pixels as the first row of a matrix. */
    public void copyTo(float[] matrix) {
        System.arraycopy(pixels, 0, matrix, 0, pixels.length);
    }
}
