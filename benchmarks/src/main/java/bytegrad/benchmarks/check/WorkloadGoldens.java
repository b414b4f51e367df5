package bytegrad.benchmarks.check;

import bytegrad.benchmarks.Golden;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.runtime.io.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Our values of the workloads against PyTorch's in f64. */
final class WorkloadGoldens {
    private static final double TOLERANCE = 1e-5;
    private static final int LARGEST = 1 << 20;

    private WorkloadGoldens() {}

    /** Of perceptrons, formulas and products. */
    static void simple(Report report) {
        report(report, List.of(Workload.A, Workload.B, Workload.C1, Workload.C64, Workload.F, Workload.H512, Workload.H1024));
    }

    /** Of the models people train. */
    static void models(Report report) {
        report(report, List.of(Workload.D, Workload.D1, Workload.D32, Workload.E, Workload.E1, Workload.E8));
    }

    /** F's golden values include the gradients, so that F is checked through Fg. */
    private static void report(Report report, List<Workload> workloads) {
        Path file = Places.shared().resolve("peers/golden/torch-f64.json");
        if (!Files.exists(file)) {
            report.absent("workload", file);
            return;
        }
        Json golden = Json.read(file, LARGEST);
        for (Workload w : workloads) {
            if (!report.wants("workload-" + w.title())) {
                continue;
            }
            Json expected = Fields.of(golden, w.title());
            Json ours = Golden.of(w, Options.DEFAULT);
            String row = "workload-" + w.title();
            switch (w.kind()) {
                case TRAINING -> training(report, row, ours, expected);
                case INFERENCE -> {
                    report.atMost(row + "-logits-l2", relative(Fields.of(ours, "logits", "l2"), Fields.of(expected, "logits", "l2")), TOLERANCE);
                    report.atMost(row + "-logits-head", headError(Fields.of(ours, "logits"), Fields.of(expected, "logits")), TOLERANCE);
                }
                case ARRAYS -> arrays(report, w, row, ours, expected);
            }
        }
    }

    private static void training(Report report, String row, Json ours, Json expected) {
        double loss = 0;
        for (String step : Fields.names(Fields.of(expected, "loss"))) {
            loss = worse(loss, relative(Fields.of(ours, "loss", step), Fields.of(expected, "loss", step)));
        }
        double l2 = 0;
        double sum = 0;
        double head = 0;
        for (String parameter : Fields.names(Fields.of(expected, "grad_step1"))) {
            Json g = Fields.of(ours, "grad_step1", parameter);
            Json e = Fields.of(expected, "grad_step1", parameter);
            l2 = worse(l2, relative(Fields.of(g, "l2"), Fields.of(e, "l2")));
            sum = worse(sum, Math.abs(Fields.number(g, "sum") - Fields.number(e, "sum")) / Fields.number(e, "l2"));
            head = worse(head, headError(g, e));
        }
        report.atMost(row + "-loss", loss, TOLERANCE);
        report.atMost(row + "-grad-l2", l2, TOLERANCE);
        report.atMost(row + "-grad-sum", sum, TOLERANCE);
        report.atMost(row + "-grad-head", head, TOLERANCE);
    }

    private static void arrays(Report report, Workload workload, String row, Json ours, Json expected) {
        if (workload != Workload.F) {
            report.atMost(row + "-l2", relative(Fields.of(ours, "l2"), Fields.of(expected, "l2")), TOLERANCE);
            report.atMost(row + "-head", headError(ours, expected), TOLERANCE);
            return;
        }
        for (String name : Fields.names(expected)) {
            Json o = Fields.of(ours, name);
            Json e = Fields.of(expected, name);
            report.atMost(row + "-" + name + "-l2", relative(Fields.of(o, "l2"), Fields.of(e, "l2")), TOLERANCE);
            double elements = headError(o, e);
            for (String at : List.of("at12345", "last")) {
                elements = worse(elements, Math.abs(Fields.number(o, at) - Fields.number(e, at)));
            }
            report.atMost(row + "-" + name + "-elements", elements, TOLERANCE);
        }
    }

    private static double relative(Json ours, Json expected) {
        double e = Fields.number(expected);
        return Math.abs(Fields.number(ours) - e) / Math.abs(e);
    }

    /** The greatest difference of the first elements, of an element over 1 relative to it. */
    private static double headError(Json ours, Json expected) {
        List<Json> a = ((Json.Arr) Fields.of(ours, "head")).items();
        List<Json> b = ((Json.Arr) Fields.of(expected, "head")).items();
        double worst = 0;
        for (int i = 0; i < b.size(); i++) {
            double e = Fields.number(b.get(i));
            worst = worse(worst, Math.abs(Fields.number(a.get(i)) - e) / Math.max(1, Math.abs(e)));
        }
        return worst;
    }

    /** The greater; NaN where one is, so that it is not lost. */
    private static double worse(double a, double b) {
        return Math.max(a, b);
    }
}
