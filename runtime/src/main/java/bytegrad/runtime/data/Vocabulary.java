package bytegrad.runtime.data;

import java.util.Arrays;

/**
 * The characters a text is made of, by their Unicode code points, in order; a character's id is its place among them.
 *
 * @param characters each once, as one text
 */
public record Vocabulary(String characters) {
    /**
     * Checks them.
     *
     * @throws DataException if there is none, or if they are not in ascending order
     */
    public Vocabulary {
        int[] points = characters.codePoints().toArray();
        if (points.length == 0) {
            throw new DataException("a vocabulary of no characters");
        }
        for (int i = 1; i < points.length; i++) {
            if (points[i] <= points[i - 1]) {
                throw new DataException("a vocabulary's characters must be in ascending order, each once, but " + shown(points[i]) + " comes after " + shown(points[i - 1]));
            }
        }
    }

    /** Those of a text. */
    public static Vocabulary of(String text) {
        int[] points = text.codePoints().distinct().sorted().toArray();
        return new Vocabulary(new String(points, 0, points.length));
    }

    /** How many characters. */
    public int size() {
        return characters.codePointCount(0, characters.length());
    }

    /**
     * The id of each character.
     *
     * @throws DataException naming the first character that is not in the vocabulary, and its place
     */
    public int[] encode(String text) {
        int[] points = characters.codePoints().toArray();
        int[] ids = text.codePoints().toArray();
        for (int i = 0; i < ids.length; i++) {
            int id = Arrays.binarySearch(points, ids[i]);
            if (id < 0) {
                throw new DataException("character " + shown(ids[i]) + " at place " + i + " of the text is none of the " + points.length + " the vocabulary has");
            }
            ids[i] = id;
        }
        return ids;
    }

    /** The text of ids, each from 0 to below {@link #size}. */
    public String decode(int... ids) {
        int[] points = characters.codePoints().toArray();
        int[] text = Arrays.stream(ids).map(id -> points[id]).toArray();
        return new String(text, 0, text.length);
    }

    private static String shown(int point) {
        return Character.isISOControl(point) || Character.isWhitespace(point) ? String.format("U+%04X", point) : "'" + Character.toString(point) + "'";
    }
}
