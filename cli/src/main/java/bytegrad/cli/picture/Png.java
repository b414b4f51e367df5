package bytegrad.cli.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Images as the bytes of a PNG file. */
final class Png {
    private Png() {}

    static byte[] of(BufferedImage image) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            if (!ImageIO.write(image, "png", bytes)) {
                throw new IllegalStateException("this Java writes no PNG");
            }
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("a PNG in memory", e);
        }
    }
}
