package bytegrad.cli.train;

import bytegrad.cli.data.Images;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.Locale;
import java.util.Map;

/**
 * The same steps from the same state by compiled code and by the reference interpreter.
 *
 * @param steps how many
 * @param compiledSeconds of one step, the fastest of many
 * @param interpretedSeconds of one step, the fastest of some
 * @param lossDifference the greatest relative difference of a step's losses
 * @param stateDifference the greatest, over all parameters and slots, of max|Δ| / max|value|, after the last step
 */
public record Comparison(int steps, double compiledSeconds, double interpretedSeconds, double lossDifference, double stateDifference) {
    /** Differences of f32 against double add up over a sum of some hundred terms and over the steps; an error is far larger. */
    private static final double TOLERANCE = 1e-4;

    private static final int STEPS = 3;

    /** Each is timed for so long, since both get faster over their first steps. */
    private static final double TIMED_SECONDS = 0.3;

    private static final long STREAM = 1L << 21;

    static Comparison of(Network network, Engine engine, Runner trained, Map<String, Tensor> states, Images images, Settings settings) {
        // Code that has trained is warm; its state is left alone.
        Runner compiled = engine == Engine.COMPILED ? trained.fresh() : Engine.COMPILED.runner(network.training());
        Runner reference = Engine.INTERPRETER.runner(network.training());
        int[] order = CounterRandom.of(settings.seed(), STREAM).permutation(images.count());
        Batch batch = new Batch(images, settings.batch());
        Tensor rate = Tensor.scalar(settings.rateOf(settings.epochs()));
        for (Runner r : new Runner[] {compiled, reference}) {
            states.forEach(r::set);
            r.set(Network.RATE, rate);
        }
        int batches = images.count() / settings.batch();
        double losses = 0;
        double slow = Double.POSITIVE_INFINITY;
        for (int i = 0; i < STEPS; i++) {
            batch.training(compiled, order, i % batches);
            batch.training(reference, order, i % batches);
            compiled.run();
            slow = Math.min(slow, timed(reference));
            losses = worst(losses, difference(reference.scalar(Network.LOSS), compiled.scalar(Network.LOSS)));
        }
        double state = 0;
        for (String name : network.states()) {
            state = worst(state, difference(reference.get(name).floats(), compiled.get(name).floats()));
        }
        return new Comparison(STEPS, fastest(compiled), Math.min(slow, fastest(reference)), losses, state);
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
        return a == b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
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

    /** Whether both differences are within 10⁻⁴. */
    public boolean agrees() {
        return lossDifference <= TOLERANCE && stateDifference <= TOLERANCE;
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
                " (after %d steps, relative: loss %.1e, parameters and state %.1e)",
                steps, lossDifference, stateDifference);
        return agrees() ? speed + "; both agree" + difference : "warning: compiled code and interpreter DISAGREE" + difference + "; " + speed;
    }

    Json.Obj json() {
        return new JsonFields()
                .put("steps", steps)
                .put("compiled_step_seconds", compiledSeconds)
                .put("interpreted_step_seconds", interpretedSeconds)
                .put("speedup", speedup())
                .put("loss_difference", lossDifference)
                .put("state_difference", stateDifference)
                .put("agrees", agrees())
                .build();
    }
}
