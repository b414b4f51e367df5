package bytegrad.ir.eval;

import bytegrad.ir.Shape;
import java.util.ArrayList;
import java.util.List;

/** Row-major walks over strided index spaces, written out as lists of array positions. */
final class Positions {
    private Positions() {}

    /** p[i] = offset + Σₖ i[k]·strides[k] for every index i below {@code dims}, in row-major order. */
    static int[] of(int[] dims, int[] strides, int offset) {
        long size = 1;
        for (int d : dims) {
            size *= d;
        }
        int[] p = new int[(int) size];
        if (p.length == 0) {
            return p;
        }
        p[0] = offset;
        int done = 1;
        // Innermost axis first: the block made so far is repeated along the next axis out.
        for (int k = dims.length - 1; k >= 0; k--) {
            for (int i = 1; i < dims[k]; i++) {
                int shift = i * strides[k];
                for (int j = 0; j < done; j++) {
                    p[i * done + j] = p[j] + shift;
                }
            }
            done *= dims[k];
        }
        return p;
    }

    /** The positions, relative to the first, of all elements that differ along {@code axes} alone; row-major in their order. */
    static int[] along(Shape shape, List<Integer> axes) {
        int[] all = shape.strides();
        int[] dims = new int[axes.size()];
        int[] strides = new int[axes.size()];
        for (int k = 0; k < dims.length; k++) {
            dims[k] = shape.dim(axes.get(k));
            strides[k] = all[axes.get(k)];
        }
        return of(dims, strides, 0);
    }

    /** The axes of a rank that are not in the list, ascending. */
    static List<Integer> others(int rank, List<Integer> axes) {
        List<Integer> rest = new ArrayList<>();
        for (int k = 0; k < rank; k++) {
            if (!axes.contains(k)) {
                rest.add(k);
            }
        }
        return rest;
    }
}
