/**
 * A compiled function behind a Java interface of one's own: annotations that say which tensor a parameter, a result or a method stands for, and what the class that
 * implements such an interface calls. {@code bytegrad.codegen.facade} makes that class, in the JVM or for a jar; the interface and the class need this package
 * alone.
 *
 * <pre>{@code
 * public interface Digits {
 *     @Returns("logits") float[] logits(@Named("image") float[] image);
 * }
 * }</pre>
 *
 * <p>What a method may be:
 * <ul>
 *   <li>a <em>run</em>: its parameters are inputs (or states to be set before it), what it returns and what its {@link bytegrad.runtime.typed.Into} parameters
 *       receive are outputs (or states as they are after it). It names every input that nothing else sets;
 *   <li>with {@link bytegrad.runtime.typed.State} or {@link bytegrad.runtime.typed.Input}, one that sets or reads a state or input and runs nothing;
 *   <li>with {@link bytegrad.runtime.typed.Extent}, one that says how long an axis is;
 *   <li>one without parameters that returns the {@link bytegrad.runtime.Session};
 *   <li>a default, static or private method, which is left alone.
 * </ul>
 *
 * <p>A parameter is named by {@link bytegrad.runtime.typed.Named} or, where the interface was compiled with javac's {@code -parameters}, by its own name. Java's
 * types stand for element types as they do in a {@link bytegrad.runtime.Session}: {@code float[]} f32, {@code double[]} f64, {@code int[]} i32, {@code long[]} i64,
 * {@code boolean[]} bool, {@code byte[]} u8 and i8, {@code short[]} i16 and (as bits) bf16; such an array is row-major. Instead of it there may be the
 * primitive type for a tensor of one element, an array of as many dimensions as the tensor has ({@code float[][]}), a {@link bytegrad.runtime.Tensor}, or a public
 * record whose components are any of these and stand for a tensor each.
 */
@NullMarked
package bytegrad.runtime.typed;

import org.jspecify.annotations.NullMarked;
