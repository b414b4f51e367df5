package bytegrad.runtime.artefact;

import bytegrad.runtime.Program;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What the main class of a model's jar extends. It makes the programs and opens the files beside it itself: so the package of a model need be open to nobody, and
 * no reflection is in the way of a first result.
 */
public abstract class ArtefactClass {
    /** Called by emitted classes alone. */
    protected ArtefactClass() {}

    /**
     * The code of a width, linked now.
     *
     * @param bits of a vector, or 0 for scalar code
     * @return null where the jar has none
     */
    protected abstract @Nullable Program program(int bits);

    /**
     * A file beside the class.
     *
     * @param name without a folder
     * @return null where there is none
     */
    protected abstract @Nullable InputStream resource(String name);
}
