package bytegrad.codegen.plan.remat;

import bytegrad.codegen.plan.PlanException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Kernels and the values between them. Kernels are in an order in which they can run, each once; plans start from it.
 *
 * @param values what is stored
 * @param kernels what runs
 */
public record KernelGraph(List<Value> values, List<Kernel> kernels) {
    /** The most bytes all values together, and the most cost all kernels together, may have: sums of many runs stay exact in a long. */
    public static final long MOST = 1L << 53;

    /**
     * A buffer's worth of results.
     *
     * @param slab the number of the array it is stored in: one for each storage type
     * @param pinned it has a place of its own for good: an input, a parameter, a result. A pinned value that no kernel writes is there
     *     from the start
     */
    public record Value(String name, long bytes, int slab, boolean pinned) {
        public Value {
            if (bytes < 0) {
                throw new PlanException("value " + name + " has " + bytes + " bytes");
            }
            if (slab < 0) {
                throw new PlanException("value " + name + " is in slab " + slab);
            }
        }
    }

    /** At this kernel, the value written may take the place of the value read if that is not needed any more. */
    public record Overlay(int written, int read) {}

    /**
     * A launch.
     *
     * @param cost what a run takes, in any unit
     * @param reads indices of values
     * @param writes indices of values; a run writes all of them. What it needs while it runs only is a value that nothing reads
     * @param once it must not run again: it writes over a state, or says something
     * @param after kernels whose runs must all come before this one, which is {@code once}: they read what it overwrites
     * @param overlays values read that may be overwritten by values written, each at most once
     */
    public record Kernel(
            String name, long cost, List<Integer> reads, List<Integer> writes, boolean once, List<Integer> after, List<Overlay> overlays) {
        public Kernel {
            reads = List.copyOf(reads);
            writes = List.copyOf(writes);
            after = List.copyOf(after);
            overlays = List.copyOf(overlays);
            if (cost < 0) {
                throw new PlanException("kernel " + name + " costs " + cost);
            }
            if (!after.isEmpty() && !once) {
                throw new PlanException("kernel " + name + " waits for others, but may run again");
            }
        }

        /** A kernel without ties or overlays. */
        public Kernel(String name, long cost, List<Integer> reads, List<Integer> writes) {
            this(name, cost, reads, writes, false, List.of(), List.of());
        }
    }

    public KernelGraph {
        values = List.copyOf(values);
        kernels = List.copyOf(kernels);
        checkSums(values, kernels);
        checkUses(values, kernels);
    }

    private static void checkSums(List<Value> values, List<Kernel> kernels) {
        long bytes = 0;
        for (Value v : values) {
            bytes = sum(bytes, v.bytes(), "bytes");
        }
        long cost = 0;
        for (Kernel k : kernels) {
            cost = sum(cost, k.cost(), "cost");
        }
    }

    private static long sum(long a, long b, String of) {
        if (b > MOST - a) {
            throw new PlanException("the " + of + " of all kernels together are more than 2^53");
        }
        return a + b;
    }

    private static void checkUses(List<Value> values, List<Kernel> kernels) {
        boolean[] there = new boolean[values.size()];
        Set<Integer> written = new HashSet<>();
        kernels.forEach(k -> k.writes().forEach(v -> {
            if (v < 0 || v >= values.size() || !written.add(v)) {
                throw new PlanException("kernel " + k.name() + " writes value " + v + ", which is none or has another writer");
            }
        }));
        for (int v = 0; v < there.length; v++) {
            there[v] = values.get(v).pinned() && !written.contains(v);
        }
        boolean[] ran = new boolean[kernels.size()];
        for (int k = 0; k < ran.length; k++) {
            Kernel kernel = kernels.get(k);
            for (int v : kernel.reads()) {
                if (v < 0 || v >= there.length || !there[v]) {
                    throw new PlanException("kernel " + kernel.name() + " reads value " + v + ", which nothing before it writes");
                }
            }
            for (int other : kernel.after()) {
                if (other < 0 || other >= ran.length || !ran[other]) {
                    throw new PlanException("kernel " + kernel.name() + " waits for kernel " + other + ", which is not before it");
                }
            }
            checkOverlays(values, kernel);
            kernel.writes().forEach(v -> there[v] = true);
            ran[k] = true;
        }
    }

    private static void checkOverlays(List<Value> values, Kernel kernel) {
        Set<Integer> seen = new HashSet<>();
        for (Overlay o : kernel.overlays()) {
            boolean fits = kernel.writes().contains(o.written()) && kernel.reads().contains(o.read())
                    && seen.add(o.written()) && seen.add(o.read());
            Value to = fits ? values.get(o.written()) : null;
            Value from = fits ? values.get(o.read()) : null;
            if (to == null || from == null || to.bytes() != from.bytes() || to.slab() != from.slab()) {
                throw new PlanException("kernel " + kernel.name() + " cannot write value " + o.written() + " over value " + o.read());
            }
        }
    }

    /** Bytes of what has a place for good. */
    public long pinnedBytes() {
        return values.stream().filter(Value::pinned).mapToLong(Value::bytes).sum();
    }

    /** What all kernels cost, each run once. */
    public long cost() {
        return kernels.stream().mapToLong(Kernel::cost).sum();
    }

    /** For each value the kernel that writes it, or −1. */
    int[] writers() {
        int[] writer = new int[values.size()];
        Arrays.fill(writer, -1);
        for (int k = 0; k < kernels.size(); k++) {
            for (int v : kernels.get(k).writes()) {
                writer[v] = k;
            }
        }
        return writer;
    }
}
