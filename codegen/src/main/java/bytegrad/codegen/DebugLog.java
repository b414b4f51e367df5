package bytegrad.codegen;

import java.util.Optional;

/**
 * What the system property {@value #PROPERTY} makes every compilation say, to the {@link System.Logger} {@code bytegrad.codegen}:
 *
 * <ol>
 *   <li>one line: nodes, launches, sizes, time
 *   <li>the time of each stage and pass
 *   <li>the launches, and the memory timeline
 *   <li>where each node lives, and why
 *   <li>everything: graphs and kernels
 * </ol>
 */
final class DebugLog {
    static final String PROPERTY = "bytegrad.debug";

    private DebugLog() {}

    /** The level asked for; 0, which is silent, where the property is not a number. */
    static int level() {
        return Integer.getInteger(PROPERTY, 0);
    }

    static void compiled(Compilation c) {
        int level = level();
        if (level <= 0) {
            return;
        }
        // Asked for only here: a logger is a tenth of the time to a first result.
        System.Logger log = System.getLogger("bytegrad.codegen");
        if (log.isLoggable(System.Logger.Level.INFO)) {
            log.log(System.Logger.Level.INFO, text(new ExplanationText(ExplanationBuilder.of(c, Optional.empty())), level));
        }
    }

    static String text(ExplanationText t, int level) {
        StringBuilder s = new StringBuilder("compiled " + t.line());
        if (level >= 2) {
            s.append("\n\n").append(t.times());
        }
        if (level >= 3) {
            s.append('\n').append(t.launches()).append('\n').append(t.memory());
        }
        if (level >= 4) {
            s.append('\n').append(t.fates());
        }
        if (level >= 5) {
            s.append('\n').append(t.graphs()).append('\n').append(t.kernels());
        }
        return s.toString();
    }
}
