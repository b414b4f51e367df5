/**
 * The tensor graph: few kinds of op whose members are data, one builder that types, checks and interns.
 *
 * <pre>{@code
 * Graph  = nodes, outputs, updates              topological, dense ids
 * Node   = op, inputs, type
 * Op     = Input(name, type) | Constant(literal) | Iota(type, axis)
 *        | Map(ScalarFn) | Cast(dtype)
 *        | Reduce(Monoid, axes) | ArgReduce(Extremum, axis) | Contract(pairing)
 *        | Gather(axis, batch) | Scatter(Combine, axis, batch) | Concat(axis)
 *        | Cumulate(Monoid, axis, reverse, exclusive) | ArgSort(axis, descending, count)
 *        | View
 * View   = Reshape(shape) | Transpose(axes) | Broadcast(shape, axes)
 *        | Slice(starts, limits, strides) | Pad(low, high, fill) | Flip(axes)
 * Type   = dtype, shape                         dtype: f32 f64 i32 i64 bool
 * }</pre>
 *
 * <p>What is known of an op lives in one exhaustive {@code switch} per concern (types here; derivatives, lowering and the
 * reference interpreter elsewhere), without {@code default}, so that javac names every place a new kind must touch.
 */
@NullMarked
package bytegrad.ir;

import org.jspecify.annotations.NullMarked;
