package bytegrad.benchmarks.results;

import bytegrad.runtime.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Contenders in turn, a process for each figure: what else the machine does hits all alike.
 *
 * @param warmSeconds before anything counts
 * @param measureSeconds that count
 */
public record Rounds(List<Contender> contenders, List<String> workloads, List<Integer> threads, int count, double warmSeconds, double measureSeconds) {
    private static final int UNSUPPORTED = 3;
    private static final long SLOWEST_SECONDS = 180;
    private static final String MARK = "RESULT ";

    public Rounds {
        contenders = List.copyOf(contenders);
        workloads = List.copyOf(workloads);
        threads = List.copyOf(threads);
    }

    /** Runs all of it; each figure goes to {@code each} as soon as it is there, and the words around it to {@code words}. */
    public List<Measured> run(Consumer<Measured> each, Consumer<String> words) {
        List<Measured> all = new ArrayList<>();
        Set<String> refused = new HashSet<>();
        for (int round = 0; round < count; round++) {
            for (String workload : workloads) {
                for (int t : threads) {
                    for (Contender c : contenders) {
                        if (refused.contains(workload + " " + c.name())) {
                            continue;
                        }
                        Optional<Measured> m = one(c, workload, t, round, words);
                        if (m.isEmpty()) {
                            refused.add(workload + " " + c.name());
                        }
                        m.ifPresent(all::add);
                        m.ifPresent(each);
                    }
                }
            }
        }
        return all;
    }

    /** A figure; empty where the contender has no such workload, or failed, which is said. */
    private Optional<Measured> one(Contender c, String workload, int threadCount, int round, Consumer<String> words) {
        List<String> command = new ArrayList<>(c.command());
        command.addAll(List.of(workload, Integer.toString(threadCount), Double.toString(warmSeconds), Double.toString(measureSeconds)));
        String what = String.format(Locale.ROOT, "round %d  %-6s %d threads  %-15s", round + 1, workload, threadCount, c.name());
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
            Instant now = Instant.now();
            builder.environment().put("BENCH_T0_NS", Long.toString(now.getEpochSecond() * 1_000_000_000L + now.getNano()));
            Process process = builder.start();
            Thread guard = Thread.ofVirtual().start(() -> endIfSlow(process));
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            guard.interrupt();
            Optional<String> line = text.lines().filter(l -> l.startsWith(MARK)).findFirst();
            if (line.isEmpty()) {
                words.accept(what + (code == UNSUPPORTED ? "does not offer it" : "FAILED with exit code " + code + ": " + text.strip()));
                return Optional.empty();
            }
            Json json = Json.parse(c.name(), line.get().substring(MARK.length()).getBytes(StandardCharsets.UTF_8));
            Measured m = Measured.of(json, workload, c.name(), threadCount, round);
            words.accept(what + String.format(Locale.ROOT, "%12.1f us, first %.0f ms, steady %.0f ms", m.medianMicros(), m.firstMillis(), m.steadyMillis()));
            return Optional.of(m);
        } catch (IOException e) {
            throw new UncheckedIOException(String.join(" ", command), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void endIfSlow(Process process) {
        try {
            if (!process.waitFor(SLOWEST_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // It ended in time.
            Thread.currentThread().interrupt();
        }
    }
}
