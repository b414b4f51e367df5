/**
 * The loop IR: what a kernel does, in loops, loads, stores and scalar functions of one or several lanes.
 *
 * <pre>{@code
 * Kernel = buffers, methods                        the first method is the entry
 * Stmt   = Let(var, value) | Assign(var, value) | For(var, from, to, step, body)
 *        | Store(buffer, index, value) | IfAny(condition, body) | Call(method, args)
 * Expr   = Const | Var | Load(buffer, index, lanes) | Apply(ScalarFn, args)
 *        | Convert(dtype, arg) | Bits(dtype, arg) | Splat(arg, lanes)
 *        | Ramp(base, stride) | Checked(index, extent, what)
 * Index  = constant + Σ coefficient · var
 * }</pre>
 */
@NullMarked
package bytegrad.codegen.kernel;

import org.jspecify.annotations.NullMarked;
