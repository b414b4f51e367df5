package bytegrad.cli.train;

import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.Tensor;
import java.util.Locale;

/** Emitted bytecode. */
final class CompiledRunner implements Runner {
    private final CompiledFunction function;
    private final Session session;

    CompiledRunner(CompiledFunction function) {
        this.function = function;
        session = function.newSession();
    }

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
    public Runner fresh() {
        return new CompiledRunner(function);
    }

    @Override
    public String text() {
        return String.format(Locale.ROOT, "%.1f MB of memory", function.arena().bytes() / 1e6);
    }
}
