package bytegrad.benchmarks.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Activation;
import ai.djl.training.GradientCollector;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import bytegrad.cli.workload.Workload;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** PyTorch through the Deep Java Library: eager, gradients by its tape. */
final class PyTorchPeer implements Peer {
    @Override
    public String version() {
        return "djl-pytorch-" + Engine.getInstance().getVersion();
    }

    @Override
    public Optional<PeerCall> call(Workload workload, int threads) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        NDManager root = Engine.getInstance().newBaseManager();
        PyTorchNet net = new PyTorchNet(workload, root);
        return Optional.of(switch (workload.kind()) {
            case TRAINING -> new Training(net, root, workload);
            case INFERENCE -> new Inference(net, root, workload);
            case ARRAYS -> switch (workload) {
                case F -> new Chain(net, root);
                case FG -> new ChainWithGradients(net, root);
                case H512, H1024 -> new Product(net, root);
                case A, B, C1, C64, D, D1, D32, E, E1, E8 -> throw new IllegalArgumentException(workload + " is a network");
            };
        });
    }

    private static float[] joined(NDArray... arrays) {
        float[] all = new float[0];
        for (NDArray a : arrays) {
            float[] next = a.toFloatArray();
            all = Arrays.copyOf(all, all.length + next.length);
            System.arraycopy(next, 0, all, all.length - next.length, next.length);
        }
        return all;
    }

    /** A step, and the loss read back. What it allocates goes with a manager of its own. */
    private static final class Training implements PeerCall {
        private final PyTorchNet net;
        private final NDManager root;
        private final Workload workload;
        private final Loss loss = Loss.softmaxCrossEntropyLoss();
        private Optimizer optimizer;

        Training(PyTorchNet net, NDManager root, Workload workload) {
            this.net = net;
            this.root = root;
            this.workload = workload;
            this.optimizer = optimizer(workload);
            net.targets();
            // The parameters are made where the network first asks for them.
            try (NDManager m = root.newSubManager()) {
                net.data().attach(m);
                net.logits(workload).close();
                net.data().attach(root);
            }
            net.parameters().values().forEach(p -> p.array().setRequiresGradient(true));
        }

        private static Optimizer optimizer(Workload w) {
            return w == Workload.A || w == Workload.D
                    ? Optimizer.sgd().setLearningRateTracker(Tracker.fixed(w == Workload.A ? 0.1f : 0.01f)).build()
                    : Optimizer.adam().optLearningRateTracker(Tracker.fixed(1e-3f)).build();
        }

        @Override
        public double run() {
            try (NDManager m = root.newSubManager()) {
                net.data().attach(m);
                net.targets().attach(m);
                float value;
                try (GradientCollector tape = Engine.getInstance().newGradientCollector()) {
                    NDArray l = loss.evaluate(new NDList(net.targets()), new NDList(net.logits(workload)));
                    tape.backward(l);
                    value = l.getFloat();
                }
                net.parameters().forEach((name, p) -> {
                    NDArray gradient = p.array().getGradient();
                    gradient.attach(m);
                    optimizer.update(name, p.array(), gradient);
                });
                net.data().attach(root);
                net.targets().attach(root);
                return value;
            }
        }

        @Override
        public float[] values() {
            return new float[] {(float) run()};
        }

        @Override
        public void reset() {
            net.parameters().values().forEach(p -> p.array().set(p.initial()));
            optimizer = optimizer(workload);
        }
    }

    /** A forward pass, and the logits copied out. */
    private record Inference(PyTorchNet net, NDManager root, Workload workload) implements PeerCall {
        @Override
        public double run() {
            return values()[0];
        }

        @Override
        public float[] values() {
            try (NDManager m = root.newSubManager()) {
                net.data().attach(m);
                float[] logits = net.logits(workload).toFloatArray();
                net.data().attach(root);
                return logits;
            }
        }
    }

    /** F. */
    private static final class Chain implements PeerCall {
        private final NDManager root;
        private final List<NDArray> abcx;

        Chain(PyTorchNet net, NDManager root) {
            this.root = root;
            this.abcx = net.chainInputs();
        }

        @Override
        public double run() {
            try (NDManager m = root.newSubManager()) {
                return on(m).size();
            }
        }

        private NDArray on(NDManager m) {
            NDArray x = abcx.get(3);
            x.attach(m);
            NDArray y = chain(abcx);
            x.attach(root);
            return y;
        }

        @Override
        public float[] values() {
            try (NDManager m = root.newSubManager()) {
                return joined(on(m));
            }
        }
    }

    private static NDArray chain(List<NDArray> abcx) {
        NDArray x = abcx.get(3);
        return Activation.gelu(x.mul(abcx.get(0)).add(abcx.get(1))).mul(abcx.get(2)).tanh().add(x);
    }

    /** F with the gradients of its sum. */
    private static final class ChainWithGradients implements PeerCall {
        private final NDManager root;
        private final List<NDArray> abcx;

        ChainWithGradients(PyTorchNet net, NDManager root) {
            this.root = root;
            this.abcx = net.chainInputs();
            abcx.subList(0, 3).forEach(a -> a.setRequiresGradient(true));
        }

        private NDArray[] on(NDManager m) {
            NDArray x = abcx.get(3);
            x.attach(m);
            NDArray y;
            try (GradientCollector tape = Engine.getInstance().newGradientCollector()) {
                y = chain(abcx);
                tape.backward(y);
            }
            NDArray[] all = {y, abcx.get(0).getGradient(), abcx.get(1).getGradient(), abcx.get(2).getGradient()};
            for (int i = 1; i < all.length; i++) {
                all[i].attach(m);
            }
            x.attach(root);
            return all;
        }

        @Override
        public double run() {
            try (NDManager m = root.newSubManager()) {
                return on(m).length;
            }
        }

        @Override
        public float[] values() {
            try (NDManager m = root.newSubManager()) {
                return joined(on(m));
            }
        }
    }

    /** H. */
    private static final class Product implements PeerCall {
        private final NDArray a;
        private final NDArray b;

        Product(PyTorchNet net, NDManager root) {
            a = net.array("A");
            b = net.array("B");
        }

        @Override
        public double run() {
            try (NDArray c = a.matMul(b)) {
                return c.size();
            }
        }

        @Override
        public float[] values() {
            try (NDArray c = a.matMul(b)) {
                return joined(c);
            }
        }
    }
}
