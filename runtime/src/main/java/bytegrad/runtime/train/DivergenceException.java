package bytegrad.runtime.train;

import bytegrad.runtime.BytegradException;
import bytegrad.runtime.NumberException;

/** The numbers of a training are no longer finite. */
public final class DivergenceException extends BytegradException {
    private static final long serialVersionUID = 1L;

    private final int epoch;
    private final int step;

    DivergenceException(int epoch, int step, String why) {
        super(message(epoch, step, why));
        this.epoch = epoch;
        this.step = step;
    }

    /** Found by a run that looks at its own numbers: that step, or, where it says so, what is evaluated after it. */
    DivergenceException(int epoch, int step, String where, NumberException found) {
        super(message(epoch, step, where + found.getMessage()), found);
        this.epoch = epoch;
        this.step = step;
    }

    private static String message(int epoch, int step, String why) {
        return "epoch " + epoch + ", step " + step + ": " + why;
    }

    /** The epoch of the first step that went wrong, counted from 1. */
    public int epoch() {
        return epoch;
    }

    /** That step, counted from 1 in its epoch. */
    public int step() {
        return step;
    }
}
