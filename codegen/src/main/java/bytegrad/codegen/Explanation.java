package bytegrad.codegen;

import bytegrad.codegen.machine.MachineProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What the compiler decided for a graph and why: where each node lives, what each launch runs, how memory is shared, and
 * how long compiling took. Made by {@link Compiler#explain}; the same for the same graph and options, but for the times.
 */
public final class Explanation {
    /**
     * Where a node of the compiled graph lives.
     *
     * @param name its label, input name or number
     * @param type such as {@code f32[64,10]}
     * @param op as graph text calls it
     * @param fate {@code input}, {@code number}, {@code constant}, {@code stored}, {@code inlined} or {@code view}
     * @param launches numbers of the launches that compute it; none if it is not computed, or where copies of it are inlined into several
     * @param reason why there
     */
    public record NodeFate(String name, String type, String op, String fate, List<Integer> launches, String reason) {
        public NodeFate {
            launches = List.copyOf(launches);
        }
    }

    /**
     * One call of a kernel.
     *
     * @param number counts from 0, in the order they run
     * @param label the nodes it stores in one line, with the outputs and states that they are: {@code %73 (new W1)}
     * @param kind {@code loops}, {@code contraction}, {@code pieces}, {@code scatter}, {@code cumulate}, {@code sort}, {@code arg}, {@code copy}, {@code slices} of
     *     several kernels that run slice by slice, or the op that runs other graphs: {@code scan}, {@code cond}, {@code while}, {@code custom}
     * @param stores nodes it leaves in memory
     * @param reads nodes it loads from memory
     * @param inlined nodes computed on the way that are never stored
     * @param bytesRead size of all it reads, each counted once
     * @param bytesWritten size of all it stores
     * @param scratchBytes what it uses of the arena only while it runs
     * @param liveBytes what must be in memory while it runs: its buffers, pinned tensors, and results that later launches read
     * @param sameCodeAs the first launch that runs an equal kernel; its own number where it is the first
     * @param chunks in how many chunks threads may share it, the most of any of its loops; 1 where they may not
     * @param schedule how its contraction is tiled, blocked and packed, or how many slices there are and how each of theirs is; empty where it has none
     * @param multiplyAdds of its contractions; 0 where it has none
     * @param nanos of one thread, as estimated before any run
     * @param derived it runs in the first run after a kept input was set, not in each
     * @param again the first launch that computed what it stores, where all of that is computed once more; else its own number
     * @param kernel the listing of its kernel
     */
    public record Launch(int number, String label, String kind, List<String> stores, List<String> reads, List<String> inlined, long bytesRead,
            long bytesWritten, long scratchBytes, long liveBytes, int sameCodeAs, int chunks, String schedule, long multiplyAdds,
            long nanos, boolean derived, int again, String kernel) {
        public Launch {
            stores = List.copyOf(stores);
            reads = List.copyOf(reads);
            inlined = List.copyOf(inlined);
        }
    }

    /**
     * How a state takes its new value.
     *
     * @param way {@code in place} (written over the old value), {@code copied} (by a launch at the end) or {@code unchanged}
     */
    public record StateUpdate(String state, String value, String way) {}

    /**
     * A buffer of the arena from the launch that writes it to the last that reads it there; pinned tensors have none.
     *
     * @param value the node's name, or {@code scratch} with a number
     * @param bytes whole lines of 64 bytes
     * @param offset in bytes of the slab of its dtype
     * @param from number of the launch that writes it
     * @param last number of the last launch that reads it; {@code from} where none does
     * @param scratch what one launch needs while it runs
     */
    public record Stay(String value, String dtype, long bytes, long offset, int from, int last, boolean scratch) {}

    /**
     * A value that is computed several times, so that it need not be kept.
     *
     * @param bytes whole lines of 64 bytes
     * @param times how often, the first time included
     * @param inlined how often within the kernels that read it, without being stored
     * @param nanos estimated time of each launch that stores it again; 0 where none does
     */
    public record Recomputed(String value, String dtype, long bytes, int times, int inlined, long nanos) {}

    /**
     * A scan that keeps its carries before some steps only, for the scans of its gradient, which run the steps between again.
     *
     * @param launch the first that runs it
     * @param readers the launches that run its steps again
     * @param kept before how many steps carries are kept; then, in a reader, of one of the segments between those, and so on
     * @param bytes of the carries that are kept from the scan to its readers, in whole lines of 64 bytes
     * @param wholeBytes those of all steps' carries
     * @param again how many steps all readers together run again
     * @param nanos estimated time of these
     */
    public record CheckpointedScan(
            int launch, List<Integer> readers, int steps, List<Integer> kept, long bytes, long wholeBytes, long again, long nanos) {
        public CheckpointedScan {
            readers = List.copyOf(readers);
            kept = List.copyOf(kept);
        }
    }

    /**
     * The arena of a session.
     *
     * @param slabBytes by dtype, alignment and padding included
     * @param arenaBytes all slabs together: the peak, by construction
     * @param pinnedBytes inputs, states, constants, outputs and what depends on kept inputs alone, which keep their places for a session's life
     * @param derivedBytes of these, what launches store that do not run in every run
     * @param peakLiveBytes the most that is live in any launch; what the arena has beyond it is padding and fragmentation
     * @param budget bytes that the arena was not to exceed
     * @param lowerBound bytes that every plan of these kernels needs, whatever is computed again, as is proved
     * @param boundBy what the kernel stores that sets the bound
     * @param nanos estimated time of a run
     * @param againNanos estimated time of what is computed again in it: of launches that store nothing else, and of steps of scans
     * @param stays by first launch
     * @param recomputed in the order of the first launches
     * @param scans those that do not keep all of their carries, in order of their launches
     */
    public record Memory(Map<String, Long> slabBytes, long arenaBytes, long pinnedBytes, long derivedBytes, long peakLiveBytes, OptionalLong budget, long lowerBound,
            String boundBy, long nanos, long againNanos, List<Stay> stays, List<Recomputed> recomputed, List<CheckpointedScan> scans) {
        public Memory {
            slabBytes = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(slabBytes));
            stays = List.copyOf(stays);
            recomputed = List.copyOf(recomputed);
            scans = List.copyOf(scans);
        }
    }

    /**
     * What became of a checkpoint.
     *
     * @param bytes whole lines of 64 bytes
     * @param became from and to which launch it is in memory
     */
    public record Checkpoint(String value, String type, long bytes, String became) {}

    /**
     * What became of a subgraph to be recomputed.
     *
     * @param subgraph its number
     * @param inside values inside of it, in the graph that was given
     * @param again nodes that are computed again, after the passes
     * @param stored those of them that are stored: what else would be kept
     * @param bytes of these, in whole lines of 64 bytes
     * @param launches that store them
     * @param nanos estimated time of those launches
     * @param became in words
     */
    public record Recompute(int subgraph, int inside, int again, List<String> stored, long bytes, List<Integer> launches, long nanos, String became) {
        public Recompute {
            stored = List.copyOf(stored);
            launches = List.copyOf(launches);
        }
    }

    /**
     * What became of the hints.
     *
     * @param checkpoints that are values of the compiled graph
     * @param checkpointsGone that are none: the passes found them equal to others, to inputs or numbers, or of no use
     * @param bytesWithout what the arena would be without hints and budget; 0 where that was not looked at
     * @param nanosWithout estimated time of a run without them
     */
    public record Hints(List<Checkpoint> checkpoints, int checkpointsGone, List<Recompute> subgraphs, long bytesWithout, long nanosWithout) {
        public Hints {
            checkpoints = List.copyOf(checkpoints);
            subgraphs = List.copyOf(subgraphs);
        }
    }

    /**
     * A stage of the compilation, or a pass over the graph within the stage {@code passes}.
     *
     * @param name a pass's is indented, since the stage's time includes it
     * @param runs how often it ran
     */
    public record Stage(String name, long nanos, int runs) {}

    /**
     * Vector bits, the machine that decisions went by, and the two graphs, as text.
     *
     * @param dropped there was no room for what depends on kept inputs alone, so that each run computes it
     */
    record Heading(int simdBits, boolean dropped, MachineProfile machine, String source, String graph, int sourceNodes, int graphNodes, long classBytes) {}

    private final Heading heading;
    private final List<NodeFate> nodes;
    private final List<Launch> launches;
    private final List<StateUpdate> updates;
    private final Memory memory;
    private final Optional<Hints> hints;
    private final List<Stage> stages;

    Explanation(Heading heading, List<NodeFate> nodes, List<Launch> launches, List<StateUpdate> updates, Memory memory, Optional<Hints> hints,
            List<Stage> stages) {
        this.heading = heading;
        this.nodes = List.copyOf(nodes);
        this.launches = List.copyOf(launches);
        this.updates = List.copyOf(updates);
        this.memory = memory;
        this.hints = hints;
        this.stages = List.copyOf(stages);
    }

    Heading heading() {
        return heading;
    }

    /** Bits of the vector code; 0 for scalar code. */
    public int simdBits() {
        return heading.simdBits();
    }

    /** The machine that blocking and chunks of loops went by. */
    public MachineProfile machine() {
        return heading.machine();
    }

    /** The graph that was given, as text. */
    public String sourceGraph() {
        return heading.source();
    }

    /** The graph after the passes, as text: the one that is compiled. */
    public String compiledGraph() {
        return heading.graph();
    }

    /** Bytes of all class files. */
    public long classBytes() {
        return heading.classBytes();
    }

    /** The compiled graph's nodes, in its order; what hints have computed again comes twice, the second time as {@code … again}. */
    public List<NodeFate> nodes() {
        return nodes;
    }

    /** What a run executes, in order; first what only some runs do. */
    public List<Launch> launches() {
        return launches;
    }

    /** How many kernels every run launches. */
    public int launchCount() {
        return (int) launches.stream().filter(l -> !l.derived()).count();
    }

    /** How each state takes its new value. */
    public List<StateUpdate> updates() {
        return updates;
    }

    /** The arena. */
    public Memory memory() {
        return memory;
    }

    /** What became of the graph's hints, if it has any. */
    public Optional<Hints> hints() {
        return hints;
    }

    /** How long each stage took. */
    public List<Stage> stages() {
        return stages;
    }

    /** Everything, for people. */
    public String text() {
        return new ExplanationText(this).all();
    }

    /** Everything but the listings' layout, for programs: one JSON object, indented. */
    public String json() {
        return ExplanationJson.of(this).indented();
    }
}
