package bytegrad.runtime.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.InputException;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.io.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loop, on a step that remembers what it saw. */
class TrainingLoopTest {
    @TempDir
    private Path dir;

    /** state' = state·31 + Σ batch·rate; the loss is the state's remainder, or NaN from a given state on. */
    private static final class Step implements Runner {
        private final Map<String, Tensor> values = new HashMap<>(Map.of("s", Tensor.scalar(1.0), "count", Tensor.scalar(0.0)));
        private final int fails;

        Step(int fails) {
            this.fails = fails;
        }

        @Override
        public void set(String name, Tensor value) {
            values.put(name, value.copy());
        }

        @Override
        public void run() {
            double sum = IntStream.of(get("n").ints()).sum() * get("rate").doubles()[0];
            double next = (get("s").doubles()[0] * 31 + sum) % 1e6;
            double count = get("count").doubles()[0] + 1;
            values.put("count", Tensor.scalar(count));
            values.put("s", Tensor.scalar(count == fails ? Double.NaN : next));
            values.put("loss", Tensor.scalar(next % 10));
        }

        @Override
        public Tensor get(String name) {
            Tensor t = values.get(name);
            if (t == null) {
                throw new IllegalStateException(name);
            }
            return t;
        }

        @Override
        public double scalar(String name) {
            return get(name).doubles()[0];
        }

        @Override
        public List<String> states() {
            return List.of("s", "count");
        }
    }

    private static Batches batches() {
        return new Batches(Examples.of(Map.of("n", Tensor.of(IntStream.range(0, 50).toArray(), 50))), 4, 3);
    }

    private TrainingLoop loop(Step step, int epochs, String file) {
        return new TrainingLoop(step, batches(), epochs)
                .inputs((epoch, number) -> Map.of("rate", Tensor.scalar(1.0 / (epoch + 1) + number)))
                .checkpoints(dir.resolve(file), Map.of("mine", "yes"));
    }

    private Map<String, Tensor> saved(String file) {
        return Checkpoint.read(dir.resolve(file)).states();
    }

    @Test
    void resumedAnywhereIsUninterrupted() {
        Step whole = new Step(0);
        TrainingLoop all = loop(whole, 3, "whole");
        assertEquals(TrainingLoop.End.DONE, all.run());
        assertEquals(3, all.progress().epoch());
        for (int after = 0; after < 37; after += 5) {
            int[] left = {after};
            TrainingLoop first = loop(new Step(0), 3, "part").interruption(() -> left[0]-- == 0);
            assertEquals(TrainingLoop.End.INTERRUPTED, first.run());
            Checkpoint checkpoint = Checkpoint.read(dir.resolve("part"));
            assertEquals(Map.of("mine", "yes"), checkpoint.metadata());
            TrainingLoop second = loop(new Step(0), 3, "part").resume(checkpoint);
            assertEquals(TrainingLoop.End.DONE, second.run());
            assertEquals(saved("whole"), saved("part"));
            assertEquals(all.progress().finished(), second.progress().finished());
        }
    }

    /** The process dies after some step: what is on the disk is a step not long before, and leads to the same end. */
    @Test
    void whatWasSavedBetweenEpochsIsAsGoodAsAny() throws java.io.IOException {
        loop(new Step(0), 3, "whole").run();
        for (int dies = 1; dies <= 36; dies += 4) {
            int[] left = {dies};
            TrainingLoop first = loop(new Step(0), 3, "part").checkpointEvery(5).callback(new Callback() {
                @Override
                public void stepped(Progress p) {
                    if (--left[0] == 0) {
                        throw new IllegalStateException("killed");
                    }
                }
            });
            assertThrows(IllegalStateException.class, first::run);
            java.nio.file.Path litter = java.nio.file.Files.createFile(dir.resolve(".part." + (1L << 40) + ".1.tmp"));
            Checkpoint checkpoint = Checkpoint.read(dir.resolve("part"));
            int behind = dies - (checkpoint.progress().epoch() * 12 + checkpoint.progress().step());
            assertTrue(behind >= 0 && behind < 5 || dies % 12 == 0 && behind < 12, dies + " is " + behind + " behind");
            loop(new Step(0), 3, "part").checkpointEvery(5).resume(checkpoint).run();
            assertEquals(saved("whole"), saved("part"));
            assertTrue(java.nio.file.Files.notExists(litter));
        }
        assertThrows(IllegalArgumentException.class, () -> loop(new Step(0), 1, "x").checkpointEvery(-1));
    }

    @Test
    void aCheckpointBetweenEpochsIsFinite() {
        for (int fails : new int[] {5, 7, 10}) {
            TrainingLoop loop = loop(new Step(fails), 3, "f").checkpointEvery(5);
            assertThrows(DivergenceException.class, loop::run);
            assertEquals(fails > 5 ? 5.0 : 0.0, saved("f").get("count").doubles()[0]);
        }
    }

