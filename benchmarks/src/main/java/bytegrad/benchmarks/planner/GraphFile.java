package bytegrad.benchmarks.planner;

import bytegrad.codegen.plan.PlanException;
import bytegrad.codegen.plan.remat.KernelGraph;
import bytegrad.runtime.FormatException;
import bytegrad.runtime.io.Json;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Reads graphs in node-link JSON as NetworkX writes it: {@code nodes} with {@code id} (or {@code name}), a cost ({@code cost_cpu} or
 * {@code duration}) and
 * bytes ({@code cost_ram} or {@code out_cost}); {@code links} with {@code source} and {@code target} (or {@code "0"} and {@code "1"});
 * perhaps
 * {@code graph.order}. A file with the columns {@code cost}, {@code bytes} and {@code pred} is read too. Each node is a kernel that
 * writes one value.
 */
public final class GraphFile {
    private static final int MOST_BYTES = 1 << 28;
    private static final int MOST_NODES = 200_000;
    private static final int MOST_DECIMALS = 6;

    private final String place;
    private final List<String> names = new ArrayList<>();
    private final List<Long> bytes = new ArrayList<>();
    private final List<BigDecimal> costs = new ArrayList<>();
    private final List<Set<Integer>> operands = new ArrayList<>();

    private GraphFile(String place) {
        this.place = place;
    }

    /** The graph of a file; throws FormatException where it is none. */
    public static KernelGraph read(Path path) {
        return read(path.toString(), Json.read(path, MOST_BYTES));
    }

    /** The graph of JSON. */
    static KernelGraph read(String place, Json json) {
        GraphFile n = new GraphFile(place);
        Json.Obj top = n.object(json, "the file");
        int[] order = top.get("pred").isPresent() ? n.columns(top) : n.nodesAndLinks(top);
        try {
            return n.graph(order);
        } catch (PlanException e) {
            throw new FormatException(place, FormatException.NOWHERE, String.valueOf(e.getMessage()), e);
        }
    }

    private FormatException error(String reason) {
        return new FormatException(place, reason);
    }

    private Json.Obj object(Json json, String what) {
        if (json instanceof Json.Obj o) {
            return o;
        }
        throw error(what + " is no JSON object");
    }

    private List<Json> array(Json.Obj of, String name) {
        if (of.get(name).orElse(null) instanceof Json.Arr a) {
            return a.items();
        }
        throw error("\"" + name + "\" is no JSON array");
    }

    private Json either(Json.Obj of, String a, String b, String what) {
        return of.get(a).or(() -> of.get(b)).orElseThrow(() -> error(what + " has neither \"" + a + "\" nor \"" + b + "\""));
    }

    private long whole(Json json, String what) {
        if (json instanceof Json.Num n) {
            try {
                long value = new BigDecimal(n.text()).longValueExact();
                if (value >= 0) {
                    return value;
                }
            } catch (ArithmeticException e) {
                throw new FormatException(place, FormatException.NOWHERE, what + " is no whole number below 2^63: " + n.text(), e);
            }
            throw error(what + " is negative: " + n.text());
        }
        throw error(what + " is no number");
    }

    /** A cost: of a measured one up to six decimals count. */
    private BigDecimal cost(Json json, String what) {
        if (!(json instanceof Json.Num n)) {
            throw error(what + " is no number");
        }
        BigDecimal value = new BigDecimal(n.text());
        if (value.signum() < 0 || value.compareTo(BigDecimal.valueOf(KernelGraph.MOST)) > 0) {
            throw error(what + " is negative or more than 2^53: " + n.text());
        }
        BigDecimal rounded = value.setScale(Math.clamp(value.scale(), 0, MOST_DECIMALS), java.math.RoundingMode.HALF_UP);
        return rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros();
    }

    private static String key(Json id) {
        return id.compact();
    }

    private int[] nodesAndLinks(Json.Obj top) {
        List<Json> nodes = array(top, "nodes");
        checkSize(nodes.size());
        Map<String, Integer> byId = new HashMap<>();
        for (Json json : nodes) {
            Json.Obj node = object(json, "a node");
            String id = key(either(node, "id", "name", "a node"));
            if (byId.put(id, names.size()) != null) {
                throw error("two nodes are called " + id);
            }
            names.add(node.get("name").map(GraphFile::key).orElse(id));
            costs.add(cost(either(node, "cost_cpu", "duration", "node " + id), "the cost of node " + id));
            bytes.add(whole(either(node, "cost_ram", "out_cost", "node " + id), "the bytes of node " + id));
            operands.add(new LinkedHashSet<>());
        }
        for (Json json : array(top, "links")) {
            Json.Obj link = object(json, "a link");
            int from = node(byId, either(link, "source", "0", "a link"));
            int to = node(byId, either(link, "target", "1", "a link"));
            if (from == to) {
                throw error("node " + names.get(from) + " is linked to itself");
            }
            operands.get(to).add(from);
        }
        if (top.get("graph").orElse(null) instanceof Json.Obj g && g.get("order").isPresent()) {
            return checked(array(g, "order").stream().mapToInt(id -> node(byId, id)).toArray());
        }
        return sorted();
    }

