package bytegrad.codegen.nest;

import bytegrad.codegen.fuse.Partition;
import bytegrad.codegen.kernel.Expr;
import bytegrad.codegen.kernel.Index;
import bytegrad.codegen.kernel.Relocation.Target;
import bytegrad.codegen.kernel.Stmt;
import bytegrad.codegen.lower.Buffers;
import bytegrad.codegen.lower.Place;
import bytegrad.ir.Bodies;
import bytegrad.ir.DType;
import bytegrad.ir.Node;
import bytegrad.ir.Op;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * In the kernel of a scan that reads the carries of a {@link CutScan}, runs that one's steps again, a segment at a time.
 *
 * <pre>{@code
 * for s from last to first:                  // the reader goes the other way
 *     c = kept[s]
 *     for i in segment: again[i] = c; c = step(c, x[i])
 *     for i from last to first in segment: slice = again[i]; the reader's step i
 * }</pre>
 */
final class Replay {
    private static final Index STEP = Index.of(StepMethods.STEP);

    private final CutScan cut;
    private final Checkpointing checkpointing;
    private final Buffers buffers;
    private final StepMethods methods;
    private final BodyPlan body;
    private final Map<DType, Integer> region;
    /** Where each level of scratch begins, by carry; the level that the run itself kept has none. */
    private final List<Map<Integer, Integer>> levels = new ArrayList<>();
    /** Where the carries are that the reader's step sees. */
    private final Map<Integer, Integer> slices = new TreeMap<>();

    /**
     * Plans it.
     *
     * @param reader the body of the scan that reads the carries, whose region is all that is taken of the space
     */
    Replay(CutScan cut, NestedKernels how, Buffers buffers, StepMethods methods, BodyPlan reader, ScratchSpace space) {
        this.cut = cut;
        this.checkpointing = cut.checkpointing();
        this.buffers = buffers;
        this.methods = methods;
        body = how.bodies().plan(how.bodies().step(cut), how, true, Set.of());
        region = space.over(reader, body);
        levels.add(Map.of());
        for (int level = 1; level < checkpointing.levels(); level++) {
            Map<Integer, Integer> at = new TreeMap<>();
            int slots = checkpointing.slots(level);
            cut.carries().forEach(c -> at.put(c, space.take(dtype(c), (long) slots * size(c))));
            levels.add(at);
        }
        cut.carries().forEach(c -> slices.put(c, space.take(dtype(c), size(c))));
    }

    private DType dtype(int carry) {
        return cut.scan().input(carry).dtype();
    }

    private int size(int carry) {
        return cut.scan().input(carry).shape().size();
    }

    private Target operand(int k) {
        return new Target(buffers.read(new Place.Value(Partition.throughReshapes(cut.scan().input(k)))), Index.ZERO);
    }

    /** What a step of the reader sees of a stack of carries. */
    Target slice(Node stack) {
        return slice(CutScan.carry(stack));
    }

    /** One that never changes is where it came from. */
    private Target slice(int carry) {
        Integer at = slices.get(carry);
        return at != null ? methods.scratch(dtype(carry), at) : operand(carry);
    }

    /** Where a carry is while steps run again. */
    private Target running(int carry) {
        Place p = new Place.Value(body.graph.input("c" + carry).orElseThrow());
        return methods.scratch(p.dtype(), region.getOrDefault(p.dtype(), 0) + body.offset(p));
    }

    /** Where a carry is kept at a level; the slot is what {@link StepMethods#STEP} will be. */
    private Target kept(int level, int carry) {
        Index at = STEP.times(size(carry));
        if (level == 0) {
            return new Target(buffers.read(new Place.Checkpoints(cut.scan(), carry, checkpointing.kept())), at);
        }
        Target first = methods.scratch(dtype(carry), Objects.requireNonNull(levels.get(level).get(carry)));
        return new Target(first.buffer(), first.base().plus(at));
    }

    private List<Stmt.Call> copies(Function<Integer, Target> from, Function<Integer, Target> to) {
        List<Stmt.Call> calls = new ArrayList<>();
        cut.carries().forEach(c -> calls.addAll(methods.copy(from.apply(c), to.apply(c), dtype(c), size(c))));
        return methods.joined(calls);
    }

