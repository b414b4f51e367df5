package bytegrad.runtime.train;

import bytegrad.runtime.InputException;
import bytegrad.runtime.Mismatches;
import bytegrad.runtime.NumberException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Prefetch;
import bytegrad.runtime.io.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Trains: epochs of batches through a step.
 *
 * <pre>{@code
 * TrainingLoop.End end = new TrainingLoop(Runner.of(session), new Batches(examples, 64, seed), 10)
 *         .inputs((epoch, step) -> Map.of("rate", Tensor.scalar(0.001f)))
 *         .evaluation(progress -> Map.of("loss", progress.mean("loss"), "test_loss", test()))
 *         .stopWhen(new EarlyStop("test_loss", false, 3))
 *         .checkpoints(Path.of("state.safetensors"), Map.of())
 *         .run();
 * }</pre>
 *
 * <p>Batches are made ahead on a thread of their own. The same step, batches and inputs give the same bits, wherever the training was interrupted and resumed. A loss
 * or a state that is not finite ends it: steps are repeated from a copy of the states at most {@value #COPIED_STEPS} steps old to find the first that went wrong, and
 * the last checkpoint stays.
 */
public final class TrainingLoop {
    private static final int COPIED_STEPS = 100;

    private final Runner step;
    private final Batches batches;
    private final int epochs;
    private final List<Callback> callbacks = new ArrayList<>();
    private String loss = "loss";
    private List<String> followed = List.of();
    private Inputs inputs = (epoch, number) -> Map.of();
    private Function<Progress, Map<String, Double>> evaluation = p -> Map.of(loss, p.mean(loss));
    private Predicate<List<Epoch>> stop = done -> false;
    private BooleanSupplier interrupted = () -> false;
    private Diagnosis diagnosis = before -> "the loss or a state is NaN or infinite";
    private Optional<Path> file = Optional.empty();
    private Map<String, String> metadata = Map.of();
    private int savedEvery;
    private Progress progress = Progress.NONE;
    /** A moment to repeat steps from. */
    private Progress copied = Progress.NONE;

    private Map<String, Tensor> copy = Map.of();

    /** How a training ended. */
    public enum End {
        /** After all epochs. */
        DONE,
        /** The condition to stop held. */
        STOPPED,
        /** It was interrupted; there is a checkpoint, if any are written. */
        INTERRUPTED
    }

    /** Inputs of a step besides the batch, such as its learning rate: a function of the epoch and the step in it, both from 0. */
    @FunctionalInterface
    public interface Inputs {
        /** Values by name. */
        Map<String, Tensor> of(int epoch, int step);
    }

    /** Says why a step gave numbers that are not finite. */
    @FunctionalInterface
    public interface Diagnosis {
        /**
         * In one line.
         *
         * @param before all inputs and states of that step, from before it
         */
        String of(Map<String, Tensor> before);
    }

    /**
     * A training from the states that the runner has.
     *
     * @param epochs in total, at least 1
     */
    public TrainingLoop(Runner step, Batches batches, int epochs) {
        if (epochs < 1) {
            throw new IllegalArgumentException("the number of epochs is " + epochs + " but must be at least 1");
        }
        this.step = step;
        this.batches = batches;
        this.epochs = epochs;
    }

    /** The scalar output that must stay finite; "loss" unless told. */
    public TrainingLoop loss(String output) {
        loss = output;
        return this;
    }

    /** Other scalar outputs whose sums are kept, for {@link Progress#mean}. */
    public TrainingLoop follow(String... outputs) {
        followed = List.of(outputs);
        return this;
    }

    /** Inputs of each step besides the batch. */
    public TrainingLoop inputs(Inputs of) {
        inputs = of;
        return this;
    }

    /** What makes an epoch's figures of its means, and commonly of test data; the mean loss alone unless told. */
    public TrainingLoop evaluation(Function<Progress, Map<String, Double>> figures) {
        evaluation = figures;
        return this;
    }

    /** Ends when this holds for the epochs done, of which there is one at least, such as an {@link EarlyStop}. */
    public TrainingLoop stopWhen(Predicate<List<Epoch>> condition) {
        stop = condition;
        return this;
    }

    /** Ends after a step when this holds. */
    public TrainingLoop interruption(BooleanSupplier asked) {
        interrupted = asked;
        return this;
    }

    /** What says why numbers are not finite. */
    public TrainingLoop diagnosis(Diagnosis of) {
        diagnosis = of;
        return this;
    }

    /**
     * Writes a checkpoint before the first step, after each epoch and on interruption; the one before stays beside it. A process that is killed at any moment leaves
     * a whole one, and what else it leaves is removed here: see {@link Checkpoint#write} and {@link AtomicFile#clean}.
     */
    public TrainingLoop checkpoints(Path to, Map<String, String> more) {
        file = Optional.of(to);
        metadata = Map.copyOf(more);
        return this;
    }

    /** Writes a checkpoint after every so many steps of an epoch too; 0, unless told, for none. */
    public TrainingLoop checkpointEvery(int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("checkpoints every " + steps + " steps, but it must be at least 0");
        }
        savedEvery = steps;
        return this;
    }

    /** Tells of itself to one more. */
    public TrainingLoop callback(Callback one) {
        callbacks.add(one);
        return this;
    }

    /**
     * Goes on from a checkpoint.
     *
     * @throws InputException if it does not fit the runner: all mismatches in one message, and nothing was changed
     */
    public TrainingLoop resume(Checkpoint from) {
        Map<String, String> wanted = new LinkedHashMap<>();
        step.states().forEach(name -> wanted.put(name, step.get(name).typeText()));
        Mismatches.refuse("the checkpoint", Mismatches.of(from.states(), wanted));
        if (from.progress().step() > batches.perEpoch()) {
            Mismatches.refuse("the checkpoint", List.of("it is after step " + from.progress().step() + " of an epoch, but an epoch has " + batches.perEpoch()));
        }
        from.states().forEach((name, t) -> {
            if (wanted.containsKey(name)) {
                step.set(name, t);
            }
        });
        progress = from.progress();
        return this;
    }

    /** How far it has come. */
    public Progress progress() {
        return progress;
    }

    /** What it has come to. */
    public Checkpoint checkpoint() {
        return new Checkpoint(progress, step.snapshot(), metadata);
    }

    /**
     * Trains to the end.
     *
     * @throws DivergenceException at the first loss or state that is not finite
     */
    public End run() {
        try {
            return train();
        } finally {
            callbacks.forEach(Callback::ended);
        }
    }

    private End train() {
        file.map(Path::toAbsolutePath).map(Path::getParent).ifPresent(AtomicFile::clean);
        copyStates();
        save();
        while (progress.epoch() < epochs) {
            if (progress.epoch() > 0 && stop.test(progress.finished())) {
                return End.STOPPED;
            }
            if (!epoch()) {
                save();
                return End.INTERRUPTED;
            }
            save();
            Epoch last = progress.finished().get(progress.epoch() - 1);
            callbacks.forEach(c -> c.finished(last));
        }
        return End.DONE;
    }

    private void save() {
        file.ifPresent(to -> (copied == progress ? new Checkpoint(progress, copy, metadata) : checkpoint()).write(to));
    }

    private void copyStates() {
        copied = progress;
        copy = step.snapshot();
    }

    /** Goes on to the epoch's end; false if it was interrupted before. */
    private boolean epoch() {
        int epoch = progress.epoch();
        callbacks.forEach(c -> c.started(progress));
        try (Prefetch ahead = new Prefetch(progress.step(), batches.perEpoch(), number -> batches.at(epoch, number))) {
            while (progress.step() < batches.perEpoch()) {
                if (interrupted.getAsBoolean()) {
                    return false;
                }
                Map<String, Tensor> batch = ahead.take();
                long start = System.nanoTime();
                run(epoch, progress.step(), batch);
                Map<String, Double> outputs = new LinkedHashMap<>();
                outputs.put(loss, step.scalar(loss));
                followed.forEach(name -> outputs.put(name, step.scalar(name)));
                progress = progress.stepped(outputs, (System.nanoTime() - start) / 1e9);
                boolean last = progress.step() == batches.perEpoch();
                boolean due = savedEvery > 0 && progress.step() % savedEvery == 0;
                boolean looked = last || due || progress.step() % COPIED_STEPS == 0;
                Map<String, Tensor> now = looked ? step.snapshot() : Map.of();
                if (!Double.isFinite(outputs.get(loss)) || !areFinite(now)) {
                    throw diverged();
                }
                if (looked) {
                    copied = progress;
                    copy = now;
                }
                if (due && !last) {
                    save();
                }
                callbacks.forEach(c -> c.stepped(progress));
            }
        }
        try {
            progress = progress.finish(evaluation.apply(progress));
        } catch (NumberException e) {
            throw new DivergenceException(epoch + 1, progress.step(), "in the evaluation after it, ", e);
        }
        copied = progress;
        return true;
    }

    private Map<String, Tensor> run(int epoch, int number, Map<String, Tensor> batch) {
        Map<String, Tensor> all = new LinkedHashMap<>(batch);
        all.putAll(inputs.of(epoch, number));
        all.forEach(step::set);
        try {
            step.run();
        } catch (NumberException e) {
            throw new DivergenceException(epoch + 1, number + 1, "", e);
        }
        return all;
    }

    private static boolean areFinite(Map<String, Tensor> states) {
        return States.areFinite(states.values());
    }

    /** Repeats the steps from the copy on, with a look at every state, to find the first that went wrong. */
    private DivergenceException diverged() {
        int epoch = progress.epoch();
        copy.forEach(step::set);
        for (int number = copied.step(); number < progress.step(); number++) {
            Map<String, Tensor> before = new LinkedHashMap<>(step.snapshot());
            Map<String, Tensor> given = run(epoch, number, batches.at(epoch, number));
            if (!Double.isFinite(step.scalar(loss)) || !areFinite(step.snapshot())) {
                before.putAll(given);
                return new DivergenceException(epoch + 1, number + 1, diagnosis.of(before));
            }
        }
        return new DivergenceException(epoch + 1, progress.step(), "the loss or a state was not finite, but was when the steps were repeated: the step is not deterministic");
    }
}
