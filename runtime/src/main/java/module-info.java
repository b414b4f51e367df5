/** What an emitted class may call: tensors, sessions, arenas and checkpoints. */
module bytegrad.runtime {
    requires static org.jspecify;
    // Asked how much a warm-up allocates, where it is there.
    requires static jdk.management;
    // Told of steps, where it is there and somebody records.
    requires static jdk.jfr;

    exports bytegrad.runtime;
    exports bytegrad.runtime.artefact;
    exports bytegrad.runtime.data;
    exports bytegrad.runtime.flight;
    exports bytegrad.runtime.io;
    exports bytegrad.runtime.train;
    exports bytegrad.runtime.typed;
}
