package bytegrad.ir;

import java.util.List;

/**
 * What a node computes. Few kinds; members are data. The first line of each says its meaning in index notation, where
 * {@code x}, {@code a}, {@code b} are the inputs in order and {@code y} the result.
 */
public sealed interface Op {
    /** y[i] = what the caller puts there under this name, before a run. */
    record Input(String name, TensorType type) implements Op {}

    /** y[i] = value[i]. */
    record Constant(Literal value) implements Op {}

    /** y[i] = i[axis], as a number of the type's dtype (exact: the extent must be representable). */
    record Iota(TensorType type, int axis) implements Op {}

    /** y[i] = fn(a[i], b[i], …); all of one shape. u8, i8, i16 and bf16 are only chosen among, not computed with. */
    record Map(ScalarFn fn) implements Op {}

    /**
     * y[i] = x[i] as dtype.
     *
     * <p>Float to integer truncates and saturates to the range of the dtype, NaN gives 0; integer to a smaller integer keeps the
     * low bits (−1 is 255 as u8); anything to a float is rounded once, to nearest, ties to even, and to bf16 too: NaN stays NaN,
     * what is too large becomes infinite; a number becomes true where it is not 0.
     */
    record Cast(DType dtype) implements Op {}

    /** y[i] = identity ⊕ₖ x[i,k], k over {@code axes} (ascending); in the order that {@link SumOrder} states. */
    record Reduce(Monoid monoid, List<Integer> axes) implements Op {
        public Reduce {
            axes = List.copyOf(axes);
        }
    }

    /** y[i] = the least k at which x[i,k] is extreme, as i32; a NaN is more extreme than any number. */
    record ArgReduce(Extremum extremum, int axis) implements Op {}

    /** Which end {@link ArgReduce} looks for. */
    enum Extremum {
        MIN,
        MAX
    }

    /**
     * y[b,m,n] = Σₖ a[b,m,k]·b[b,k,n], ascending fused multiply-adds from +0, k row-major over {@code leftContract}, in the blocks of {@link ContractOrder}.
     *
     * <p>The lists pair axes of the left operand with axes of the right one: the j-th of {@code leftBatch} with the
     * j-th of {@code rightBatch}, likewise for the contracted ones. The result has the batch axes in the order of the
     * lists, then the left operand's other axes, then the right one's.
     */
    record Contract(List<Integer> leftBatch, List<Integer> rightBatch, List<Integer> leftContract, List<Integer> rightContract)
            implements Op {
        public Contract {
            leftBatch = List.copyOf(leftBatch);
            rightBatch = List.copyOf(rightBatch);
            leftContract = List.copyOf(leftContract);
            rightContract = List.copyOf(rightContract);
        }
    }

    /**
     * y[β,o,j,r] = a[β, o, i₁[β,j], …, iₙ[β,j], r]: the inputs are the data a, then n index tensors of one type.
     *
     * <p>β are the first {@code batch} axes of the data and of every index tensor, o the data's axes from there to {@code axis}; j, the other axes
     * of the indices, replace the n axes of the data from {@code axis} on. An index out of range fails in the run if it picks any element; none counts from the end.
     */
    record Gather(int axis, int batch) implements Op {}

    /**
     * y = base; then y[β, o, i₁[β,j], …, iₙ[β,j], r] ∘= u[β,o,j,r] for each j in row-major order: the inputs are base, u, then n index tensors of
     * one type.
     *
     * <p>The axes are as {@link Gather} has them, with y as its data and u as its result. Of several updates of one element {@link Combine#SET}
     * keeps the last.
     */
    record Scatter(Combine combine, int axis, int batch) implements Op {}

    /** What {@link Scatter} does with an element and its update. */
    enum Combine {
        /** y = u. */
        SET,
        /** y = y + u. */
        ADD,
        /** y = y · u. */
        MUL,
        /** y = min(y, u). */
        MIN,
        /** y = max(y, u). */
        MAX;

        /** The name in graph text, after {@code scatter_}. */
        public String text() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * y[…,k,…] = identity ⊕ x[…,0,…] ⊕ … ⊕ x[…,k,…] along {@code axis}, one chain from the left: from the end if {@code reverse}, without x[…,k,…]
     * itself if {@code exclusive}.
     */
    record Cumulate(Monoid monoid, int axis, boolean reverse, boolean exclusive) implements Op {}

    /**
     * y[o,j,r] = the index along {@code axis} of the j-th element of x[o,·,r] in ascending (or descending) order, j &lt; {@code count}, as i32.
     *
     * <p>The order is stable: equal elements (−0 and +0 are equal) stay in the order of their indices. A NaN is greater than any number.
     */
    record ArgSort(int axis, boolean descending, int count) implements Op {}

