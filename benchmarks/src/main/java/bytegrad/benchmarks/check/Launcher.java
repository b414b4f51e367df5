package bytegrad.benchmarks.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs {@code ./bytegrad} and other commands, as a user would. */
final class Launcher {
    private static final Pattern ACCURACY = Pattern.compile("(?m)^test accuracy: (0\\.\\d+|1\\.0+)");

    private Launcher() {}

    /** Trains in a tree; the test accuracy it prints at its end. */
    static double train(Path tree, Path out, List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(tree.resolve("bytegrad").toString(), "train", "--out", out.toString()));
        command.addAll(options);
        String text = run(tree, command);
        Matcher m = ACCURACY.matcher(text);
        if (!m.find()) {
            throw new IllegalStateException("no line 'test accuracy:' from " + command + ":\n" + text);
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
