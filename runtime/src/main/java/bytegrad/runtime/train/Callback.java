package bytegrad.runtime.train;

/** What a training tells of itself, on the thread that trains. */
public interface Callback {
    /** An epoch begins or, after a resumption, goes on. */
    default void started(Progress progress) {}

    /** A step is done. */
    default void stepped(Progress progress) {}

    /** An epoch is done and, where there are checkpoints, saved. */
    default void finished(Epoch epoch) {}

    /** The training is over, however it ended. */
    default void ended() {}
}
