package bytegrad.cli.train;

import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** What the user sees of a training: lines, and a progress bar per epoch where there is a terminal. */
public final class Console {
    private static final int USUAL_COLUMNS = 80;
    private static final int MOST_COLUMNS = 100;
    private static final int REFRESH_MILLIS = 100;

    private final PrintWriter out;
    private final int columns;

    /** Lines and, with more than 0 columns, bars of that width at most. */
    private Console(PrintWriter out, int columns) {
        this.out = out;
        this.columns = columns;
    }

    /** Lines alone. */
    public static Console plain(PrintWriter out) {
        return new Console(out, 0);
    }

    /** Bars too if this JVM's standard streams are a terminal that can move its cursor. */
    public static Console of(PrintWriter out) {
        java.io.Console terminal = System.console();
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        return new Console(out, terminal != null && terminal.isTerminal() && !dumb ? columns() : 0);
    }

    /** Shells know the width but seldom export it; asking the terminal would take native code or a process. */
    private static int columns() {
        try {
            String columns = System.getenv("COLUMNS");
            return columns == null ? USUAL_COLUMNS : Math.clamp(Integer.parseInt(columns.strip()), 1, MOST_COLUMNS);
        } catch (NumberFormatException e) {
            return USUAL_COLUMNS;
        }
    }

    /** Prints a line. */
    void line(String text) {
        out.println(text);
        out.flush();
    }

    /** A bar that has disappeared again when it is closed; without a terminal, one that shows nothing. */
    Bar bar(String title, int steps) {
        if (columns == 0) {
            return new Bar(null);
        }
        return new Bar(new ProgressBarBuilder()
                .setTaskName(title)
                .setInitialMax(steps)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(REFRESH_MILLIS)
                .setConsumer(new Row(out, columns))
                .build());
    }

    /** One row of the terminal, written again and again. The library's own consumers would open the terminal's device. */
    private static final class Row implements ProgressBarConsumer {
        private final PrintWriter out;
        private final int columns;

        Row(PrintWriter out, int columns) {
            this.out = out;
            this.columns = columns;
        }

        @Override
        public int getMaxRenderedLength() {
            return columns - 1;
        }

        @Override
        public void accept(String row) {
            out.print("\r" + row);
            out.flush();
        }

        /** Blanks rather than an escape code. */
        @Override
        public void clear() {
            out.print("\r" + " ".repeat(columns - 1) + "\r");
            out.flush();
        }

        @Override
        public void close() {
            clear();
        }
    }

    /** Steps done of an epoch. */
    static final class Bar implements AutoCloseable {
        private final @Nullable ProgressBar bar;

        Bar(@Nullable ProgressBar bar) {
            this.bar = bar;
        }

        void show(int step, double loss) {
            if (bar != null) {
                bar.stepTo(step);
                bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f", loss));
            }
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
            }
        }
    }
}
