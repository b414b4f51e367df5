package bytegrad.cli.picture;

import bytegrad.cli.data.Images;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** The first test images with their predicted classes; wrong ones in a red frame, with the right class below. */
public final class PredictionSheet {
    private static final int COLUMNS = 10;
    private static final int ROWS = 6;
    /** Side of the square an image is drawn in. */
    private static final int SIDE = 84;

    private static final int GAP = 12;
    private static final int TEXT = 32;
    private static final int HEADER = 34;
    private static final int BASELINE = 13;
    private static final Color WRONG = new Color(0xB2182B);
    private static final Color RIGHT = new Color(0x1A1A1A);

    private PredictionSheet() {}

    /**
     * Draws a PNG.
     *
     * @param predicted a class per image
     * @param names one per class
     */
    public static byte[] png(Images images, int[] predicted, List<String> names) {
        int shown = Math.min(images.count(), COLUMNS * ROWS);
        int rows = (shown + COLUMNS - 1) / COLUMNS;
        BufferedImage sheet = new BufferedImage(
                GAP + COLUMNS * (SIDE + GAP), HEADER + rows * (SIDE + TEXT + GAP), BufferedImage.TYPE_INT_RGB);
        Graphics2D g = sheet.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        int wrong = 0;
        for (int i = 0; i < shown; i++) {
            int x = GAP + i % COLUMNS * (SIDE + GAP);
            int y = HEADER + i / COLUMNS * (SIDE + TEXT + GAP);
            draw(g, images, i, x, y);
            boolean right = predicted[i] == images.label(i);
            wrong += right ? 0 : 1;
            caption(g, x, y, names.get(predicted[i]), right ? "" : "is " + names.get(images.label(i)));
        }
        g.setColor(RIGHT);
        g.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
        g.drawString("First " + shown + " test images and what was made of them: " + wrong + " wrong, in red", GAP, 22);
        g.dispose();
        return Png.of(sheet);
    }

    private static void draw(Graphics2D g, Images images, int image, int x, int y) {
        BufferedImage picture = new BufferedImage(images.width(), images.height(), BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < images.height(); row++) {
            for (int column = 0; column < images.width(); column++) {
                picture.setRGB(column, row, images.pixel(image, row, column) * 0x010101);
            }
        }
        double scale = (double) SIDE / Math.max(images.width(), images.height());
        int w = Math.max(1, (int) (images.width() * scale));
        int h = Math.max(1, (int) (images.height() * scale));
        g.setColor(Color.BLACK);
        g.fillRect(x, y, SIDE, SIDE);
        g.drawImage(picture, x + (SIDE - w) / 2, y + (SIDE - h) / 2, w, h, null);
    }

    /** The prediction, and what it should have been where that is not empty. */
    private static void caption(Graphics2D g, int x, int y, String prediction, String truth) {
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
        g.setColor(truth.isEmpty() ? RIGHT : WRONG);
        g.drawString(fit(g.getFontMetrics(), prediction), x, y + SIDE + BASELINE);
        if (!truth.isEmpty()) {
            g.drawString(fit(g.getFontMetrics(), truth), x, y + SIDE + 2 * BASELINE);
            g.setStroke(new BasicStroke(3));
            g.drawRect(x - 2, y - 2, SIDE + 3, SIDE + 3);
        }
    }

    /** As much of a text as the cell is wide. */
    private static String fit(FontMetrics metrics, String text) {
        String fitting = text;
        while (fitting.length() > 1 && metrics.stringWidth(fitting) > SIDE + GAP - 2) {
            fitting = fitting.substring(0, fitting.length() - 1);
        }
        return fitting.equals(text) ? text : fitting.substring(0, fitting.length() - 1) + "…";
    }
}
