package bytegrad.codegen;

import bytegrad.codegen.emit.ClassImage;
import bytegrad.codegen.fuse.Cluster;
import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.KernelPrinter;
import bytegrad.codegen.lower.LoweredKernel;
import bytegrad.codegen.lower.Place;
import bytegrad.codegen.plan.MemoryPlan;
import bytegrad.codegen.plan.Plan;
import bytegrad.ir.Graph;
import bytegrad.ir.Node;
import bytegrad.ir.text.GraphPrinter;
import bytegrad.runtime.WriteException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with every stage of a compilation, in files that sort by stage and that two compilations can be compared by:
 *
 * <pre>
 * 01-source.graph
 * 02-01-after-FoldConstants.graph   one for each pass that changed the graph, in order
 * 03-compiled.graph
 * 10-partition.txt                  each kernel's space and what it stores, then each node's fate
 * 20-kernels.txt                    the loop IR, in the partition's order
 * 30-plan.txt                       slabs, then each launch with the offset of each buffer
 * 40-Graph.class, 40-Graph.kernels  class files, and the listings that their line numbers point into
 * </pre>
 *
 * <p>Files of those names that an earlier dump left are removed first. With the system property {@value #PROPERTY} every
 * compilation is dumped, each into a numbered folder of its own.
 */
final class Dump {
    static final String PROPERTY = "bytegrad.dump";
    private static final Pattern OURS = Pattern.compile("(01|02|03|10|20|30|40)-.*\\.(graph|txt|class|kernels)");
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path folder;

    private Dump(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            List<Path> old;
            try (Stream<Path> files = Files.list(folder)) {
                old = files.filter(f -> OURS.matcher(String.valueOf(f.getFileName())).matches()).toList();
            }
            for (Path f : old) {
                Files.delete(f);
            }
        } catch (IOException e) {
            throw new WriteException(folder, e.toString(), e);
        }
    }

    static Optional<Dump> of(Options options) {
        String all = System.getProperty(PROPERTY, "");
        Optional<Path> numbered = all.isEmpty()
                ? Optional.empty()
                : Optional.of(Path.of(all, String.format(Locale.ROOT, "%04d", COUNT.incrementAndGet())));
        return options.dump().or(() -> numbered).map(Dump::new);
    }

    private void write(String name, String text) {
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private void write(String name, byte[] bytes) {
        Path file = folder.resolve(name);
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new WriteException(file, e.toString(), e);
        }
    }

    void source(Graph g) {
        write("01-source.graph", GraphPrinter.print(g));
    }

    void pass(int step, String name, Graph after) {
        write(String.format(Locale.ROOT, "02-%02d-after-%s.graph", step, name), GraphPrinter.print(after));
    }

    void compiled(Graph g) {
        write("03-compiled.graph", GraphPrinter.print(g));
    }

    void partition(Partition p) {
        StringBuilder s = new StringBuilder();
        Graph g = p.graph();
        for (int k = 0; k < p.clusters().size(); k++) {
            Cluster c = p.clusters().get(k);
            s.append("kernel ").append(k).append(": ").append(c.kind().name().toLowerCase(Locale.ROOT)).append(" over ").append(c.space())
                    .append(", axes from outside ").append(c.order()).append('\n');
            c.core().ifPresent(n -> s.append("  contracts ").append(name(g, n)).append('\n'));
            c.roots().forEach(r -> s.append("  stores ").append(name(g, r.node())).append(" at ").append(r.index()).append('\n'));
        }
        s.append('\n');
        g.nodes().forEach(n -> s.append(name(g, n)).append(": ").append(p.fate(n).kind().name().toLowerCase(Locale.ROOT))
                .append(p.fate(n).kernel() < 0 ? "" : " in kernel " + p.fate(n).kernel()).append(", ").append(p.fate(n).reason()).append('\n'));
        write("10-partition.txt", s.toString());
    }

    private static String name(Graph g, Node n) {
        return g.nameOf(n) + " " + n.type() + " " + Graph.opName(n.op());
    }

    void kernels(Graph g, List<LoweredKernel> kernels) {
        StringBuilder s = new StringBuilder();
        for (int k = 0; k < kernels.size(); k++) {
            LoweredKernel lk = kernels.get(k);
            List<String> labels = lk.places().stream().map(p -> p.label(g)).toList();
            s.append("kernel ").append(k).append(":\n").append(KernelPrinter.print(lk.kernel(), labels)).append('\n');
        }
        write("20-kernels.txt", s.toString());
    }

    void plan(MemoryPlan plan) {
        StringBuilder s = new StringBuilder();
        new TreeMap<>(plan.slabs()).forEach((d, n) -> s.append("slab ").append(d.text()).append(": ").append(n).append(" elements\n"));
        s.append("arena: ").append(plan.arenaBytes()).append(" bytes\n\n");
        List<Plan.Launch> launches = plan.launches();
        for (int k = 0; k < launches.size(); k++) {
            Plan.Launch l = launches.get(k);
            s.append("launch ").append(k).append(": ").append(l.label()).append('\n');
            for (int b = 0; b < l.offsets().size(); b++) {
                var buffer = l.kernel().buffers().get(b);
                s.append("  ").append(l.bufferLabels().get(b)).append(": ").append(buffer.dtype().text()).append('[').append(buffer.size()).append("] ")
                        .append(buffer.access().name().toLowerCase(Locale.ROOT)).append(" at ").append(l.offsets().get(b)).append('\n');
            }
        }
        write("30-plan.txt", s.toString());
    }

    void image(ClassImage image) {
        for (String name : image.classNames()) {
            write("40-" + simple(name) + ".class", image.bytes(name));
        }
        image.listings().forEach((name, text) -> write("40-" + simple(name) + ".kernels", text));
    }

    private static String simple(String internalName) {
        return internalName.substring(internalName.lastIndexOf('/') + 1);
    }
}
