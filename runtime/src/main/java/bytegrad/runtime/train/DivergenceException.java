package bytegrad.runtime.train;

import bytegrad.runtime.BytegradException;

/** The numbers of a training are no longer finite. */
public final class DivergenceException extends BytegradException {
    private static final long serialVersionUID = 1L;

    private final int epoch;
    private final int step;

    DivergenceException(int epoch, int step, String why) {
        super("epoch " + epoch + ", step " + step + ": " + why);
        this.epoch = epoch;
        this.step = step;
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