    @Test
    void callbacksAreTold() {
        List<String> told = new ArrayList<>();
        loop(new Step(0), 2, "c").callback(new Callback() {
            @Override
            public void started(Progress p) {
                told.add("started " + p.epoch());
            }

            @Override
            public void stepped(Progress p) {
                told.add(p.step() == 12 ? "last" : "");
            }

            @Override
            public void finished(Epoch e) {
                told.add("finished " + e.number());
            }

            @Override
            public void ended() {
                told.add("ended");
            }
        }).run();
        told.removeIf(String::isEmpty);
        assertEquals(List.of("started 0", "last", "finished 1", "started 1", "last", "finished 2", "ended"), told);
    }

    @Test
    void whatIsNotFiniteIsFoundAndTheLastCheckpointStays() {
        for (int fails : new int[] {1, 5, 12, 13, 20, 24}) {
            List<Map<String, Tensor>> before = new ArrayList<>();
            TrainingLoop loop = loop(new Step(fails), 3, "n").diagnosis(b -> {
                before.add(b);
                return "because";
            });
            DivergenceException e = assertThrows(DivergenceException.class, loop::run);
            assertEquals((fails - 1) / 12 + 1, e.epoch(), "epoch of " + fails);
            assertEquals((fails - 1) % 12 + 1, e.step(), "step of " + fails);
            assertTrue(e.getMessage().endsWith("because"));
            assertEquals(fails - 1.0, before.get(0).get("count").doubles()[0]);
            assertTrue(before.get(0).keySet().containsAll(List.of("n", "rate", "s")));
            assertTrue(States.areFinite(saved("n").values()));
            assertEquals((fails - 1) / 12 * 12.0, saved("n").get("count").doubles()[0]);
        }
    }

    @Test
    void stopsEarly() {
        double[] figures = {5, 4, 4.5, 4.2, 3};
        TrainingLoop loop = loop(new Step(0), 5, "e").evaluation(p -> Map.of("f", 0.0)).stopWhen(new EarlyStop("f", false, 2));
        assertEquals(TrainingLoop.End.STOPPED, loop.run());
        assertEquals(3, loop.progress().epoch());
        List<Epoch> epochs = new ArrayList<>();
        EarlyStop lower = new EarlyStop("f", false, 2);
        for (double f : figures) {
            epochs.add(new Epoch(epochs.size() + 1, Map.of("f", f)));
            assertEquals(epochs.size() == 4, lower.test(epochs), "after " + epochs.size());
        }
        assertFalse(new EarlyStop("f", true, 5).test(epochs));
        assertTrue(new EarlyStop("missing", true, 5).test(epochs));
        assertThrows(IllegalArgumentException.class, () -> new EarlyStop("f", true, 0));
        assertThrows(IllegalArgumentException.class, () -> new TrainingLoop(new Step(0), batches(), 0));
    }

    @Test
    void aCheckpointThatDoesNotFitChangesNothing() {
        Step step = new Step(0);
        Checkpoint wrong = new Checkpoint(Progress.NONE, Map.of("s", Tensor.of(new double[2], 2)), Map.of());
        String message = assertThrows(InputException.class, () -> loop(step, 1, "x").resume(wrong)).getMessage();
        assertTrue(message.contains("\"s\" should be f64[] but is f64[2]") && message.contains("\"count\" should be f64[] but is missing"), message);
        assertEquals(1.0, step.scalar("s"));
        Progress far = Progress.of("t", Json.parse("t", "{\"epochs\":[],\"step\":13,\"sums\":{},\"seconds\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        Checkpoint beyond = new Checkpoint(far, Map.of("s", Tensor.scalar(2.0), "count", Tensor.scalar(2.0)), Map.of());
        assertThrows(InputException.class, () -> loop(step, 1, "x").resume(beyond));
        assertEquals(1.0, step.scalar("s"));
    }

    @Test
    void progressThatNoTrainingWritesIsRefused() {
        for (String text : List.of("[]", "{}", "{\"epochs\":[3],\"step\":0,\"sums\":{},\"seconds\":0}", "{\"epochs\":[],\"step\":-1,\"sums\":{},\"seconds\":0}",
                "{\"epochs\":[],\"step\":0.5,\"sums\":{},\"seconds\":0}", "{\"epochs\":[],\"step\":0,\"sums\":[],\"seconds\":0}")) {
            assertThrows(FormatException.class, () -> Progress.of("t", Json.parse("t", text.getBytes(java.nio.charset.StandardCharsets.UTF_8))), text);
        }
    }
}
