package bytegrad.runtime;

/** Checks that emitted code makes on values only known at run time. */
public final class Checks {
    private Checks() {}

    /**
     * The index, if it is in 0 to extent − 1.
     *
     * @param what the op that reads the index and the tensor it reads it from, for the message
     * @throws IndexException otherwise
     */
    public static int index(int index, int extent, String what) {
        if (index < 0 || index >= extent) {
            throw new IndexException(what, index, extent);
        }
        return index;
    }

    /**
     * The index as an {@code int}, if it is in 0 to extent − 1.
     *
     * @param what the op that reads the index and the tensor it reads it from, for the message
     * @throws IndexException otherwise
     */
    public static int index(long index, int extent, String what) {
        if (index < 0 || index >= extent) {
            throw new IndexException(what, index, extent);
        }
        return (int) index;
    }

    /**
     * One more than the steps a loop has taken, if it may take another.
     *
     * @param what the graph node that is the loop, for the message
     * @throws StepLimitException otherwise
     */
    public static int step(int steps, int limit, String what) {
        if (steps >= limit) {
            throw new StepLimitException(what, limit);
        }
        return steps + 1;
    }
}
