package bytegrad.runtime.typed;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An array (or {@link bytegrad.runtime.Tensor}) of the caller's that receives an output, or a state, after the run, so that nothing is allocated.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface Into {
    /** The tensor's name, as the graph declares it; of a method with {@link State} or {@link Input} it is that method's, and this is left out. */
    String value() default "";
}
