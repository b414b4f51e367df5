package bytegrad.benchmarks.peers;

import bytegrad.benchmarks.Sessions;
import bytegrad.benchmarks.Timing;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Behind {@code peer.sh}: times one workload in one library, or compares all values with ours. */
public final class PeerMain {
    private static final int FAILED = 1;
    private static final int BAD_ARGUMENTS = 2;
    private static final int UNSUPPORTED = 3;
    private static final int STEPS = 20;
    /** Adam's ε is added elsewhere by all three: the losses of B and E part by some 10⁻⁴ over the steps. */
    private static final double TOLERANCE = 1e-3;

    private PeerMain() {}

    /** {@code PEER WORKLOAD THREADS WARM_S MEASURE_S} or {@code PEER check WORKLOAD}; exit codes as of the script. */
    public static void main(String[] args) {
        List<String> words = List.of(args);
        if (words.size() != 5 && !(words.size() == 3 && words.get(1).equals("check"))) {
            throw usage();
        }
        Peer peer = switch (words.get(0)) {
            case "tensorflow" -> new TensorFlowPeer(false);
            case "tensorflow-xla" -> new TensorFlowPeer(true);
            case "pytorch" -> new PyTorchPeer();
            case "onnxruntime" -> new OnnxRuntimePeer();
            default -> throw usage();
        };
        boolean check = words.size() == 3;
        Workload workload = Workload.named(words.get(check ? 2 : 1)).orElseThrow(PeerMain::usage);
        int threads = check ? 1 : Integer.parseInt(words.get(2));
        Optional<PeerCall> call = peer.call(workload, threads);
        if (call.isEmpty()) {
            System.out.println("UNSUPPORTED");
            System.exit(UNSUPPORTED);
        }
        if (check) {
            System.exit(compare(peer, workload, call.orElseThrow()) ? 0 : FAILED);
        }
        Timing timing = Timing.of(call.orElseThrow(), Double.parseDouble(words.get(3)), Double.parseDouble(words.get(4)));
        System.out.println("RESULT " + timing.json(peer.version(), workload.title(), threads).compact());
        // Some natives leave threads behind.
        System.exit(0);
    }

    private static boolean compare(Peer peer, Workload workload, PeerCall call) {
        Session ours = Sessions.of(workload.task(), Options.DEFAULT);
        double worst = 0;
        for (int step = 0; step < (workload.kind() == Workload.Kind.TRAINING ? STEPS : 1); step++) {
            ours.run();
            worst = Math.max(worst, deviation(values(ours), call.values()));
        }
        System.out.printf(Locale.ROOT, "%s %s: deviates from ours by %.2e of the greatest value%n", peer.version(), workload.title(), worst);
        return worst <= TOLERANCE;
    }

    /** All outputs, one after the other. */
    private static float[] values(Session session) {
        float[] all = new float[0];
        for (Slot s : session.function().signature().outputs()) {
            float[] next = session.get(s.name()).floats();
            all = Arrays.copyOf(all, all.length + next.length);
            System.arraycopy(next, 0, all, all.length - next.length, next.length);
        }
        return all;
    }

    private static double deviation(float[] a, float[] b) {
        if (a.length != b.length) {
            return Double.POSITIVE_INFINITY;
        }
        double worst = 0;
        double greatest = 0;
        for (int i = 0; i < a.length; i++) {
            worst = Math.max(worst, Math.abs((double) a[i] - b[i]));
            greatest = Math.max(greatest, Math.abs(a[i]));
        }
        return worst / greatest;
    }

    private static Error usage() {
        System.err.println("usage: peer.sh PEER WORKLOAD THREADS WARM_S MEASURE_S | peer.sh PEER check WORKLOAD; peers: pytorch tensorflow tensorflow-xla onnxruntime");
        System.exit(BAD_ARGUMENTS);
        return new AssertionError("exited");
    }
}