    /**
     * y[i] = a random word, uniform over all values of the i32 or i64 {@code type}: a pure function of the key (an i64 scalar), the site and i's
     * row-major position. The site tells apart draws from one key that must differ.
     */
    record Random(TensorType type, int site) implements Op {}

    /**
     * y[j] = Σ x[i,k] over the i and k with i·strides + k·dilations = j: the transpose of the window, whose operand had {@code shape}.
     *
     * <p>Each sum is one chain from +0 with ascending i, row-major over the window's axes; 0 where no window reaches.
     */
    record OverlapAdd(Window window, Shape shape) implements Op {}

    /**
     * The ops that run other graphs. One that has several results is several nodes, of the same op but for {@code result} and of the same
     * inputs, which are computed together. A body's inputs are named by the role and number of what they stand for; those it does not read may be
     * missing.
     */
    sealed interface Nested extends Op {}

    /**
     * c₀ = the first {@code carries} inputs; (cₜ₊₁, yₜ) = body(cₜ, xₜ, k); t ascends from 0, or descends from {@code length} − 1 if {@code reverse}.
     *
     * <p>Inputs: the carries' first values, then {@code scanned} tensors x of leading extent {@code length}, of which step t reads the t-th
     * slice, then constants. The body's inputs are {@code c0…}, {@code x0…}, {@code k0…}; its updates of c give the next carries (one that is
     * not updated stays), its outputs {@code y0…} a slice each. Results, in order: the last carries; each y, stacked along a leading axis by
     * t; the carries before each step, stacked likewise (what the gradient reads).
     */
    record Scan(Graph body, int length, boolean reverse, int carries, int scanned, int result) implements Nested {}

    /** y = p ? then(k) : otherwise(k), where p is the first input, a bool scalar, and k the others; both graphs give {@code y0…} of the same types. */
    record Cond(Graph then, Graph otherwise, int result) implements Nested {}

    /**
     * while (condition(c, k)) c = body(c, k): the inputs are the first values of the {@code carries}, then constants; the condition's output is
     * {@code go}, a bool scalar; the body's updates of {@code c0…} give the next carries. It fails in the run if it goes on after {@code limit} steps.
     */
    record While(Graph condition, Graph body, int limit, int carries, int result) implements Nested {}

    /**
     * y = body(k) with a gradient of the user's: {@code vjp}, of the operands {@code k0…}, the results {@code y0…} and their cotangents
     * {@code dy0…}, gives the cotangents {@code dk0…} of the float operands (one that is missing is not reached).
     */
    record Custom(Graph body, Graph vjp, int result) implements Nested {}

    /** y[o,j,r] = the input that covers j along {@code axis}, in order. */
    record Concat(int axis) implements Op {}

    /** The ops that move elements and compute nothing; lowering only rewrites their index. */
    sealed interface View extends Op {}

    /** y[i] = x[the index with the same row-major position]. */
    record Reshape(Shape shape) implements View {}

    /** y[i] = x[j] where j[axes[k]] = i[k]: axis k of the result is axis {@code axes[k]} of x. */
    record Transpose(List<Integer> axes) implements View {
        public Transpose {
            axes = List.copyOf(axes);
        }
    }

    /** y[i] = x[j] where j[k] = i[axes[k]], or 0 where x has extent 1; {@code axes} ascend. */
    record Broadcast(Shape shape, List<Integer> axes) implements View {
        public Broadcast {
            axes = List.copyOf(axes);
        }
    }

    /** y[i] = x[starts + i·strides]; as many as fit below {@code limits}. */
    record Slice(List<Integer> starts, List<Integer> limits, List<Integer> strides) implements View {
        public Slice {
            starts = List.copyOf(starts);
            limits = List.copyOf(limits);
            strides = List.copyOf(strides);
        }
    }

    /** y[low + j·(interior + 1)] = x[j], else {@code fill}: {@code interior} fills between neighbours, {@code low} before, {@code high} after. */
    record Pad(List<Integer> low, List<Integer> high, List<Integer> interior, double fill) implements View {
        public Pad {
            low = List.copyOf(low);
            high = List.copyOf(high);
            interior = List.copyOf(interior);
        }
    }

    /**
     * y[i,k] = x[i·strides + k·dilations]: for each of {@code axes} (ascending) the i-th of as many windows as fit, of {@code sizes} elements that are
     * {@code dilations} apart. The axes of k follow all those of i, in order.
     */
    record Window(List<Integer> axes, List<Integer> sizes, List<Integer> strides, List<Integer> dilations) implements View {
        public Window {
            axes = List.copyOf(axes);
            sizes = List.copyOf(sizes);
            strides = List.copyOf(strides);
            dilations = List.copyOf(dilations);
        }
    }

    /** y[i] = x[j] where j[k] = extent − 1 − i[k] for the given axes (ascending), else i[k]. */
    record Flip(List<Integer> axes) implements View {
        public Flip {
            axes = List.copyOf(axes);
        }
    }
}
