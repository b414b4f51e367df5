package bytegrad.codegen;

import bytegrad.runtime.io.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** An explanation as one JSON object. */
final class ExplanationJson {
    private ExplanationJson() {}

    static Json of(Explanation e) {
        Map<String, Json> all = new LinkedHashMap<>();
        all.put("simd_bits", Json.of(e.simdBits()));
        all.put("machine", Json.of(e.machine().name()));
        all.put("launch_count", Json.of(e.launchCount()));
        all.put("class_bytes", Json.of(e.classBytes()));
        all.put("memory", memory(e.memory()));
        e.hints().ifPresent(h -> all.put("hints", hints(h)));
        all.put("updates", list(e.updates(), ExplanationJson::update));
        all.put("stages", list(e.stages(), ExplanationJson::stage));
        all.put("launches", list(e.launches(), ExplanationJson::launch));
        all.put("nodes", list(e.nodes(), ExplanationJson::node));
        all.put("source_graph", Json.of(e.sourceGraph()));
        all.put("compiled_graph", Json.of(e.compiledGraph()));
        return new Json.Obj(all);
    }

    private static Json memory(Explanation.Memory m) {
        Map<String, Json> slabs = new LinkedHashMap<>();
        m.slabBytes().forEach((dtype, bytes) -> slabs.put(dtype, Json.of(bytes)));
        Map<String, Json> all = new LinkedHashMap<>();
        all.put("arena_bytes", Json.of(m.arenaBytes()));
        all.put("pinned_bytes", Json.of(m.pinnedBytes()));
        all.put("derived_bytes", Json.of(m.derivedBytes()));
        all.put("peak_live_bytes", Json.of(m.peakLiveBytes()));
        all.put("slab_bytes", new Json.Obj(slabs));
        m.budget().ifPresent(b -> all.put("budget", Json.of(b)));
        all.put("lower_bound", Json.of(m.lowerBound()));
        all.put("bound_by", Json.of(m.boundBy()));
        all.put("nanos", Json.of(m.nanos()));
        all.put("again_nanos", Json.of(m.againNanos()));
        all.put("stays", list(m.stays(), ExplanationJson::stay));
        all.put("recomputed", list(m.recomputed(), ExplanationJson::recomputed));
        all.put("checkpointed_scans", list(m.scans(), ExplanationJson::scan));
        return new Json.Obj(all);
    }

    private static Json stay(Explanation.Stay s) {
        return object(Map.entry("value", Json.of(s.value())), Map.entry("dtype", Json.of(s.dtype())), Map.entry("bytes", Json.of(s.bytes())),
                Map.entry("offset", Json.of(s.offset())), Map.entry("from", Json.of(s.from())), Map.entry("last", Json.of(s.last())),
                Map.entry("scratch", Json.of(s.scratch())));
    }

    private static Json recomputed(Explanation.Recomputed r) {
        return object(Map.entry("value", Json.of(r.value())), Map.entry("dtype", Json.of(r.dtype())), Map.entry("bytes", Json.of(r.bytes())),
                Map.entry("times", Json.of(r.times())), Map.entry("inlined", Json.of(r.inlined())), Map.entry("nanos", Json.of(r.nanos())));
    }

    private static Json scan(Explanation.CheckpointedScan s) {
        return object(Map.entry("launch", Json.of(s.launch())), Map.entry("readers", list(s.readers(), Json::of)),
                Map.entry("steps", Json.of(s.steps())), Map.entry("kept", list(s.kept(), Json::of)), Map.entry("bytes", Json.of(s.bytes())),
                Map.entry("whole_bytes", Json.of(s.wholeBytes())), Map.entry("again", Json.of(s.again())), Map.entry("nanos", Json.of(s.nanos())));
    }

    private static Json hints(Explanation.Hints h) {
        return object(Map.entry("checkpoints", list(h.checkpoints(), c -> object(Map.entry("value", Json.of(c.value())), Map.entry("type", Json.of(c.type())),
                        Map.entry("bytes", Json.of(c.bytes())), Map.entry("became", Json.of(c.became()))))),
                Map.entry("checkpoints_gone", Json.of(h.checkpointsGone())), Map.entry("subgraphs", list(h.subgraphs(), ExplanationJson::subgraph)),
                Map.entry("bytes_without", Json.of(h.bytesWithout())), Map.entry("nanos_without", Json.of(h.nanosWithout())));
    }

    private static Json subgraph(Explanation.Recompute r) {
        return object(Map.entry("subgraph", Json.of(r.subgraph())), Map.entry("inside", Json.of(r.inside())), Map.entry("again", Json.of(r.again())),
                Map.entry("stored", strings(r.stored())), Map.entry("bytes", Json.of(r.bytes())), Map.entry("launches", list(r.launches(), Json::of)),
                Map.entry("nanos", Json.of(r.nanos())), Map.entry("became", Json.of(r.became())));
    }

    private static Json update(Explanation.StateUpdate u) {
        return object(Map.entry("state", Json.of(u.state())), Map.entry("value", Json.of(u.value())), Map.entry("way", Json.of(u.way())));
    }

    private static Json stage(Explanation.Stage s) {
        // In text a pass is told from the stage it is part of by its indent.
        String name = s.name().startsWith(" ") ? "passes/" + s.name().strip() : s.name();
        return object(Map.entry("name", Json.of(name)), Map.entry("ms", Json.of(s.nanos() / 1e6)), Map.entry("runs", Json.of(s.runs())));
    }

    private static Json launch(Explanation.Launch l) {
        return object(Map.entry("number", Json.of(l.number())), Map.entry("kind", Json.of(l.kind())), Map.entry("label", Json.of(l.label())),
                Map.entry("stores", strings(l.stores())), Map.entry("reads", strings(l.reads())), Map.entry("inlined", strings(l.inlined())),
                Map.entry("bytes_read", Json.of(l.bytesRead())), Map.entry("bytes_written", Json.of(l.bytesWritten())),
                Map.entry("scratch_bytes", Json.of(l.scratchBytes())), Map.entry("live_bytes", Json.of(l.liveBytes())),
                Map.entry("same_code_as", Json.of(l.sameCodeAs())), Map.entry("chunks", Json.of(l.chunks())), Map.entry("schedule", Json.of(l.schedule())),
                Map.entry("multiply_adds", Json.of(l.multiplyAdds())), Map.entry("nanos", Json.of(l.nanos())), Map.entry("derived", Json.of(l.derived())),
                Map.entry("again", Json.of(l.again())),
                Map.entry("kernel", Json.of(l.kernel())));
    }

    private static Json node(Explanation.NodeFate n) {
        return object(Map.entry("name", Json.of(n.name())), Map.entry("type", Json.of(n.type())), Map.entry("op", Json.of(n.op())),
                Map.entry("fate", Json.of(n.fate())), Map.entry("launches", list(n.launches(), Json::of)), Map.entry("reason", Json.of(n.reason())));
    }

    @SafeVarargs
    private static Json object(Map.Entry<String, Json>... members) {
        Map<String, Json> object = new LinkedHashMap<>();
        for (Map.Entry<String, Json> m : members) {
            object.put(m.getKey(), m.getValue());
        }
        return new Json.Obj(object);
    }

    private static Json strings(List<String> values) {
        return list(values, Json::of);
    }

    private static <T> Json list(List<T> values, Function<T, Json> json) {
        return new Json.Arr(values.stream().map(json).toList());
    }
}
