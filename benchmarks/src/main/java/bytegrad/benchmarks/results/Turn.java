package bytegrad.benchmarks.results;

/**
 * One process's turn.
 *
 * @param round counts from 0
 */
public record Turn(String workload, int threads, String contender, int round) {
    /** For people. */
    String words() {
        return String.format(java.util.Locale.ROOT, "round %d  %-6s %d %-8s %-15s", round + 1, workload, threads, threads == 1 ? "thread" : "threads", contender);
    }
}
