package bytegrad.benchmarks.check;

import bytegrad.codegen.*;
import bytegrad.runtime.Session;

public final class Explore {
    private Explore() {}

    public static void main(String[] a) {
        boolean time = a[0].equals("time");
        DeepNetwork n = a[1].equals("mlp") ? DeepNetwork.perceptron(24, Integer.parseInt(a[2]), Integer.parseInt(a[3]))
                : DeepNetwork.transformer(12, Integer.parseInt(a[2]), Integer.parseInt(a[3]));
        Options o = Options.DEFAULT;
        long t0 = System.nanoTime();
        Explanation e = n.explain(o);
        show(e, t0);
        var m = e.memory();
        long act = m.arenaBytes() - m.pinnedBytes();
        Session base = time ? n.session(o, 1) : null;
        for (double f : new double[] {0.75, 0.5, 0.35, 0.25}) {
            long budget = m.pinnedBytes() + (long) (f * act);
            t0 = System.nanoTime();
            try {
                Explanation x = n.explain(o.withMemoryBudget(budget));
                System.out.print(f + " ");
                show(x, t0);
                if (time) {
                    Session s = n.session(o.withMemoryBudget(budget), 1);
                    System.out.println(f + " time ratio " + bytegrad.benchmarks.Interleaved.ratio(s::run, base::run, 2, 8) + " bytes " + s.bytes());
                }
                if (a.length > 4) {
                    x.memory().recomputed().forEach(r -> System.out.println("   " + r));
                    java.util.Set<String> again = new java.util.HashSet<>();
                    x.launches().forEach(l -> System.out.println("   " + l.number() + (l.again() == l.number() ? "  " : "^" + l.again()) + " " + l.nanos() + " ns " + l.kind() + " " + l.label() + " <- " + l.reads() + " live " + l.liveBytes()));
                }
            } catch (MemoryBudgetException r) {
                System.out.println(f + " " + r.getMessage() + " " + (System.nanoTime() - t0) / 1e6 + " ms");
            }
        }
    }

    private static void show(Explanation x, long t0) {
        var m = x.memory();
        System.out.printf("arena %,d pinned %,d live %,d bound %,d by %s; nanos %,d again %,d = %.1f%%; launches %d, recomputed %d; took %.0f ms %s%n", m.arenaBytes(), m.pinnedBytes(), m.peakLiveBytes(),
                m.lowerBound(), m.boundBy(), m.nanos(), m.againNanos(), 100.0 * m.againNanos() / (m.nanos() - m.againNanos()), x.launchCount(), m.recomputed().size(),
                (System.nanoTime() - t0) / 1e6, x.stages().stream().filter(s -> s.name().equals("plan") || s.name().equals("emit")|| s.name().equals("lower")).map(s -> s.name() + " " + s.nanos() / 1000000).toList());
    }
}
