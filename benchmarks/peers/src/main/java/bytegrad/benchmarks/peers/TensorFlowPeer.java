package bytegrad.benchmarks.peers;

import bytegrad.cli.workload.Workload;
import java.util.List;
import java.util.Optional;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.op.Op;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.types.TFloat32;

/** TensorFlow's graph mode: one session run a call. With XLA the clusters that it finds are compiled. */
final class TensorFlowPeer implements Peer {
    private final boolean xla;

    TensorFlowPeer(boolean xla) {
        this.xla = xla;
    }

    @Override
    public String version() {
        return "tensorflow-java-" + TensorFlow.version() + (xla ? "-xla" : "");
    }

    @Override
    public Optional<PeerCall> call(Workload workload, int threads) {
        TensorFlowNet net = new TensorFlowNet(workload);
        return Optional.of(switch (workload) {
            case A, D -> training(net, workload, threads, workload == Workload.A ? 0.1f : 0.01f, false);
            case B, E -> training(net, workload, threads, 1e-3f, true);
            case C1, C64, D1, D32, E1, E8 -> new Step(net, threads, List.of(net.logits(workload)), List.of(), Workload.Kind.INFERENCE);
            case F, FG -> new Step(net, threads, net.chain(workload == Workload.FG), List.of(), Workload.Kind.ARRAYS);
            case H512, H1024 -> new Step(net, threads, List.of(net.product()), List.of(), Workload.Kind.ARRAYS);
        });
    }

    private Step training(TensorFlowNet net, Workload workload, int threads, float rate, boolean adam) {
        Operand<TFloat32> loss = net.loss(workload);
        Op update = net.update(loss, rate, adam);
        return new Step(net, threads, List.of(loss), List.of(update), Workload.Kind.TRAINING);
    }

    private Session session(TensorFlowNet net, int threads) {
        GraphOptions.Builder options = GraphOptions.newBuilder();
        if (xla) {
            options.setOptimizerOptions(OptimizerOptions.newBuilder().setGlobalJitLevel(OptimizerOptions.GlobalJitLevel.ON_2));
        }
        return new Session(net.graph(), ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(threads)
                .setInterOpParallelismThreads(threads)
                .setGraphOptions(options)
                .build());
    }

    /** A run of a session. */
    private final class Step implements PeerCall {
        private final TensorFlowNet net;
        private final Session session;
        private final List<Operand<TFloat32>> fetched;
        private final List<Op> targets;
        private final Workload.Kind kind;

        Step(TensorFlowNet net, int threads, List<Operand<TFloat32>> fetched, List<Op> targets, Workload.Kind kind) {
            this.net = net;
            this.session = session(net, threads);
            this.fetched = fetched;
            this.targets = targets;
            this.kind = kind;
            reset();
        }

        private Result result() {
            Session.Runner runner = session.runner();
            net.feeds().forEach(f -> runner.feed(f.place(), f.value()));
            fetched.forEach(runner::fetch);
            targets.forEach(runner::addTarget);
            return runner.run();
        }

        @Override
        public double run() {
            try (Result r = result()) {
                return switch (kind) {
                    case TRAINING -> ((TFloat32) r.get(0)).getFloat();
                    case INFERENCE -> floats(r.get(0))[0];
                    case ARRAYS -> r.size();
                };
            }
        }

        @Override
        public float[] values() {
            try (Result r = result()) {
                float[] all = new float[0];
                for (int i = 0; i < r.size(); i++) {
                    float[] next = floats(r.get(i));
                    float[] joined = java.util.Arrays.copyOf(all, all.length + next.length);
                    System.arraycopy(next, 0, joined, all.length, next.length);
                    all = joined;
                }
                return all;
            }
        }

        private float[] floats(org.tensorflow.Tensor t) {
            TFloat32 f = (TFloat32) t;
            float[] a = new float[(int) f.size()];
            f.asRawTensor().data().asFloats().read(a);
            return a;
        }

        @Override
        public void reset() {
            net.variables().forEach(v -> session.runner().feed(v.start(), v.initial()).addTarget(v.assign()).run().close());
        }
    }
}
