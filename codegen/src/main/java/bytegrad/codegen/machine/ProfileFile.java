package bytegrad.codegen.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A machine profile as lines of {@code key=value}, each key once; empty lines and those that begin with # are skipped. */
final class ProfileFile {
    private static final int MOST_BYTES = 1 << 14;
    private static final int LONGEST_SHOWN = 40;
    private static final List<String> KEYS = List.of("name", "vector.bits", "fma.gflops", "l2.bytes", "l3.gbs", "launch.nanos");

    private final Path file;
    private final Map<String, String> values = new LinkedHashMap<>();

    private ProfileFile(Path file) {
        this.file = file;
    }

    static MachineProfile read(Path file) {
        ProfileFile f = new ProfileFile(file);
        f.lines(f.contents());
        String name = f.text("name");
        int vectorBits = (int) Math.min(f.whole("vector.bits"), Integer.MAX_VALUE);
        double gflops = f.number("fma.gflops");
        long l2Bytes = f.whole("l2.bytes");
        double l3Gigabytes = f.number("l3.gbs");
        long launchNanos = f.whole("launch.nanos");
        try {
            return new MachineProfile(name, vectorBits, gflops, l2Bytes, l3Gigabytes, launchNanos);
        } catch (MachineProfileException e) {
            throw f.wrong(String.valueOf(e.getMessage()));
        }
    }

    private MachineProfileException wrong(String why) {
        return new MachineProfileException(file + ": " + why);
    }

    private String contents() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw wrong("a machine profile has at most " + MOST_BYTES + " bytes");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw wrong("cannot be read (" + e + ")");
        }
    }

    private void lines(String text) {
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int equals = line.indexOf('=');
            String key = equals < 0 ? line : line.substring(0, equals).strip();
            if (equals < 0) {
                throw wrong("line " + number + " is no key=value: " + shown(line));
            }
            if (!KEYS.contains(key)) {
                throw wrong("line " + number + " has the unknown key " + shown(key) + "; keys are " + String.join(", ", KEYS));
            }
            if (values.put(key, line.substring(equals + 1).strip()) != null) {
                throw wrong("line " + number + " has " + key + " again");
            }
        }
    }

    private static String shown(String text) {
        String printable = text.replaceAll("\\P{Print}", "?");
        return printable.length() <= LONGEST_SHOWN ? printable : printable.substring(0, LONGEST_SHOWN) + "…";
    }

    private String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw wrong("has no " + key);
        }
        return value;
    }

    private double number(String key) {
        String word = text(key);
        // No NaN, no infinities, and no hexadecimal or suffixed forms.
        if (!word.matches("[0-9]{1,12}(\\.[0-9]{1,12})?")) {
            throw wrong(key + " is " + shown(word) + ", but must be a number of digits, such as 40 or 12.5");
        }
        return Double.parseDouble(word);
    }

    private long whole(String key) {
        String word = text(key);
        if (!word.matches("[0-9]{1,10}")) {
            throw wrong(key + " is " + shown(word) + ", but must be a whole number of at most 10 digits");
        }
        return Long.parseLong(word);
    }
}
