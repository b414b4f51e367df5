package bytegrad.benchmarks;

import bytegrad.cli.workload.Detail;
import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.ir.DType;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Our values of the workloads, in the format of {@code shared/peers/golden}. */
public final class Golden {
    private static final Set<Integer> STEPS = Set.of(1, 2, 5, 20);
    private static final int LAST_STEP = 20;
    private static final int HEAD = 4;
    /** An element in the middle of F's arrays. */
    private static final int PROBE = 12345;

    private static final String GRADIENT = "grad/";

    private Golden() {}

    /** All of them. */
    public static Json.Obj all(Options options) {
        JsonFields all = new JsonFields().put("peer", Version.PEER).put("dtype", DType.F32.text());
        for (Workload w : Workload.values()) {
            switch (w) {
                case FG -> {}
                case A, B, C1, C64, D, D1, D32, E, E1, E8, F, H512, H1024 -> all.put(w.title(), of(w, options));
            }
        }
        return all.build();
    }

    /** One of them; F's come with the gradients of Fg. */
    public static Json.Obj of(Workload workload, Options options) {
        return switch (workload) {
            case F, FG -> arrays(Workload.FG, options);
            case A, B, D, E -> training(workload, options);
            case C1, C64, D1, D32, E1, E8 -> new JsonFields().put("logits", statistics(run(workload, options).get("logits"))).build();
            case H512, H1024 -> statistics(run(workload, options).get("C"));
        };
    }

    private static Session run(Workload workload, Options options) {
        Session session = Sessions.of(workload.task(), options);
        session.run();
        return session;
    }

    private static Json.Obj arrays(Workload workload, Options options) {
        Session session = run(workload, options);
        JsonFields values = new JsonFields();
        session.function().signature().outputs().forEach(out -> {
            Tensor t = session.get(out.name());
            JsonFields f = new JsonFields();
            statistics(t).members().forEach(f::put);
            float[] a = t.floats();
            values.put(out.name(), f.put("at" + PROBE, Json.of(a[PROBE])).put("last", Json.of(a[a.length - 1])).build());
        });
        return values.build();
    }

    private static Json.Obj training(Workload workload, Options options) {
        Task withGradients = workload.task(DType.F32, Detail.GRADIENTS);
        Session first = Sessions.of(withGradients, options);
        first.run();
        JsonFields gradients = new JsonFields();
        first.function().signature().outputs().forEach(out -> {
            if (out.name().startsWith(GRADIENT)) {
                gradients.put(out.name().substring(GRADIENT.length()), statistics(first.get(out.name())));
            }
        });
        Session session = Sessions.of(workload.task(), options);
        JsonFields losses = new JsonFields();
        for (int step = 1; step <= LAST_STEP; step++) {
            session.run();
            if (STEPS.contains(step)) {
                losses.put(Integer.toString(step), Json.of((float) session.scalar("loss")));
            }
        }
        return new JsonFields().put("loss", losses.build()).put("grad_step1", gradients.build()).build();
    }

    /** Shape, sum, L2 norm and the first elements, summed in double. */
    private static Json.Obj statistics(Tensor t) {
        double sum = 0;
        double squares = 0;
        List<Json> head = new ArrayList<>();
        for (float v : t.floats()) {
            sum += v;
            squares += (double) v * v;
            if (head.size() < HEAD) {
                head.add(Json.of(v));
            }
        }
        return new JsonFields().put("shape", Json.of(t.shape())).put("sum", sum).put("l2", Math.sqrt(squares)).put("head", new Json.Arr(head)).build();
    }
}
