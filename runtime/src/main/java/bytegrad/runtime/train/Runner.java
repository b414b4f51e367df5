package bytegrad.runtime.train;

import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.util.List;
import java.util.Map;

/** A graph with values for its inputs and states, run again and again: a session of compiled code, or whatever else can run one. */
public interface Runner {
    /** Gives an input or a state its value, which is copied. */
    void set(String name, Tensor value);

    /** Runs once: outputs become readable, states move on. */
    void run();

    /** A copy of an output or a state. */
    Tensor get(String name);

    /** An output of one element. */
    double scalar(String name);

    /** The names of its states. */
    List<String> states();

    /** Copies of all states by name. */
    default Map<String, Tensor> snapshot() {
        return States.of(this, states());
    }

    /** A session as a runner. */
    static Runner of(Session session) {
        return new Runner() {
            @Override
            public void set(String name, Tensor value) {
                session.set(name, value);
            }

            @Override
            public void run() {
                session.run();
            }

            @Override
            public Tensor get(String name) {
                return session.get(name);
            }

            @Override
            public double scalar(String name) {
                return session.scalar(name);
            }

            @Override
            public Map<String, Tensor> snapshot() {
                return session.snapshot();
            }

            @Override
            public List<String> states() {
                return session.function().signature().states().stream().map(Slot::name).toList();
            }
        };
    }
}
