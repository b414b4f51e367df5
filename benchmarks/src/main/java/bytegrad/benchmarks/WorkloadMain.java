package bytegrad.benchmarks;

import bytegrad.cli.workload.Workload;
import bytegrad.codegen.Options;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Behind {@code workload.sh}: times one workload, or writes golden values. */
public final class WorkloadMain {
    private static final int BAD_ARGUMENTS = 2;
    private static final int UNSUPPORTED = 3;
    private static final String START = "--start=";

    private WorkloadMain() {}

    /** {@code [--start=START] NAME THREADS WARM_S MEASURE_S} or {@code golden OUT.json}; exit codes as of the script. */
    public static void main(String[] args) {
        Options.Start start = Options.Start.COLD;
        List<String> words = List.of(args);
        if (!words.isEmpty() && words.getFirst().startsWith(START)) {
            String name = words.getFirst().substring(START.length());
            start = Arrays.stream(Options.Start.values()).filter(s -> s.name().toLowerCase(Locale.ROOT).equals(name)).findFirst().orElseThrow(WorkloadMain::usage);
            words = words.subList(1, words.size());
        }
        if (words.size() == 2 && words.get(0).equals("golden")) {
            Golden.all(Options.DEFAULT).write(Path.of(words.get(1)));
            return;
        }
        if (words.size() != 4) {
            throw usage();
        }
        OptionalDouble threads = number(words.get(1));
        OptionalDouble warm = number(words.get(2));
        OptionalDouble measure = number(words.get(3));
        if (threads.isEmpty() || threads.getAsDouble() < 1 || threads.getAsDouble() % 1 != 0 || warm.isEmpty() || measure.isEmpty()) {
            throw usage();
        }
        Optional<Workload> workload = Workload.named(words.get(0));
        int used = (int) threads.getAsDouble();
        if (workload.isEmpty() || used > Runtime.getRuntime().availableProcessors()) {
            System.out.println("UNSUPPORTED");
            System.exit(UNSUPPORTED);
        }
        Timing timing = Timing.of(Call.of(workload.orElseThrow(), Options.DEFAULT.withStart(start), used), warm.getAsDouble(), measure.getAsDouble());
        System.out.println("RESULT " + timing.json(words.get(0), used).compact());
    }

    private static OptionalDouble number(String word) {
        try {
            double value = Double.parseDouble(word);
            return Double.isFinite(value) && value >= 0 ? OptionalDouble.of(value) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }

    private static Error usage() {
        System.err.println("usage: workload.sh [--start=cold|scalar|warm] NAME THREADS WARM_S MEASURE_S | workload.sh golden OUT.json");
        System.err.println("NAME: " + String.join(" ", Arrays.stream(Workload.values()).map(Workload::title).toList()));
        System.exit(BAD_ARGUMENTS);
        return new AssertionError("exited");
    }
}
