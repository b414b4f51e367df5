package bytegrad.benchmarks.results;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What is measured: which classes, and how the JVM is told to run them. */
final class Code {
    /** Facts that figures do not depend on. */
    static final Set<String> MAY_CHANGE = Set.of("commit", "begun", "memory");

    private static final List<String> MODULES = List.of("runtime", "ir", "autodiff", "codegen", "cli");
    private static final int DIGITS = 12;

    private Code() {}

    /** In the order to print them. */
    static Map<String, String> facts(Path root) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("begun", LocalDate.now(ZoneId.systemDefault()).toString());
        facts.put("commit", commit(root));
        facts.put("classes", digest(root));
        // The processes have the flags that this one has: both come from java25.sh. An archive of classes is there or not yet.
        facts.put("flags", String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(a -> a.startsWith("-X"))
                .filter(a -> !a.startsWith("-Xlog") && !a.startsWith("-Xshare:auto") && !a.startsWith("-XX:SharedArchiveFile="))
                .toList()));
        return facts;
    }

    private static String commit(Path root) {
        try {
            Process git = new ProcessBuilder("git", "-C", root.toString(), "describe", "--always", "--dirty").redirectErrorStream(true).start();
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? text : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The first digits of a hash over all class files, names included. */
    private static String digest(Path root) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            for (String module : MODULES) {
                Path folder = root.resolve(module).resolve("target/classes");
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path f : files.filter(p -> p.toString().endsWith(".class")).sorted().toList()) {
                        sha.update(folder.relativize(f).toString().getBytes(StandardCharsets.UTF_8));
                        sha.update(Files.readAllBytes(f));
                    }
                }
            }
            return HexFormat.of().formatHex(sha.digest()).substring(0, DIGITS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