    /** The step that runs again. */
    private List<Stmt.Call> step() {
        Op.Scan s = cut.op();
        int constants = s.carries() + s.scanned();
        Map<Place, Target> bound = new HashMap<>();
        for (Node n : body.graph.inputs()) {
            String name = ((Op.Input) n.op()).name();
            Place p = new Place.Value(n);
            Bodies.number("c", name).ifPresent(k -> {
                if (!cut.carries().contains(k)) {
                    bound.put(p, operand(k));
                }
            });
            Bodies.number("x", name).ifPresent(k -> bound.put(p, new Target(operand(s.carries() + k).buffer(), STEP.times(p.size()))));
            Bodies.number("k", name).ifPresent(k -> bound.put(p, operand(constants + k)));
        }
        return methods.joined(methods.launches(body.plan, bound, d -> region.getOrDefault(d, 0)));
    }

    /**
     * The loops of the reader.
     *
     * @param pull its step
     * @param reverse whether it reads the last slices first
     */
    List<Stmt> loops(List<Stmt.Call> pull, boolean reverse) {
        return new Loops(pull, reverse != cut.op().reverse()).segments(0, Index.ZERO, checkpointing.steps());
    }

    private final class Loops {
        private final boolean backwards;
        private final List<Stmt.Call> pull;
        private final List<Stmt.Call> step = step();
        /** By level, as they are needed: a method that nothing calls would be an error. */
        private final Map<Integer, List<Stmt.Call>> store = new HashMap<>();
        private final Map<Integer, List<Stmt.Call>> restore = new HashMap<>();
        private final Map<Integer, List<Stmt.Call>> load = new HashMap<>();

        Loops(List<Stmt.Call> pull, boolean backwards) {
            this.pull = pull;
            this.backwards = backwards;
        }

        private List<Stmt> store(int level, Index slot) {
            return StepMethods.at(store.computeIfAbsent(level, l -> copies(Replay.this::running, c -> kept(l, c))), slot);
        }

        private List<Stmt> restore(int level, Index slot) {
            return StepMethods.at(restore.computeIfAbsent(level, l -> copies(c -> kept(l, c), Replay.this::running)), slot);
        }

        private List<Stmt> load(int level, Index slot) {
            return StepMethods.at(load.computeIfAbsent(level, l -> copies(c -> kept(l, c), Replay.this::slice)), slot);
        }

        /** The segments that so many steps are cut into at a level, in the reader's order; the carries before each are kept there. */
        private List<Stmt> segments(int level, Index first, int n) {
            List<Checkpointing.Segments> runs = new ArrayList<>(checkpointing.segments(level, n));
            if (backwards) {
                Collections.reverse(runs);
            }
            List<Stmt> out = new ArrayList<>();
            for (Checkpointing.Segments run : runs) {
                Expr.Var v = Expr.Var.index("r" + level);
                Index which = backwards ? Index.of(v).times(-1).plus(run.count() - 1) : Index.of(v);
                Index from = first.plus(which.times(run.length())).plus(run.step());
                out.add(new Stmt.For(v, Index.ZERO, Index.of(run.count()), 1, segment(level, from, run.length(), which.plus(run.first()))));
            }
            return out;
        }

        private List<Stmt> segment(int level, Index first, int n, Index slot) {
            if (n == 1) {
                List<Stmt> out = new ArrayList<>(load(level, slot));
                out.addAll(StepMethods.at(pull, slice(first)));
                return out;
            }
            List<Stmt> out = new ArrayList<>(restore(level, slot));
            out.addAll(new StepLoops(checkpointing, level + 1, false, s -> store(level + 1, s), i -> StepMethods.at(step, slice(i)))
                    .from(first, n));
            out.addAll(segments(level + 1, first, n));
            return out;
        }

        /** The slices that step i reads. */
        private Index slice(Index i) {
            return StepLoops.slice(cut.op(), i);
        }
    }
}
