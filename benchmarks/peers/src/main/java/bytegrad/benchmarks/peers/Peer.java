package bytegrad.benchmarks.peers;

import bytegrad.cli.workload.Workload;
import java.util.Optional;

/** Another library. */
interface Peer {
    /** Its name with its version. */
    String version();

    /** A workload on so many threads, of which there is one in a process; empty where the library does not offer it. */
    Optional<PeerCall> call(Workload workload, int threads);
}
