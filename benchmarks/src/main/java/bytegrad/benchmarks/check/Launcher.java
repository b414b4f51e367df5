package bytegrad.benchmarks.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs {@code ./bytegrad} and other commands, as a user would. */
final class Launcher {
    private static final Pattern ACCURACY = Pattern.compile("(?m)^test accuracy: (0\\.\\d+|1\\.0+)");

    private Launcher() {}

    /** Trains in a tree; the test accuracy it prints at its end. */
    static double train(Path tree, Path out, List<String> options) throws IOException {
        return figure(ACCURACY, bytegrad(tree, Stream.concat(Stream.of("train", "--out", out.toString()), options.stream()).toList()));
    }

    /** What `./bytegrad` prints. */
    static String bytegrad(Path tree, List<String> words) throws IOException {
        List<String> command = new ArrayList<>(List.of(tree.resolve("bytegrad").toString()));
        command.addAll(words);
        return run(tree, command);
    }

    /** The number that a pattern's group finds in a text. */
    static double figure(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        if (!m.find()) {
            throw new IllegalStateException("no line " + pattern + " in:\n" + text);
        }
        return Double.parseDouble(m.group(1));
    }

    /** What a command prints on both streams; throws IllegalStateException where it fails. */
    static String run(Path folder, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null"))).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            int code = process.waitFor();
            if (code != 0) {
                throw new IllegalStateException(command + " exited with " + code + ":\n" + text);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
        return text;
    }
}
