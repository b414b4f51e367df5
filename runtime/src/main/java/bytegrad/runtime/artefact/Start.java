package bytegrad.runtime.artefact;

/** How a model's function begins, where this JVM can run vector code. */
public enum Start {
    /** With vector code. */
    COLD,
    /** With scalar code, which is fast sooner; vector code takes over between two runs once it is prepared. No bit changes. */
    SCALAR,
    /** With vector code that was warmed up. */
    WARM
}
