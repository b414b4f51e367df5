package bytegrad.benchmarks;

import bytegrad.cli.workload.Task;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.runtime.Session;
import bytegrad.runtime.Slot;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Compiled tasks with their inputs set. */
public final class Sessions {
    private Sessions() {}

    /** Compiles for one thread and sets every input and state. */
    public static Session of(Task task, Options options) {
        return of(task, options, 1);
    }

    /** Compiles for so many threads and sets every input and state. */
    public static Session of(Task task, Options options, int threads) {
        Session session = Compiler.compile(task.graph(), options.withKept(task.kept())).newSession(threads);
        task.inputs().forEach(session::set);
        task.state().forEach(session::set);
        return session;
    }

    /** All states and outputs after so many steps. */
    public static List<Tensor> after(int steps, Session s) {
        for (int step = 0; step < steps; step++) {
            s.run();
        }
        List<Tensor> all = new ArrayList<>();
        for (Slot x : s.function().signature().states()) {
            all.add(s.state(x.name()));
        }
        for (Slot x : s.function().signature().outputs()) {
            all.add(s.get(x.name()));
        }
        return all;
    }
}
