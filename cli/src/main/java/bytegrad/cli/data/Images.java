package bytegrad.cli.data;

import java.util.zip.CRC32;

/** Grey images of one size with a class each. Bytes stay bytes: as floats they would take four times the memory. */
public final class Images {
    /** 0 to 255 as 0 to 1, each rounded once. */
    private static final float[] LEVELS = new float[256];

    static {
        for (int i = 0; i < LEVELS.length; i++) {
            LEVELS[i] = (float) (i / 255.0);
        }
    }

    private final byte[] pixels;
    private final byte[] labels;
    private final int height;
    private final int width;

    /**
     * Wraps arrays, which are not written again.
     *
     * @param pixels one unsigned byte each, image by image and row by row
     * @param labels one unsigned byte per image
     */
    Images(byte[] pixels, byte[] labels, int height, int width) {
        this.pixels = pixels;
        this.labels = labels;
        this.height = height;
        this.width = width;
    }

    /** The number of images. */
    public int count() {
        return labels.length;
    }

    /** Rows of pixels. */
    public int height() {
        return height;
    }

    /** Pixels of a row. */
    public int width() {
        return width;
    }

    /** Pixels of an image. */
    public int size() {
        return height * width;
    }

    /** The class of an image. */
    public int label(int image) {
        return labels[image] & 0xff;
    }

    /** A pixel's brightness, 0 to 255. */
    public int pixel(int image, int row, int column) {
        return pixels[(image * height + row) * width + column] & 0xff;
    }

    /** Writes an image as one row of a matrix, its pixels as 0 to 1. */
    public void copyTo(int image, float[] matrix, int row) {
        int size = size();
        int from = image * size;
        int to = row * size;
        for (int i = 0; i < size; i++) {
            matrix[to + i] = LEVELS[pixels[from + i] & 0xff];
        }
    }

    /** A checksum of everything, to tell one data set from another. */
    void addTo(CRC32 checksum) {
        checksum.update(pixels);
        checksum.update(labels);
    }
}
