package bytegrad.ir;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The extents of a tensor, outermost first; row-major. Rank 0 is a scalar; an extent may be zero. */
public final class Shape {
    /** More axes than any model we know of needs; bounds work on untrusted files. */
    public static final int MAX_RANK = 8;

    public static final Shape SCALAR = new Shape(new int[0]);

    private final int[] dims;
    private final long size;

    private Shape(int[] dims) {
        this.dims = dims;
        long n = 1;
        for (int d : dims) {
            n *= d;
        }
        this.size = n;
    }

    /**
     * A shape of the given extents.
     *
     * @throws GraphException if there are more than {@link #MAX_RANK}, one is negative, or the number of elements is
     *     over 2³¹−1 (a tensor lives in one Java array)
     */
    public static Shape of(int... dims) {
        if (dims.length == 0) {
            return SCALAR;
        }
        if (dims.length > MAX_RANK) {
            throw new GraphException("shape " + Arrays.toString(dims) + " has rank " + dims.length + ", over the limit of " + MAX_RANK);
        }
        long n = 1;
        boolean empty = false;
        for (int d : dims) {
            if (d < 0) {
                throw new GraphException("shape " + Arrays.toString(dims) + " has a negative extent" + (d == -1 ? "; extents are not inferred" : ""));
            }
            empty |= d == 0;
            n = Math.min(n * Math.max(d, 1), 1L << 31);
        }
        if (!empty && n > Integer.MAX_VALUE) {
            throw new GraphException("shape " + Arrays.toString(dims) + " has more than 2^31-1 elements");
        }
        return new Shape(dims.clone());
    }

    public static Shape of(List<Integer> dims) {
        return of(dims.stream().mapToInt(Integer::intValue).toArray());
    }

    public int rank() {
        return dims.length;
    }

    public int dim(int axis) {
        return dims[axis];
    }

    /** The number of elements: 1 for a scalar, 0 if any extent is. */
    public int size() {
        return (int) size;
    }

    public List<Integer> dims() {
        return IntStream.of(dims).boxed().toList();
    }

    public int[] toArray() {
        return dims.clone();
    }

    /** Elements between neighbours along each axis, row-major. */
    public int[] strides() {
        int[] s = new int[dims.length];
        int n = 1;
        for (int k = dims.length - 1; k >= 0; k--) {
            s[k] = n;
            n *= Math.max(dims[k], 1);
        }
        return s;
    }

    /** This shape with the extent of one axis replaced. */
    public Shape with(int axis, int extent) {
        int[] d = dims.clone();
        d[axis] = extent;
        return of(d);
    }

    /** This shape without the given axes. */
    public Shape without(List<Integer> axes) {
        return of(IntStream.range(0, dims.length).filter(k -> !axes.contains(k)).map(k -> dims[k]).toArray());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For example {@code [64,784]}; a scalar is {@code []}. */
    @Override
    public String toString() {
        return IntStream.of(dims).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
