package bytegrad.runtime.data;

import bytegrad.runtime.Tensor;
import java.util.Map;

/**
 * Windows of a text to predict the next character of: "x" i32[n, length], and "y", the same one place later. One window begins where the last one ends, so each
 * character is predicted once; what does not fill a last window is left out.
 */
public final class TextWindows implements Examples {
    /** The characters that are seen. */
    public static final String X = "x";
    /** Those that follow them. */
    public static final String Y = "y";

    private final int[] ids;
    private final int length;

    /**
     * Windows of a text.
     *
     * @param ids of its characters; copied
     * @param length of a window, at least 1
     * @throws DataException if the text is too short for a window and the character after it
     */
    public TextWindows(int[] ids, int length) {
        if (length < 1 || ids.length <= length) {
            throw new DataException("windows of " + length + " characters need a text of at least " + Math.max(2, length + 1L) + ", not of " + ids.length);
        }
        this.ids = ids.clone();
        this.length = length;
    }

    @Override
    public int count() {
        return (ids.length - 1) / length;
    }

    @Override
    public Map<String, Tensor> rows(int[] at) {
        int[] x = new int[Math.multiplyExact(at.length, length)];
        int[] y = new int[x.length];
        for (int row = 0; row < at.length; row++) {
            System.arraycopy(ids, at[row] * length, x, row * length, length);
            System.arraycopy(ids, at[row] * length + 1, y, row * length, length);
        }
        return Map.of(X, Tensor.of(x, at.length, length), Y, Tensor.of(y, at.length, length));
    }
}
