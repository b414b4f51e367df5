package bytegrad.benchmarks.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who is measured in which round. Ours is in every round; libraries are in some, from the first to the last of them as evenly as can be. In the first round that is
 * all that are built, in later ones the fastest there and who was nearly as fast: the rest cannot become the fastest by what rounds differ in. What is left follows from
 * what is recorded, so that a run may be broken off and go on.
 *
 * @param libraries names of the other contenders
 * @param forks rounds of ours
 * @param rounds those of them that libraries are in
 */
record Schedule(List<String> libraries, List<String> workloads, List<Integer> threads, int forks, int rounds) {
    /** Who was so many times as slow as the fastest in the first round is left out of later ones. */
    private static final double NEARLY = 1.12;

    /** Libraries in later rounds at most. */
    private static final int FASTEST = 2;

    Schedule {
        libraries = List.copyOf(libraries);
        workloads = List.copyOf(workloads);
        threads = List.copyOf(threads);
        if (rounds < 1 || rounds > forks) {
            throw new IllegalArgumentException("libraries are in at least one round and at most all of ours, which are " + forks + ", not in " + rounds);
        }
    }

    /** The turns that are not recorded yet, in order. Of rounds whose libraries the first round has yet to choose: ours alone. */
    List<Turn> left(Recorded done) {
        List<Turn> left = new ArrayList<>();
        for (int round = 0; round < forks; round++) {
            for (String w : workloads) {
                for (int t : threads) {
                    turns(done, w, t, round).stream().filter(turn -> !done.has(turn)).forEach(left::add);
                }
            }
        }
        return left;
    }

    private List<Turn> turns(Recorded done, String workload, int threadCount, int round) {
        List<String> names = new ArrayList<>(List.of(Contender.OURS));
        if (round == 0) {
            names.addAll(libraries);
        } else if (hasLibraries(round)) {
            names.addAll(fastest(done, workload, threadCount));
        }
        return names.stream().map(n -> new Turn(workload, threadCount, n, round)).toList();
    }

    private boolean hasLibraries(int round) {
        int every = rounds == 1 ? forks : (forks - 1) / (rounds - 1);
        return round % every == 0 && round / every < rounds;
    }

    private List<String> fastest(Recorded done, String workload, int threadCount) {
        List<Measured> first = done.figures().all().stream()
                .filter(m -> m.round() == 0 && m.workload().equals(workload) && m.threads() == threadCount && libraries.contains(m.contender()))
                .sorted(Comparator.comparingDouble(Measured::medianMicros))
                .toList();
        return first.stream().limit(FASTEST).filter(m -> m.medianMicros() <= NEARLY * first.getFirst().medianMicros()).map(Measured::contender).toList();
    }
}
