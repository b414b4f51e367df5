package bytegrad.benchmarks.check;

import bytegrad.autodiff.optim.Adagrad;
import bytegrad.autodiff.optim.Adam;
import bytegrad.autodiff.optim.Optimizer;
import bytegrad.autodiff.optim.RmsProp;
import bytegrad.autodiff.optim.Sgd;
import bytegrad.codegen.Compiler;
import bytegrad.runtime.ElementType;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.Npz;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Whole training runs in f64 against PyTorch's: {@code shared/data/train-goldens}. */
final class TrainGoldens {
    private static final double TOLERANCE = 1e-10;
    private static final double PARAMETER_TOLERANCE = 1e-9;
    private static final int LARGEST = 1 << 20;

    private TrainGoldens() {}

    static void report(Report report) {
        one(report, "golden-iris", "iris-mlp-sgd", TwoLayers.Activation.TANH, TwoLayers.Loss.CROSS_ENTROPY, new Sgd(0.1));
        one(report, "golden-digits", "digits-mlp-adam", TwoLayers.Activation.RELU, TwoLayers.Loss.CROSS_ENTROPY, new Adam(0.01));
        one(report, "golden-wine", "wine-mlp-adagrad", TwoLayers.Activation.RELU, TwoLayers.Loss.CROSS_ENTROPY, new Adagrad(0.05));
        one(report, "golden-diabetes", "diabetes-mlp-rmsprop", TwoLayers.Activation.SOFTPLUS, TwoLayers.Loss.SMOOTH_L1, new RmsProp(0.001));
    }

    private static void one(Report report, String row, String name, TwoLayers.Activation activation, TwoLayers.Loss loss,
            Optimizer optimizer) {
        Path folder = Places.shared().resolve("data/train-goldens").resolve(name);
        if (!report.wants(row)) {
            return;
        }
        if (!Files.isDirectory(folder)) {
            report.absent(row, folder);
            return;
        }
        Map<String, Tensor> batches = Npz.read(folder.resolve("batches.npz"));
        Map<String, Tensor> init = Npz.read(folder.resolve("init.npz"));
        TwoLayers net = new TwoLayers(init, tensor(batches, "x_0").shape(), activation, loss, optimizer);
        firstStep(report, row, folder, session(net, TwoLayers.Outputs.ALL, init), batches);

        Session session = session(net, TwoLayers.Outputs.LOSS, init);
        Json golden = Json.read(folder.resolve("golden.json"), LARGEST);
        int cycle = (int) Fields.number(golden, "batches");
        List<Json> losses = ((Json.Arr) Fields.of(golden, "losses")).items();
        double worst = 0;
        for (int step = 0; step < losses.size(); step++) {
            run(session, batches, step % cycle);
            double expected = Fields.number(losses.get(step));
            worst = Math.max(worst, Math.abs(session.scalar("loss") - expected) / Math.abs(expected));
        }
        report.atMost(row + "-loss", worst, TOLERANCE);
        report.atMost(row + "-parameters", worst(session, "", Npz.read(folder.resolve("final_params.npz"))), PARAMETER_TOLERANCE);
    }

    private static void firstStep(Report report, String row, Path folder, Session session, Map<String, Tensor> batches) {
        run(session, batches, 0);
        report.atMost(row + "-logits", worst(session, "", Npz.read(folder.resolve("step0_logits.npz"))), TOLERANCE);
        report.atMost(row + "-gradients", worst(session, TwoLayers.GRADIENT, Npz.read(folder.resolve("step0_grad.npz"))), TOLERANCE);
    }

    private static Session session(TwoLayers net, TwoLayers.Outputs outputs, Map<String, Tensor> init) {
        Session session = Compiler.compile(net.graph(outputs)).newSession();
        session.function().signature().states().forEach(s -> {
            Tensor start = init.get(s.name());
            session.set(s.name(), start != null ? TwoLayers.inF64(start) : Tensor.zeros(s.type(), s.dims()));
        });
        return session;
    }

    private static void run(Session session, Map<String, Tensor> batches, int index) {
        session.set("x", TwoLayers.inF64(tensor(batches, "x_" + index)));
        Tensor y = tensor(batches, "y_" + index);
        session.set(TwoLayers.TARGET, y.type() == ElementType.F32 ? TwoLayers.inF64(y) : y);
        session.run();
    }

    private static Tensor tensor(Map<String, Tensor> from, String name) {
        Tensor t = from.get(name);
        if (t == null) {
            throw new IllegalStateException("no tensor " + name + " among " + from.keySet());
        }
        return t;
    }

    /** Of each tensor, the greatest difference by its greatest element; the worst of them. */
    private static double worst(Session session, String prefix, Map<String, Tensor> expected) {
        double worst = 0;
        for (var entry : expected.entrySet()) {
            double[] e = entry.getValue().doubles();
            double[] ours = session.get(prefix + entry.getKey()).doubles();
            double difference = 0;
            double scale = 0;
            for (int i = 0; i < e.length; i++) {
                difference = Math.max(difference, Math.abs(ours[i] - e[i]));
                scale = Math.max(scale, Math.abs(e[i]));
            }
            worst = Math.max(worst, difference / scale);
        }
        return worst;
    }
}
