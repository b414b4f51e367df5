package bytegrad.cli.train;

import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import bytegrad.runtime.train.Runner;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The same steps from the same state by compiled code and by the reference interpreter.
 *
 * @param steps how many
 * @param batch examples of each of them
 * @param compiledSeconds of one step of the training, the fastest of many
 * @param interpretedSeconds of the same, the fastest of some; from steps of fewer examples, if those above were
 * @param lossDifference the greatest difference of a step's losses, relative to them where they are above 1
 * @param stateDifference the greatest, over all parameters and slots, of max|Δ| / max|value| after a step; of the step where that is least: rounding takes
 *     single elements across a kink (of a relu, of a maximum), which changes a gradient by far more than rounding, but in few of the steps; an error is in all
 * @param worst the state with that difference
 */
public record Comparison(int steps, int batch, double compiledSeconds, double interpretedSeconds, double lossDifference, double stateDifference, String worst) {
    /** Differences of f32 against double add up over a sum of some hundred terms; an error is far larger. */
    private static final double TOLERANCE = 1e-4;

    /** A loss near 0 is a difference of logits, and as exact as they are: it counts as 1. */
    private static final double LOSS_TOLERANCE = 1e-5;

    private static final int STEPS = 3;

    /** Each is timed for so long, since both get faster over their first steps. */
    private static final double TIMED_SECONDS = 0.3;

    private static final long STREAM = 1L << 21;

    /** The interpreter does some ten million operations a second: what it is asked to do for a step of learning, forwards alone. */
    private static final double MOST_FLOPS = 6e7;

    /**
     * Compares some steps from where a training ended, each by itself. Where one would keep the interpreter busy for long, both take fewer examples at a time.
     *
     * @param warm the compiled step that has trained, if one has
     */
    static Comparison of(Task task, Network network, Optional<Engine.Ready> warm, Map<String, Tensor> states, Settings settings, int threads) {
        double share = Math.min(1, MOST_FLOPS / Math.max(1, network.summary().flops()));
        int batch = Math.max(1, (int) (settings.batch() * share));
        Network compared = batch == settings.batch() ? network : task.network(batch);
        // Code that has trained is warm; its state is left alone.
        Runner compiled = warm.filter(r -> compared == network).orElseGet(() -> Engine.COMPILED.ready(compared.training(), threads)).runner();
        Runner reference = Engine.INTERPRETER.ready(compared.training(), threads).runner();
        for (Runner r : new Runner[] {compiled, reference}) {
            compared.inputs(settings, settings.epochs(), 0).forEach(r::set);
        }
        Batches batches = new Batches(task.training(), batch, settings.seed() + STREAM);
        double losses = 0;
        double slow = Double.POSITIVE_INFINITY;
        double state = Double.POSITIVE_INFINITY;
        String worst = "";
        for (int i = 0; i < STEPS; i++) {
            Map<String, Tensor> data = batches.at(0, i % batches.perEpoch());
            for (Runner r : new Runner[] {compiled, reference}) {
                states.forEach(r::set);
                data.forEach(r::set);
            }
            compiled.run();
            slow = Math.min(slow, timed(reference));
            losses = worst(losses, difference(reference.scalar(Network.LOSS), compiled.scalar(Network.LOSS)));
            Map<String, Double> differences = new LinkedHashMap<>();
            states.keySet().forEach(name -> differences.put(name, difference(reference.get(name).floats(), compiled.get(name).floats())));
            double here = differences.values().stream().mapToDouble(d -> d).reduce(0, Comparison::worst);
            // A NaN stays.
            if (!Double.isNaN(state) && !(here >= state)) {
                state = here;
                worst = differences.entrySet().stream().filter(e -> !(e.getValue() < here)).map(Map.Entry::getKey).findFirst().orElse("");
            }
        }
        return new Comparison(STEPS, batch, compiledSeconds(compiled, batch, compared == network ? Optional.empty() : warm, task, network, states, settings),
                Math.min(slow, fastest(reference)) * settings.batch() / batch, losses, state, worst);
    }

    /** Code for smaller batches was compiled a moment ago, and is still slow: that which has trained is timed. */
    private static double compiledSeconds(
            Runner compiled, int batch, Optional<Engine.Ready> warm, Task task, Network network, Map<String, Tensor> states, Settings settings) {
        if (warm.isEmpty()) {
            return fastest(compiled) * settings.batch() / batch;
        }
        Runner runner = warm.get().runner();
        states.forEach(runner::set);
        network.inputs(settings, settings.epochs(), 0).forEach(runner::set);
        new Batches(task.training(), settings.batch(), settings.seed() + STREAM).at(0, 0).forEach(runner::set);
        return fastest(runner);
    }

    private static double fastest(Runner runner) {
        double fastest = Double.POSITIVE_INFINITY;
        double sum = 0;
        while (sum < TIMED_SECONDS) {
            double seconds = timed(runner);
            sum += seconds;
            fastest = Math.min(fastest, seconds);
        }
        return fastest;
    }

    private static double timed(Runner runner) {
        long start = System.nanoTime();
        runner.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** NaN is worse than any number. */
    private static double worst(double a, double b) {
        return Double.isNaN(a) || Double.isNaN(b) ? Double.NaN : Math.max(a, b);
    }

    private static double difference(double a, double b) {
        return a == b ? 0 : Math.abs(a - b) / Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
    }

    private static double difference(float[] a, float[] b) {
        double scale = 0;
        double greatest = 0;
        for (int i = 0; i < a.length; i++) {
            scale = worst(scale, Math.abs(a[i]));
            greatest = worst(greatest, Math.abs((double) a[i] - b[i]));
        }
        return greatest == 0 ? 0 : greatest / scale;
    }

    /** Whether the losses are within 10⁻⁵ and the states within 10⁻⁴. */
    public boolean agrees() {
        return lossDifference <= LOSS_TOLERANCE && stateDifference <= TOLERANCE;
    }

    /** How many compiled steps take the time of one interpreted step. */
    public double speedup() {
        return interpretedSeconds / compiledSeconds;
    }

    /** One line for people. */
    String text() {
        String speed = String.format(Locale.ROOT,
                "a compiled step takes %.3f ms, an interpreted one %.1f ms: %,.0f times faster",
                compiledSeconds * 1e3, interpretedSeconds * 1e3, speedup());
        String difference = String.format(Locale.ROOT,
                " (%d steps of %d, differences: loss %.1e, parameters and state %.1e)",
                steps, batch, lossDifference, stateDifference);
        return agrees() ? speed + "; both agree" + difference : "warning: compiled code and interpreter DISAGREE, most about " + worst + difference + "; " + speed;
    }

    Json.Obj json() {
        return new JsonFields()
                .put("steps", steps)
                .put("batch", batch)
                .put("compiled_step_seconds", compiledSeconds)
                .put("interpreted_step_seconds", interpretedSeconds)
                .put("speedup", speedup())
                .put("loss_difference", lossDifference)
                .put("state_difference", stateDifference)
                .put("agrees", agrees())
                .build();
    }
}
