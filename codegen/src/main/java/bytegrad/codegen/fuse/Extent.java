package bytegrad.codegen.fuse;

/** How far nodes share kernels. */
public enum Extent {
    /** Every node is stored by a kernel of its own. */
    NONE,
    /**
     * As {@link #ALL}, but where a contraction's result, or what an elementwise epilogue makes of it, is stored, another kernel stores what is computed from that, unless it
     * lasts: an output, or a state's new value. So it can be computed again without the contraction.
     */
    APART,
    /** Kernels store several nodes where that saves reading or computing something twice. */
    ALL
}
