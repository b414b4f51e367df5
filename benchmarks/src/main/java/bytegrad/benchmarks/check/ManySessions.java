package bytegrad.benchmarks.check;

import bytegrad.cli.workload.Task;
import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Compiler;
import bytegrad.runtime.CompiledFunction;
import bytegrad.runtime.Session;
import bytegrad.runtime.SessionException;
import bytegrad.runtime.SessionPool;
import bytegrad.runtime.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** The training step of A, compiled once, on 64 threads: a session each, a pool of four, and one session by mistake. */
final class ManySessions {
    private static final int THREADS = 64;
    private static final int STEPS = 10;
    private static final int POOL = 4;

    private final Task task = Workload.A.task();
    private final CompiledFunction function = Compiler.compile(task.graph());

    private ManySessions() {}

    static void report(Report report) {
        try {
            new ManySessions().rows(report);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void rows(Report report) throws ExecutionException, InterruptedException {
        List<Map<String, Tensor>> expected = new ArrayList<>();
        for (int k = 0; k < THREADS; k++) {
            expected.add(trained(function.newSession(1), k));
        }
        List<Map<String, Tensor>> each = together(k -> () -> trained(function.newSession(), k));
        report.fact("threads-64-a-session-each", each.equals(expected) ? "right" : "wrong", "right", each.equals(expected));
        try (SessionPool pool = new SessionPool(function, POOL, s -> task.state().forEach(s::set))) {
            List<Map<String, Tensor>> lent = together(k -> () -> pool.use(s -> trained(s, k)));
            report.fact("threads-64-a-pool-of-" + POOL, lent.equals(expected) ? "right" : "wrong", "right", lent.equals(expected));
            report.figure("threads-64-pool-megabytes", pool.bytes() / 1e6);
        }
        Session shared = function.newSession(1);
        task.inputs().forEach(shared::set);
        task.state().forEach(shared::set);
        AtomicInteger refused = new AtomicInteger();
        int runs = together(k -> () -> {
            int done = 0;
            for (int i = 0; i < STEPS; i++) {
                try {
                    shared.run();
                    done++;
                } catch (SessionException e) {
                    refused.incrementAndGet();
                }
            }
            return done;
        }).stream().mapToInt(Integer::intValue).sum();
        Session alone = function.newSession(1);
        task.inputs().forEach(alone::set);
        task.state().forEach(alone::set);
        for (int i = 0; i < runs; i++) {
            alone.run();
        }
        report.atLeast("threads-64-on-one-session-refused", refused.get(), 1);
        boolean right = alone.snapshot().equals(shared.snapshot());
        report.fact("threads-64-on-one-session-rest", right ? "right" : "wrong", "right", right);
    }

    /** States after some steps on pixels of this number's own. */
    private Map<String, Tensor> trained(Session s, int number) {
        Map<String, Tensor> inputs = task.inputs();
        for (Tensor t : inputs.values()) {
            for (int i = 0; t.type() == bytegrad.runtime.ElementType.F32 && i < t.size(); i++) {
                t.floats()[i] = t.floats()[i] * (number + 1) / THREADS;
            }
        }
        inputs.forEach(s::set);
        task.state().forEach(s::set);
        for (int i = 0; i < STEPS; i++) {
            s.run();
        }
        return s.snapshot();
    }

    /** What each of 64 threads comes to, which begin at once. */
    private static <T> List<T> together(IntFunction<Callable<T>> work) throws ExecutionException, InterruptedException {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<T>> all = new ArrayList<>();
            for (int k = 0; k < THREADS; k++) {
                Callable<T> one = work.apply(k);
                all.add(threads.submit(() -> {
                    start.await();
                    return one.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : all) {
                results.add(one.get());
            }
            return results;
        }
    }
}
