package bytegrad.benchmarks;

import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.Map;

/** What is timed of a workload, ready to be called. */
public interface Call {
    /** One call, timed; what it returns keeps the compiler from leaving it out. */
    double run();

    /** Puts training state back to the start; untimed. */
    void reset();

    /** Compiles with the default options and sets the inputs. */
    static Call of(Workload workload) {
        return of(workload, Options.DEFAULT);
    }

    /** Compiles for one thread and sets the inputs. */
    static Call of(Workload workload, Options options) {
        return of(workload, options, 1);
    }

    /** Compiles for so many threads and sets the inputs. */
    static Call of(Workload workload, Options options, int threads) {
        Task task = workload.task();
        Session session = Sessions.of(task, options, threads);
        return switch (workload.kind()) {
            case TRAINING -> new Training(session, task.state());
            case INFERENCE -> new Inference(session, new float[session.function().signature().outputs().get(0).size()]);
            case ARRAYS -> new Arrays(session);
        };
    }

    /** A step, and the loss read back. */
    record Training(Session session, Map<String, Tensor> start) implements Call {
        /** Copies the map. */
        public Training {
            start = Map.copyOf(start);
        }

        @Override
        public double run() {
            session.run();
            return session.scalar("loss");
        }

        @Override
        public void reset() {
            start.forEach(session::set);
        }
    }

    /** A run, and the logits copied out. */
    final class Inference implements Call {
        private final Session session;
        private final float[] logits;

        private Inference(Session session, float[] logits) {
            this.session = session;
            this.logits = logits;
        }

        @Override
        public double run() {
            session.run();
            session.read("logits", logits);
            return logits[0];
        }

        @Override
        public void reset() {}
    }

    /** A run. */
    record Arrays(Session session) implements Call {
        @Override
        public double run() {
            session.run();
            return 0;
        }

        @Override
        public void reset() {}
    }

    /** Does nothing: the call of who has none yet. */
    record Nothing() implements Call {
        @Override
        public double run() {
            return 0;
        }

        @Override
        public void reset() {}
    }
}
