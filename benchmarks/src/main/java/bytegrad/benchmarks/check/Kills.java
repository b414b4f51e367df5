package bytegrad.benchmarks.check;

import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Progress;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills a training, while it writes checkpoints, with a signal that no process can catch; looks at what is on the disk, and starts it again, until it has come
 * to its end: there its states must be those of a training that nobody disturbed.
 *
 * @param kills how many there were
 * @param trainings how many trainings came to their end in spite of them
 * @param steps how many steps of training were done by then
 * @param litter temporary files that were there after a kill: it struck within a write
 * @param failures what went wrong, in words; empty where nothing did
 */
record Kills(int kills, int trainings, int steps, int litter, List<String> failures) {
    private static final int AT_LEAST = 1000;

    /** The longest that one lives after it has begun. */
    private static final int LONGEST_MILLIS = 80;

    /** Copies the list. */
    Kills {
        failures = List.copyOf(failures);
    }

    static void report(Report report) {
        Kills all;
        try (Scratch scratch = new Scratch()) {
            all = of(scratch.folder(), AT_LEAST, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        report.atLeast("kill-9-kills", all.kills, AT_LEAST);
        report.figure("kill-9-within-a-write", all.litter);
        report.figure("kill-9-steps", all.steps);
        report.fact("kill-9-restarts-from-a-whole-checkpoint", all.failures.isEmpty() ? "always" : String.join("; ", all.failures), "always", all.failures.isEmpty());
        report.atLeast("kill-9-trainings-as-undisturbed", all.trainings, 1);
    }

    /** Kills so many times, and goes on until the training under way has ended. */
    static Kills of(Path folder, int wanted, long seed) {
        try {
            Path calm = Files.createDirectories(folder.resolve("calm"));
            Path jar = folder.resolve("step.jar");
            TinyStep.write(jar);
            TinyTraining.loop(jar, calm).run();
            return new Run(folder, jar, Safetensors.read(calm.resolve(TinyTraining.STATE)).tensors(), seed).kill(wanted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** One series of kills. */
    private static final class Run {
        private final Path folder;
        private final Path jar;
        private final String classPath;
        private final Map<String, Tensor> expected;
        private final Random random;
        private final List<String> failures = new ArrayList<>();
        private int kills;
        private int trainings;
        private int steps;
        private int litter;

        Run(Path folder, Path jar, Map<String, Tensor> expected, long seed) {
            this.folder = folder;
            this.jar = jar;
            // The jar has the runtime, and more than that no training from a jar needs.
            this.classPath = jar + File.pathSeparator + Path.of(URI.create(TinyTraining.class.getProtectionDomain().getCodeSource().getLocation().toString()));
            this.expected = expected;
            this.random = new Random(seed);
        }

        Kills kill(int wanted) throws IOException, InterruptedException {
            while (kills < wanted && failures.isEmpty()) {
                Path training = Files.createDirectories(folder.resolve("t" + trainings));
                train(training, wanted);
                trainings++;
            }
            return new Kills(kills, trainings, steps, litter, failures);
        }

        /** Lets one training come to its end, however often it is killed. */
        private void train(Path training, int wanted) throws IOException, InterruptedException {
            int done = 0;
            boolean ended = false;
            while (!ended && failures.isEmpty()) {
                boolean spare = kills >= wanted;
                ended = live(training, spare ? -1 : random.nextInt(LONGEST_MILLIS));
                done = look(training, done);
            }
            steps += done;
            Map<String, Tensor> found = Safetensors.read(training.resolve(TinyTraining.STATE)).tensors();
            if (!found.equals(expected)) {
                failures.add(training + " ended with other states than an undisturbed training");
            }
        }

        /** Starts it, and kills it so long after it began; true where it ended before. */
        private boolean live(Path training, int millis) throws IOException, InterruptedException {
            String program = Path.of(System.getProperty("java.home"), "bin", "java").toString();
            List<String> command = List.of(program, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx128m",
                    "-cp", classPath, TinyTraining.class.getName(), jar.toString(), training.toString());
            Path errors = folder.resolve("errors");
            Process child = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            try {
                // Waits until it has begun.
                int first = child.getInputStream().read();
                if (first >= 0 && millis >= 0 && !child.waitFor(millis, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    child.destroyForcibly().waitFor();
                    kills++;
                    return false;
                }
                int code = child.waitFor();
                String said = Files.readString(errors);
                if (code != 0 || !said.isEmpty()) {
                    failures.add("after " + kills + " kills it ended with exit code " + code + " and said: " + said);
                }
                return true;
            } finally {
                child.destroyForcibly();
            }
        }

        /** Looks at what is on the disk; the steps done. */
        private int look(Path training, int before) throws IOException {
            Path state = training.resolve(TinyTraining.STATE);
            try (Stream<Path> files = Files.list(training)) {
                List<Path> more = files.filter(f -> !f.equals(state) && !f.equals(Checkpoint.previous(state))).toList();
                litter += more.isEmpty() ? 0 : 1;
                if (more.size() > 2) {
                    failures.add("nobody removed " + more);
                }
            }
            if (Files.notExists(state)) {
                if (before > 0) {
                    failures.add("after " + kills + " kills there is no checkpoint");
                }
                return before;
            }
            if (!Safetensors.isWhole(state)) {
                failures.add("after " + kills + " kills the checkpoint is not whole");
                return before;
            }
            Progress progress = Checkpoint.read(state).progress();
            int done = progress.epoch() * TinyTraining.perEpoch() + progress.step();
            if (done < before) {
                failures.add("after " + kills + " kills it is back at step " + done + ", having been at " + before);
            }
            return done;
        }
    }
}
