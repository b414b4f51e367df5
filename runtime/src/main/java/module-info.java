/** What an emitted class may call: tensors, sessions, arenas and checkpoints. */
module bytegrad.runtime {
    requires static org.jspecify;
    // Asked how much a warm-up allocates, where it is there.
    requires static jdk.management;

    exports bytegrad.runtime;
    exports bytegrad.runtime.artefact;
    exports bytegrad.runtime.data;
    exports bytegrad.runtime.io;
    exports bytegrad.runtime.train;
    exports bytegrad.runtime.typed;
}
