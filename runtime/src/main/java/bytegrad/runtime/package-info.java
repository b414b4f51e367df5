/**
 * What an emitted class and its caller share: tensors as flat Java arrays with a shape, element types, typed errors.
 *
 * <p>Java 17, the JDK only, no native code.
 */
@NullMarked
package bytegrad.runtime;

import org.jspecify.annotations.NullMarked;
