package bytegrad.benchmarks;

import bytegrad.cli.workload.Task;
import bytegrad.codegen.Compiler;
import bytegrad.codegen.Options;
import bytegrad.runtime.Session;

/** Compiled tasks with their inputs set. */
public final class Sessions {
    private Sessions() {}

    /** Compiles for one thread and sets every input and state. */
    public static Session of(Task task, Options options) {
        return of(task, options, 1);
    }

    /** Compiles for so many threads and sets every input and state. */
    public static Session of(Task task, Options options, int threads) {
        Session session = Compiler.compile(task.graph(), options).newSession(threads);
        task.inputs().forEach(session::set);
        task.state().forEach(session::set);
        return session;
    }
}
