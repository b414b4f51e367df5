package bytegrad.codegen.kernel;

import java.util.List;

/** A step of a kernel. */
public sealed interface Stmt {
    /** Binds a variable; a later {@link Assign} may change it. */
    record Let(Expr.Var var, Expr value) implements Stmt {}

    /** Gives a bound variable another value, of the same dtype and lanes. */
    record Assign(Expr.Var var, Expr value) implements Stmt {}

    /** {@code for (var = from; var < to; var += step) body}. */
    record For(Expr.Var var, Index from, Index to, int step, List<Stmt> body) implements Stmt {
        public For {
            body = List.copyOf(body);
        }
    }

    /**
     * Writes the value's lanes to neighbouring elements of a buffer, from {@code index} on.
     *
     * @param count lanes that are written, those in front
     */
    record Store(int buffer, Index index, Expr value, int count) implements Stmt {
        /** Writes all lanes. */
        public Store(int buffer, Index index, Expr value) {
            this(buffer, index, value, value.lanes());
        }
    }

    /**
     * Writes {@code count} neighbouring elements of a buffer, from {@code fromAt} on, to as many of another of its dtype, from {@code toAt} on, or to
     * others of the same: all are read before any is written. Count is at least 1.
     */
    record Copy(int to, Index toAt, int from, Index fromAt, int count) implements Stmt {}

    /** Runs the body if any lane of the condition holds. */
    record IfAny(Expr condition, List<Stmt> body) implements Stmt {
        public IfAny {
            body = List.copyOf(body);
        }
    }

    /**
     * Sorts {@code size} elements of {@code keys}, from {@code keysAt} on, ascending and stable, and leaves in {@code count} elements of {@code order},
     * from {@code orderAt} on, where those that come first were. Both are scratch, i64 and i32, of which 2·size elements hold nothing else afterwards.
     */
    record Sort(int keys, Index keysAt, int order, Index orderAt, int size, int count) implements Stmt {}

    /**
     * Runs the body as long as an element of a bool buffer holds; it is looked at before each step.
     *
     * @param limit the run fails, naming {@code what}, if it holds after so many steps
     */
    record While(int buffer, Index index, int limit, String what, List<Stmt> body) implements Stmt {
        public While {
            body = List.copyOf(body);
        }
    }

    /** Calls another method of the same kernel; it sees the same buffers. */
    record Call(String method, List<Index> args) implements Stmt {
        public Call {
            args = List.copyOf(args);
        }
    }

    /**
     * Calls another method of the same kernel with each index below the extents, in any order, several at the same time where
     * there are threads; the next statement sees what all of them stored. Only the first method has it, outside loops; no chunk
     * loads or stores an element that another stores. Threads are given neighbours, the last extent's first.
     */
    record Parallel(String method, List<Integer> extents) implements Stmt {
        public Parallel {
            extents = List.copyOf(extents);
        }

        /** How many calls there are. */
        public int chunks() {
            return extents.stream().reduce(1, Math::multiplyExact);
        }

        /** The arguments of one of them. */
        public List<Integer> index(int chunk) {
            Integer[] index = new Integer[extents.size()];
            int rest = chunk;
            for (int k = index.length - 1; k >= 0; k--) {
                index[k] = rest % extents.get(k);
                rest /= extents.get(k);
            }
            return List.of(index);
        }
    }
}
