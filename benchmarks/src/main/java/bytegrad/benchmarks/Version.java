package bytegrad.benchmarks;

/** What we call ourselves in results. */
final class Version {
    static final String PEER = "bytegrad-0.1.0-SNAPSHOT";

    private Version() {}
}
