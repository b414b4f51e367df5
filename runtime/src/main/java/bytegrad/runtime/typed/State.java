package bytegrad.runtime.typed;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that reads or sets a state and runs nothing: {@code float[] w()} returns a copy, {@code void w(@Into float[] to)} copies into the caller's array,
 * {@code void w(float[] from)} sets it.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface State {
    /** The state's name, as the graph declares it. */
    String value();
}
