package bytegrad.benchmarks.results;

import bytegrad.runtime.io.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Contenders in turn, a process for each figure: what else the machine does hits all alike. */
public record Turns(List<Contender> contenders) {
    /** Libraries bring their code compiled. */
    private static final double LIBRARY_WARM = 0.7;

    private static final double LEAST_WARM = 0.5;
    private static final double BEYOND_STEADY = 1.5;
    private static final int UNSUPPORTED = 3;
    private static final long SLOWEST_SECONDS = 180;
    private static final String MARK = "RESULT ";

    public Turns {
        contenders = List.copyOf(contenders);
    }

    /**
     * Measures a workload in so many rounds.
     *
     * @param warm seconds of a process before anything counts, at most; see {@link #warm}
     * @param measure seconds that count
     * @param words gets a line for each process
     */
    public Comparison all(String workload, List<Integer> threads, int rounds, double warm, double measure, Consumer<String> words) {
        List<String> libraries = contenders.stream().map(Contender::name).filter(n -> !n.equals(Contender.OURS)).toList();
        Schedule schedule = new Schedule(libraries, List.of(workload), threads, rounds, rounds);
        Recorded done = Recorded.EMPTY;
        for (List<Turn> left = schedule.left(done); !left.isEmpty(); left = schedule.left(done)) {
            Outcome o = take(left.getFirst(), warm(left.getFirst(), done, warm), measure);
            words.accept(o.words());
            done = o.figure().isPresent() ? done.with(o.figure().get()) : done.without(left.getFirst());
        }
        return done.figures();
    }

    /**
     * What came of a turn.
     *
     * @param figure empty where the contender has no such workload, or failed
     */
    public record Outcome(Optional<Measured> figure, String words) {}

    /**
     * How long a process is to warm up, in seconds: the first of ours as long as is allowed, the first of a library a little, each later one half as long again as the
     * slowest before it took from its first result until it was steady.
     */
    static double warm(Turn turn, Recorded done, double most) {
        double steady = done.secondsToSteady(turn);
        if (Double.isNaN(steady)) {
            return turn.contender().equals(Contender.OURS) ? most : Math.min(LIBRARY_WARM, most);
        }
        return Math.min(Math.max(LEAST_WARM, BEYOND_STEADY * steady), most);
    }

    /** Starts a process and waits for its figure. */
    public Outcome take(Turn turn, double warm, double measure) {
        Contender c = contenders.stream().filter(x -> x.name().equals(turn.contender())).findFirst().orElseThrow();
        List<String> command = new ArrayList<>(c.command());
        command.addAll(List.of(turn.workload(), Integer.toString(turn.threads()), String.format(Locale.ROOT, "%.2f", warm), Double.toString(measure)));
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
                return new Outcome(Optional.empty(), turn.words() + (code == UNSUPPORTED ? "does not offer it" : "FAILED with exit code " + code + ": " + text.strip()));
            }
            Measured m = Measured.of(Json.parse(c.name(), line.get().substring(MARK.length()).getBytes(StandardCharsets.UTF_8)), turn);
            return new Outcome(Optional.of(m), turn.words() + String.format(Locale.ROOT, "%12.1f us, first %.0f ms, steady %.0f ms, warm %.1f s", m.medianMicros(),
                    m.firstMillis(), m.steadyMillis(), warm));
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
