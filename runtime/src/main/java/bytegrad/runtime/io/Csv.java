package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A table of comma-separated values (RFC 4180): fields may be in quotes, which are doubled within; the first line names the columns. Plain or compressed with gzip.
 *
 * @param columns their names
 * @param rows as many fields each as there are columns
 */
public record Csv(List<String> columns, List<List<String>> rows) {
    /** Copies both. */
    public Csv {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /**
     * Reads a table.
     *
     * @param maxBytes the most it may take, decompressed
     * @throws FormatException if the file cannot be read or a line has another number of fields than the first; the message names the line
     */
    public static Csv read(Path path, int maxBytes) {
        return parse(path.toString(), TextFile.read(path, maxBytes));
    }

    /** Reads a text that comes from {@code place}. */
    public static Csv parse(String place, String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        int line = 1;
        int began = 1;
        for (int i = 0; i <= text.length(); i++) {
            int c = i == text.length() ? -1 : text.charAt(i);
            if (quoted) {
                if (c == -1) {
                    throw new FormatException(place, "line " + began + ": a quote is not closed");
                } else if (c != '"') {
                    field.append((char) c);
                    line += c == '\n' ? 1 : 0;
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"' && field.length() == 0) {
                quoted = true;
                any = true;
            } else if (c == ',') {
                fields.add(field.toString());
                field.setLength(0);
                any = true;
            } else if (c == '\n' || c == -1) {
                if (any || field.length() > 0) {
                    fields.add(field.toString());
                    if (!rows.isEmpty() && fields.size() != rows.get(0).size()) {
                        throw new FormatException(place, "line " + began + " has " + fields.size() + " fields, but the first has " + rows.get(0).size());
                    }
                    rows.add(List.copyOf(fields));
                }
                fields.clear();
                field.setLength(0);
                any = false;
                line++;
                began = line;
            } else if (c != '\r') {
                field.append((char) c);
                any = true;
            }
        }
        if (rows.isEmpty()) {
            throw new FormatException(place, "is empty; its first line should name the columns");
        }
        return new Csv(rows.get(0), rows.subList(1, rows.size()));
    }

    private int column(String name) {
        int at = columns.indexOf(name);
        if (at < 0) {
            throw new FormatException("csv", "has no column \"" + name + "\"; there are " + columns);
        }
        return at;
    }

    /**
     * Columns of numbers: f32[rows, names].
     *
     * @throws FormatException if there is no such column, or a field is no number; the message names row and column
     */
    public Tensor floats(String... names) {
        float[] values = new float[Math.multiplyExact(rows.size(), names.length)];
        for (int k = 0; k < names.length; k++) {
            int at = column(names[k]);
            for (int r = 0; r < rows.size(); r++) {
                String text = rows.get(r).get(at).strip();
                try {
                    values[r * names.length + k] = Float.parseFloat(text);
                } catch (NumberFormatException e) {
                    throw new FormatException("csv", "row " + (r + 1) + ", column \"" + names[k] + "\": \"" + text + "\" is no number");
                }
            }
        }
        return Tensor.of(values, rows.size(), names.length);
    }

    /** The different texts of a column, in order. */
    public List<String> classes(String name) {
        int at = column(name);
        TreeSet<String> names = new TreeSet<>();
        rows.forEach(r -> names.add(r.get(at)));
        return List.copyOf(names);
    }

    /**
     * The place of each row's text among the classes: i32[rows].
     *
     * @throws FormatException if one is not among them
     */
    public Tensor labels(String name, List<String> classes) {
        int at = column(name);
        int[] labels = new int[rows.size()];
        for (int r = 0; r < labels.length; r++) {
            labels[r] = classes.indexOf(rows.get(r).get(at));
            if (labels[r] < 0) {
                throw new FormatException("csv", "row " + (r + 1) + ", column \"" + name + "\": \"" + rows.get(r).get(at) + "\" is none of the " + classes.size() + " classes");
            }
        }
        return Tensor.of(labels, labels.length);
    }
}
