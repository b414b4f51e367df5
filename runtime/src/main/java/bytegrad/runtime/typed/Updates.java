package bytegrad.runtime.typed;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that runs the function for the new values of its states. A run always updates all of them; names that are given are held against those. A method that neither takes
 * nor returns a tensor needs it to be one that runs.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Updates {
    /** All states that change, in any order; or none, which names nothing. */
    String[] value() default {};
}
