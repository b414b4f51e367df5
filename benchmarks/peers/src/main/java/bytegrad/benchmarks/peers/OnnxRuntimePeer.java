package bytegrad.benchmarks.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import bytegrad.cli.workload.Workload;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** ONNX Runtime, inference only: models are written in memory, with all optimisations on. */
final class OnnxRuntimePeer implements Peer {
    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();

    @Override
    public String version() {
        return "onnxruntime-" + environment.getVersion();
    }

    @Override
    public Optional<PeerCall> call(Workload workload, int threads) {
        if (workload.kind() == Workload.Kind.TRAINING || workload == Workload.FG) {
            return Optional.empty();
        }
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            OnnxNet net = new OnnxNet(workload);
            OrtSession session = environment.createSession(net.model(), options);
            Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
            for (OnnxNet.Feed f : net.feeds()) {
                feeds.put(f.name(), f.tensor(environment));
            }
            return Optional.of(new Run(session, feeds, workload.kind()));
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Run(OrtSession session, Map<String, OnnxTensor> feeds, Workload.Kind kind) implements PeerCall {
        @Override
        public double run() {
            try (OrtSession.Result r = session.run(feeds)) {
                return switch (kind) {
                    case INFERENCE -> floats(r)[0];
                    case ARRAYS, TRAINING -> r.size();
                };
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public float[] values() {
            try (OrtSession.Result r = session.run(feeds)) {
                return floats(r);
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        private static float[] floats(OrtSession.Result r) {
            FloatBuffer b = ((OnnxTensor) r.get(0)).getFloatBuffer();
            float[] a = new float[b.remaining()];
            b.get(a);
            return a;
        }
    }
}
