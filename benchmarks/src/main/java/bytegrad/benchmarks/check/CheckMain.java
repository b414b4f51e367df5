package bytegrad.benchmarks.check;

import java.util.List;

/** Behind {@code check.sh}. */
public final class CheckMain {
    private static final int BAD_ARGUMENTS = 2;

    private CheckMain() {}

    /**
     * {@code list ISSUE ROW} prints the names of the groups that have rows beginning with ROW (which may be empty);
     * {@code run ISSUE ROW GROUP} measures one. Exit codes as of the script.
     */
    public static void main(String[] args) {
        List<String> words = List.of(args);
        List<Group> groups = words.size() < 3 ? List.of() : Group.BY_ISSUE.getOrDefault(words.get(1), List.of());
        if (groups.isEmpty()) {
            throw refuse("no checks for this issue; there are " + Group.BY_ISSUE.keySet().stream().sorted().toList());
        }
        Report report = new Report(words.get(2));
        if (words.get(0).equals("list")) {
            List<String> names = groups.stream().map(Group::name).filter(report::wants).toList();
            if (names.isEmpty()) {
                throw refuse("no row begins with " + words.get(2) + "; rows begin with " + groups.stream().map(Group::name).toList());
            }
            names.forEach(System.out::println);
            return;
        }
        groups.stream().filter(g -> g.name().equals(words.get(3))).forEach(g -> g.rows().accept(report));
        System.exit(report.exitCode());
    }

    private static Error refuse(String why) {
        System.err.println("check.sh: " + why);
        System.exit(BAD_ARGUMENTS);
        return new AssertionError("exited");
    }
}
