package bytegrad.benchmarks.check;

import bytegrad.runtime.io.Json;
import bytegrad.runtime.io.JsonFields;
import java.nio.file.Path;
import java.util.Locale;

/** Prints a line for each figure, and remembers whether any failed. */
final class Report {
    private static final int FAILED = 1;
    private static final int ABSENT = 3;

    private final String only;
    private boolean failed;
    private boolean absent;

    /**
     * A report of the rows that begin with {@code only}.
     *
     * @param only empty for all
     */
    Report(String only) {
        this.only = only;
    }

    /** Whether some row that begins with this was asked for; what is not need not be computed. */
    boolean wants(String prefix) {
        return prefix.startsWith(only) || only.startsWith(prefix);
    }

    /** Passes where value ≤ bound; NaN fails. */
    void atMost(String row, double value, double bound) {
        line(row, number(value), number(bound), value <= bound);
    }

    /** Passes where value ≥ bound; NaN fails. */
    void atLeast(String row, double value, double bound) {
        line(row, number(value), number(bound), value >= bound);
    }

    /** A figure without a bound. */
    void figure(String row, double value) {
        line(row, number(value), new Json.Null(), true);
    }

    /** A comparison in words. */
    void fact(String row, String value, String bound, boolean pass) {
        line(row, Json.of(value), Json.of(bound), pass);
    }

    /** The row cannot be judged, for this is not there. */
    void absent(String row, Path path) {
        if (print(row, Json.of("absent: " + path), new Json.Null(), false)) {
            absent = true;
        }
    }

    private void line(String row, Json value, Json bound, boolean pass) {
        if (print(row, value, bound, pass) && !pass) {
            failed = true;
        }
    }

    private boolean print(String row, Json value, Json bound, boolean pass) {
        if (!row.startsWith(only)) {
            return false;
        }
        System.out.println("CHECK " + new JsonFields().put("row", row).put("value", value).put("bound", bound).put("pass", pass).build().compact());
        return true;
    }

    /** Four digits tell what there is to tell. */
    private static Json number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return Json.of((long) value);
        }
        return Double.isFinite(value) ? new Json.Num(String.format(Locale.ROOT, "%.4g", value)) : Json.of(Double.toString(value));
    }

    /** 0 where all passed, 1 where one failed, else 3 where data is absent. */
    int exitCode() {
        return failed ? FAILED : absent ? ABSENT : 0;
    }
}
