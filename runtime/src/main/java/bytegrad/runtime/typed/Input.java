package bytegrad.runtime.typed;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that sets or reads an input, as {@link State} does a state, and runs nothing. The input keeps its value for all runs until it is set again, so that methods
 * which run need not name it.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Input {
    /** The input's name, as the graph declares it. */
    String value();
}
