package bytegrad.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bytes as people write them: {@code 64MB}, {@code 1.5 GiB}, {@code 4096}. Units are of any case; KB is 1,000 bytes, KiB 1,024. */
final class MemorySize implements ITypeConverter<Long> {
    static final String UNITS = "B, KB, MB, GB, KiB, MiB or GiB";
    /** A pebibyte: more than any session can have. */
    private static final long MOST = 1L << 50;
    private static final Pattern FORM = Pattern.compile("([+-]?)([0-9]{1,20}(?:\\.[0-9]{1,9})?) ?([A-Za-z]*)");
    private static final Map<String, Long> BYTES = Map.of(
            "", 1L, "b", 1L, "kb", 1_000L, "mb", 1_000_000L, "gb", 1_000_000_000L, "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30);

    @Override
    public Long convert(String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches()) {
            throw refuse(text, "is no size: write a number of bytes, or one with a unit, " + UNITS + ", such as 64MB");
        }
        Long unit = BYTES.get(m.group(3).toLowerCase(Locale.ROOT));
        if (unit == null) {
            throw refuse(text, "has no unit that is known; there are " + UNITS);
        }
        BigDecimal bytes = new BigDecimal(m.group(2)).multiply(BigDecimal.valueOf(unit));
        boolean negative = m.group(1).equals("-") && bytes.signum() > 0;
        // What is less than a byte is left off, so that a budget is never more than what was written.
        if (negative || bytes.compareTo(BigDecimal.ONE) < 0) {
            throw refuse(text, "is too little: it must be at least a byte");
        }
        if (bytes.compareTo(BigDecimal.valueOf(MOST)) > 0) {
            throw refuse(text, "is more than any session can have: it must be at most 2^50 bytes");
        }
        return bytes.setScale(0, RoundingMode.FLOOR).longValueExact();
    }

    private static TypeConversionException refuse(String text, String why) {
        return new TypeConversionException("'" + text + "' " + why);
    }
}
