package bytegrad.benchmarks.peers;

import bytegrad.benchmarks.Call;

/** A workload of another library, ready to be called. */
interface PeerCall extends Call {
    /**
     * What a call computes, untimed: the loss of training (which takes a step), else the outputs one after the other.
     */
    float[] values();

    @Override
    default void reset() {}
}
