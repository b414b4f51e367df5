package bytegrad.runtime.typed;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The tensor that a method returns after a run: an output, or a state. Without it, that is the output of the method's name or, where there is none, the only output
 * there is.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Returns {
    /** The tensor's name, as the graph declares it. */
    String value();
}
