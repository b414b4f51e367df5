package bytegrad.codegen.jar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A jar's manifest: the main section alone. */
public final class ManifestText {
    /** Bytes of a line, its end not counted. */
    private static final int LINE = 72;

    private ManifestText() {}

    /** The bytes; attributes in the order of the map, the version in front. Lines are cut between characters. */
    public static byte[] bytes(Map<String, String> attributes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        line(out, "Manifest-Version: 1.0");
        attributes.forEach((key, value) -> line(out, key + ": " + value));
        line(out, "");
        return out.toByteArray();
    }

    private static void line(ByteArrayOutputStream out, String text) {
        int[] used = {0};
        text.codePoints().forEach(c -> {
            byte[] utf8 = Character.toString(c).getBytes(StandardCharsets.UTF_8);
            if (used[0] + utf8.length > LINE) {
                out.writeBytes(new byte[] {'\r', '\n', ' '});
                used[0] = 1;
            }
            out.writeBytes(utf8);
            used[0] += utf8.length;
        });
        out.writeBytes(new byte[] {'\r', '\n'});
    }
}
