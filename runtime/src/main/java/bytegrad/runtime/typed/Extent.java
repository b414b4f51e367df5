package bytegrad.runtime.typed;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A method that returns how long an axis of a tensor is, as an {@code int}. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Extent {
    /** An input, state or output. */
    String of();

    /** Counts from 0, the outermost. */
    int axis() default 0;
}
