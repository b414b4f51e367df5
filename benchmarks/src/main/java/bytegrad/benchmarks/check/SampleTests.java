package bytegrad.benchmarks.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Every kind and scalar function in the tests that hold for all samples, with all counts: the three executors, every number of lanes, one to
 * four threads, values and derivatives of both orders compiled, and the derivatives against finite differences.
 */
final class SampleTests {
    private static final Pattern COUNTS = Pattern.compile("<testsuite [^>]*tests=\"(\\d+)\" errors=\"(\\d+)\" skipped=\"(\\d+)\" failures=\"(\\d+)\"");
    private static final List<String> TESTS = List.of("ir/bytegrad.ir.testing.SamplesTest", "autodiff/bytegrad.autodiff.SampleGradientTest",
            "codegen/bytegrad.codegen.SampleTest");

    private SampleTests() {}

    static void report(Report report) {
        try {
            Path root = Places.root();
            for (String t : TESTS) {
                Files.deleteIfExists(reports(root, t));
            }
            String names = String.join(",", TESTS.stream().map(t -> t.substring(t.lastIndexOf('.') + 1)).toList());
            Launcher.run(root, List.of("mvn", "-q", "-o", "test", "-pl", "ir,runtime,autodiff,codegen", "-Dtest=" + names,
                    "-Dsurefire.failIfNoSpecifiedTests=false", "-Dmaven.test.failure.ignore=true", "-Dbytegrad.samples.all=true"));
            for (String t : TESTS) {
                Matcher m = COUNTS.matcher(Files.readString(reports(root, t)));
                if (!m.find()) {
                    throw new IllegalStateException("no counts in " + reports(root, t));
                }
                String row = "samples-" + t.substring(t.lastIndexOf('.') + 1);
                report.figure(row + "-run", Integer.parseInt(m.group(1)) - Integer.parseInt(m.group(3)));
                report.atMost(row + "-failed", Integer.parseInt(m.group(2)) + Integer.parseInt(m.group(4)), 0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path reports(Path root, String test) {
        String[] parts = test.split("/");
        return root.resolve(parts[0]).resolve("target/surefire-reports/TEST-" + parts[1] + ".xml");
    }
}
