/**
 * From kernels and a plan to class files. {@link bytegrad.codegen.emit.Emitter} writes down what the loop IR says and
 * decides nothing: what is fused, unrolled or vectorised was settled before.
 *
 * <p>{@code Emitter} → {@code RunEmitter} (the plan tree) → {@code KernelEmitter} (statements) → {@code ValueEmitter}
 * (expressions) → {@code ScalarFunctions} and {@code VectorFunctions} → {@code Code} (one JVM instruction or a few).
 */
@NullMarked
package bytegrad.codegen.emit;

import org.jspecify.annotations.NullMarked;
