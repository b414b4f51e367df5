package bytegrad.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.artefact.Artefact;
import bytegrad.runtime.data.Batches;
import bytegrad.runtime.data.Examples;
import bytegrad.runtime.io.Npz;
import bytegrad.runtime.io.Safetensors;
import bytegrad.runtime.train.Checkpoint;
import bytegrad.runtime.train.Runner;
import bytegrad.runtime.train.TrainingLoop;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Jars out of trainings, graphs and workloads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompileTest {
    private static final String STEP = """
            graph
            w: f32[3] = input "w"
            x: f32[3] = input "x"
            next: f32[3] = add(w, x)
            output "y" = next
            update "w" = next
            """;

    @TempDir
    private static Path folder;

    private Path run = Path.of("");

    @BeforeAll
    void train() throws IOException {
        run = folder.resolve("run");
        Path data = TinyData.in(folder.resolve("data"));
        Outcome.of("train", "--data", data, "--hidden", "6", "--batch", "5", "--epochs", "2", "--out", run).done();
    }

    @Test
    void theModelOfATraining() {
        Path jar = folder.resolve("tiny-model.jar");
        String said = Outcome.of("compile", run, "-o", jar, "--batch", "2").done();
        assertTrue(said.contains("class tiny_model.TinyModel") && said.contains("held-out examples of") && said.contains("java -jar " + jar), said);
        Artefact one = Artefact.open(jar);
        assertArrayEquals(new int[] {2, TinyData.HEIGHT * TinyData.WIDTH}, one.sample().get("x").shape());
        assertEquals(Safetensors.read(run.resolve("model.safetensors")).tensors(), one.values());
        assertEquals("6", one.metadata().get("bytegrad.width"));
        Path many = folder.resolve("many.jar");
        Outcome.of("compile", run, "--output", many, "--no-standalone").done();
        Artefact all = Artefact.open(many);
        Session few = one.newSession();
        Session lot = all.newSession();
        one.sample().forEach(few::set);
        all.sample().forEach(lot::set);
        few.run();
        lot.run();
        float[] p = few.get("probabilities").floats();
        assertArrayEquals(p, Arrays.copyOf(lot.get("probabilities").floats(), p.length));
    }

    /** Epochs in an application, with the step out of a jar: what the command line's third epoch is, bit for bit. */
    @Test
    void theStepOfATrainingGoesOnInAnApplication() throws IOException {
        Path jar = folder.resolve("step.jar");
        assertTrue(Outcome.of("compile", run, "-o", jar, "--train", "--name", "com.acme.Step").done().contains("the next batch of"));
        Path longer = folder.resolve("longer");
        Outcome.of("train", "--resume", run, "--epochs", "3", "--out", longer).done();

        Artefact step = Artefact.open(jar);
        Checkpoint at = step.checkpoint().orElseThrow();
        assertEquals(2, at.progress().epoch());
        Map<String, Tensor> next = step.sample();
        Session session = step.newSession();
        Map<String, Tensor> data = new LinkedHashMap<>();
        data.put("x", pixels());
        data.put("label", Tensor.of(labels(), TinyData.TRAINING));
        Batches batches = new Batches(Examples.of(data), 5, 1);
        assertEquals(batches.at(2, 0).get("label"), next.get("label"));
        TrainingLoop loop = new TrainingLoop(Runner.of(session), batches, 3).inputs((epoch, n) -> Map.of("rate", next.get("rate"))).resume(at);
        loop.run();
        Checkpoint wanted = Checkpoint.read(longer.resolve("state.safetensors"));
        assertEquals(wanted.states(), loop.checkpoint().states());

        step.writeJar(loop.checkpoint(), jar);
        assertEquals(3, Artefact.open(jar).checkpoint().orElseThrow().progress().epoch());
        assertEquals(wanted.states(), Artefact.open(jar).values());
    }

    /** A model of text knows what it takes, and a step that is run on its sample is a step of the training. */
    @Test
    void aModelOfTextAndStepsThatCount() throws IOException, InterruptedException {
        Path text = Files.writeString(folder.resolve("text.txt"), "to be or not to be, that is the question; ".repeat(20));
        Path lm = folder.resolve("lm");
        Outcome.of("train", "--model", "charlm-lstm", "--data", text, "--hidden", "4", "--length", "8", "--batch", "4", "--epochs", "1", "--out", lm).done();
        Path jar = folder.resolve("lm.jar");
        assertTrue(Outcome.of("compile", lm, "-o", jar).done().contains("held-out examples of " + text));
        assertEquals(Tensor.scalar(7), Artefact.open(jar).sample().get("last"));
        Outcome.of("compile", lm, "-o", jar, "--batch", "2").refused("--batch is for models of images");
        Outcome.of("compile", lm, "-o", jar, "--train").done();
        int before = Artefact.open(jar).checkpoint().orElseThrow().progress().step();
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process p = new ProcessBuilder(java.toString(), "-jar", jar.toString(), "--steps", "3", "--save", jar.toString()).redirectErrorStream(true).start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, p.waitFor(), said);
        assertTrue(said.contains("training 1 epochs and " + before + " steps done") && said.contains("sample, 3 runs"), said);
        assertEquals(before + 3, Artefact.open(jar).checkpoint().orElseThrow().progress().step());
    }

    private static int[] labels() {
        int[] labels = new int[TinyData.TRAINING];
        Arrays.setAll(labels, TinyData::label);
        return labels;
    }

    private static Tensor pixels() {
        byte[] bytes = TinyData.images(TinyData.TRAINING).unsignedBytes();
        float[] pixels = new float[bytes.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) ((bytes[i] & 255) / 255.0);
        }
        return Tensor.of(pixels, TinyData.TRAINING, TinyData.HEIGHT * TinyData.WIDTH);
    }

    @Test
    void withoutItsDataTheSampleIsMadeUp() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("copy"));
        Safetensors state = Safetensors.read(run.resolve("state.safetensors"));
        Map<String, String> metadata = new LinkedHashMap<>(state.metadata());
        metadata.put("bytegrad.data", folder.resolve("none").toString());
        Safetensors.write(copy.resolve("state.safetensors"), state.tensors(), metadata);
        for (String file : new String[] {"train.graph", "predict.graph", "model.safetensors"}) {
            Files.copy(run.resolve(file), copy.resolve(file));
        }
        Path jar = folder.resolve("copy.jar");
        assertTrue(Outcome.of("compile", copy, "-o", jar).done().contains("made-up numbers, for the data of the training is not where it was"));
        assertFalse(Artefact.open(jar).sample().isEmpty());
        assertTrue(Outcome.of("compile", copy, "-o", jar, "--train").done().contains("made-up"));
    }

    @Test
    void aGraphsText() throws IOException {
        Path graph = Files.writeString(folder.resolve("step.graph"), STEP);
        Path jar = folder.resolve("graph.jar");
        Outcome.of("compile", graph, "-o", jar).refused("step.graph", "has states without values: w", "--weights");
        Path weights = folder.resolve("w.safetensors");
        Safetensors.write(weights, Map.of("w", Tensor.of(new float[] {1, 2, 3}, 3)));
        Path sample = folder.resolve("sample.npz");
        Npz.write(sample, Map.of("x", Tensor.of(new float[] {10, 20, 30}, 3)));
        Outcome.of("compile", graph, "-o", jar, "--weights", weights, "--sample", sample, "--start", "cold").done();
        Artefact a = Artefact.open(jar);
        Session s = a.newSession();
        a.sample().forEach(s::set);
        s.run();
        assertEquals(Tensor.of(new float[] {11, 22, 33}, 3), s.get("y"));
        Npz.write(sample, Map.of("z", Tensor.scalar(1f)));
        Outcome.of("compile", graph, "-o", jar, "--weights", weights, "--sample", sample).refused("sample \"z\" is f32[]", "no such input");
        Outcome.of("compile", graph, "-o", jar, "--weights", folder.resolve("none")).refused("none", "no such file");
        Files.writeString(graph, "graph\nx: f32[3] = nonsense(x)\n");
        Outcome.of("compile", graph, "-o", jar).refused("step.graph");
        assertEquals(Tensor.of(new float[] {1, 2, 3}, 3), Artefact.open(jar).values().get("w"));
    }

    @Test
    void badArguments() throws IOException {
        Path jar = folder.resolve("x.jar");
        Outcome.of("compile", "C1").refused("--output");
        Outcome.of("compile", "-o", jar).refused("SOURCE");
        Outcome.of("compile", "nix", "-o", jar).refused("nix", "neither a .graph file");
        Outcome.of("compile", "C1", "-o", folder.resolve("x.zip")).refused("x.zip", "ends in .jar");
        Outcome.of("compile", "C1", "-o", folder.resolve(".jar")).refused("ends in .jar");
        Outcome.of("compile", "C1", "-o", Files.createDirectories(folder.resolve("f.jar"))).refused("f.jar", "is a folder");
        Outcome.of("compile", "C1", "-o", folder.resolve("no/x.jar")).failed(Main.FAILED, "no folder");
        Outcome.of("compile", "C1", "-o", jar, "--train").refused("--train", "folder of a training", "C1");
        Outcome.of("compile", "C1", "-o", jar, "--batch", "3").refused("--batch", "folder of a training");
        Outcome.of("compile", run, "-o", jar, "--batch", "0").refused("--batch is 0");
        Outcome.of("compile", run, "-o", jar, "--batch", "1", "--train").refused("--batch is for the model");
        Outcome.of("compile", run, "-o", jar, "--weights", "w").refused("--weights is for a .graph file");
        Outcome.of("compile", folder, "-o", jar).refused("should be a folder that `bytegrad train` wrote", "model.safetensors");
        Outcome.of("compile", folder, "-o", jar, "--train").refused("state.safetensors");
        Outcome.of("compile", "C1", "-o", jar, "--name", "Digits").refused("\"Digits\" has no package");
        Outcome.of("compile", "C1", "-o", jar, "--start", "hot").refused("--start", "hot");
        Outcome.of("compile", "C1", "-o", jar, "--sample", "x.txt").refused("x.txt", ".npz or .safetensors");
        assertFalse(Files.exists(jar));
        Path other = Files.writeString(folder.resolve("other.jar"), "not mine");
        Outcome.of("compile", "C1", "-o", other).refused("other.jar", "is not a model's jar", "--force");
        assertEquals("not mine", Files.readString(other));
        Outcome.of("compile", "C1", "-o", other, "--force").done();
        assertTrue(Artefact.isModel(other));
        try (Stream<Path> files = Files.list(folder)) {
            assertFalse(files.anyMatch(f -> f.toString().endsWith(".tmp")));
        }
    }

    /** On an application's class path: the interface that was made for the model, and what it says in its source. */
    @Test
    void aJarHasAnInterface() throws Exception {
        Path jar = folder.resolve("bands.jar");
        Outcome.of("compile", run, "-o", jar, "--batch", "2", "--name", "com.acme.Bands").done();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, getClass().getClassLoader())) {
            Artefact artefact = Artefact.of(loader.loadClass("com.acme.Bands"));
            Session session = artefact.newSession();
            Class<?> type = loader.loadClass("com.acme.BandsModel");
            Object bands = type.getMethod("over", Session.class).invoke(null, session);
            float[] x = artefact.sample().get("x").floats();
            float[] p = (float[]) type.getMethod("probabilities", float[].class).invoke(bands, (Object) x);
            assertArrayEquals(session.get("probabilities").floats(), p);
            assertEquals(2, type.getMethod("batch").invoke(bands));
            try (InputStream in = loader.getResourceAsStream("com/acme/BandsModel.java")) {
                String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(source.contains("@param x x, f32[2," + TinyData.HEIGHT * TinyData.WIDTH + "]: "), source);
                assertTrue(source.contains("void dense1Weight(@bytegrad.runtime.typed.Named(\"dense1.weight\") float[] value);"), source);
            }
        }
        Path step = folder.resolve("bands-step.jar");
        Outcome.of("compile", run, "-o", step, "--train", "--name", "com.acme.Step").done();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {step.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> type = loader.loadClass("com.acme.StepModel");
            Object model = type.getMethod("over", Session.class).invoke(null, Artefact.of(loader.loadClass("com.acme.Step")).newSession());
            assertTrue(Arrays.stream(type.getMethods()).anyMatch(m -> m.getName().equals("step")));
            assertEquals(((float[]) type.getMethod("dense1Weight").invoke(model)).length, 6 * TinyData.HEIGHT * TinyData.WIDTH);
        }
    }
}
