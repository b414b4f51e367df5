package bytegrad.runtime.io;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * The checksum of a safetensors file, which stands in its own metadata: the CRC-32 of all bytes of the file with eight zeros in its place, as eight hexadecimal
 * digits. Other programs read such a file like any other.
 */
final class HeaderChecksum {
    /** Its name in the metadata. */
    static final String KEY = "bytegrad.crc32";

    static final String ZEROS = "00000000";

    /** What it follows in a header without spaces. No string of a JSON text can hold this: its quotes would be escaped. */
    private static final byte[] BEFORE = ("\"" + KEY + "\":\"").getBytes(StandardCharsets.US_ASCII);

    private HeaderChecksum() {}

    /** Where its digits begin in a header; −1 where it has none. No lambdas: a model's jar is on its way to a first result. */
    private static int place(byte[] header) {
        for (int i = 0; i + BEFORE.length + ZEROS.length() <= header.length; i++) {
            if (header[i] == BEFORE[0] && Arrays.equals(header, i, i + BEFORE.length, BEFORE, 0, BEFORE.length)) {
                return i + BEFORE.length;
            }
        }
        return -1;
    }

    /** Writes it into a header that has a place for it. */
    static void put(byte[] header, CRC32 crc) {
        byte[] digits = text(crc).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, header, place(header), digits.length);
    }

    /** Adds a header to a checksum, with zeros for the digits. */
    static void update(CRC32 crc, byte[] header) {
        byte[] masked = header.clone();
        int at = place(masked);
        if (at >= 0) {
            Arrays.fill(masked, at, at + ZEROS.length(), (byte) '0');
        }
        crc.update(masked);
    }

    static String text(CRC32 crc) {
        String digits = Long.toHexString(crc.getValue());
        return ZEROS.substring(digits.length()) + digits;
    }
}