    private int node(Map<String, Integer> byId, Json id) {
        Integer at = byId.get(key(id));
        if (at == null) {
            throw error("there is no node " + key(id));
        }
        return at;
    }

    private void checkSize(int n) {
        if (n == 0 || n > MOST_NODES) {
            throw error(n + " nodes; there must be from 1 to " + MOST_NODES);
        }
    }

    private int[] columns(Json.Obj top) {
        List<Json> cost = array(top, "cost");
        List<Json> size = array(top, "bytes");
        List<Json> pred = array(top, "pred");
        checkSize(cost.size());
        if (size.size() != cost.size() || pred.size() != cost.size()) {
            throw error("the columns have " + cost.size() + ", " + size.size() + " and " + pred.size() + " rows");
        }
        for (int i = 0; i < cost.size(); i++) {
            names.add(Integer.toString(i));
            costs.add(cost(cost.get(i), "the cost of node " + i));
            bytes.add(whole(size.get(i), "the bytes of node " + i));
            Set<Integer> of = new LinkedHashSet<>();
            if (!(pred.get(i) instanceof Json.Arr a)) {
                throw error("the operands of node " + i + " are no JSON array");
            }
            for (Json p : a.items()) {
                long at = whole(p, "an operand of node " + i);
                if (at >= cost.size()) {
                    throw error("there is no node " + at);
                }
                of.add((int) at);
            }
            operands.add(of);
        }
        return sorted();
    }

    /** An order that was given, if it is one. */
    private int[] checked(int[] order) {
        boolean[] seen = new boolean[names.size()];
        for (int k : order) {
            if (seen[k]) {
                throw error("the order has node " + names.get(k) + " twice");
            }
            for (int o : operands.get(k)) {
                if (!seen[o]) {
                    throw error("the order has node " + names.get(k) + " before " + names.get(o) + ", which it reads");
                }
            }
            seen[k] = true;
        }
        if (order.length != seen.length) {
            throw error("the order has " + order.length + " of " + seen.length + " nodes");
        }
        return order;
    }

    /** The nodes after what they read; where there is a choice, as they were given. */
    private int[] sorted() {
        int n = names.size();
        int[] waiting = new int[n];
        List<List<Integer>> readers = new ArrayList<>();
        for (int k = 0; k < n; k++) {
            readers.add(new ArrayList<>());
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int k = 0; k < n; k++) {
            int it = k;
            waiting[k] = operands.get(k).size();
            operands.get(k).forEach(o -> readers.get(o).add(it));
            if (waiting[k] == 0) {
                ready.add(k);
            }
        }
        int[] order = new int[n];
        int done = 0;
        while (!ready.isEmpty()) {
            int k = ready.poll();
            order[done++] = k;
            for (int r : readers.get(k)) {
                if (--waiting[r] == 0) {
                    ready.add(r);
                }
            }
        }
        if (done < n) {
            int stuck = 0;
            while (waiting[stuck] == 0) {
                stuck++;
            }
            throw error("the links form a circle, through node " + names.get(stuck) + " or one that it reads");
        }
        return order;
    }

    private KernelGraph graph(int[] order) {
        int decimals = costs.stream().mapToInt(c -> Math.max(0, c.scale())).max().orElse(0);
        int[] at = new int[order.length];
        Arrays.setAll(at, i -> i);
        for (int i = 0; i < order.length; i++) {
            at[order[i]] = i;
        }
        List<KernelGraph.Value> values = new ArrayList<>();
        List<KernelGraph.Kernel> kernels = new ArrayList<>();
        for (int i = 0; i < order.length; i++) {
            int k = order[i];
            BigDecimal cost = costs.get(k).movePointRight(decimals);
            if (cost.compareTo(BigDecimal.valueOf(KernelGraph.MOST)) > 0) {
                throw error("the cost of node " + names.get(k) + " is too large beside decimals of others");
            }
            values.add(new KernelGraph.Value(names.get(k), bytes.get(k), 0, false));
            List<Integer> reads = operands.get(k).stream().map(o -> at[o]).sorted().toList();
            kernels.add(new KernelGraph.Kernel(names.get(k), cost.longValueExact(), reads, List.of(i)));
        }
        return new KernelGraph(values, kernels);
    }
}
