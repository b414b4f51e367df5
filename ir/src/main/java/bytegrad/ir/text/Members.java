package bytegrad.ir.text;

import bytegrad.ir.DType;
import bytegrad.ir.GraphException;
import bytegrad.ir.Literal;
import bytegrad.ir.Op;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What stands in a line beside names: types, lists, members by key, constants. */
final class Members {
    private static final Map<String, DType> DTYPES = new HashMap<>();

    static {
        Arrays.stream(DType.values()).forEach(d -> DTYPES.put(d.text(), d));
    }

    private final Scanner in;
    /** Elements so far that single ones stand for. */
    private int filled;

    Members(Scanner in) {
        this.in = in;
    }

    /** What the graph's own rules say, at its place in the text. */
    GraphSyntaxException refused(int at, GraphException e) {
        // A builder's complaint names the line of our own source, its cause does not.
        Throwable plain = e.getCause() instanceof GraphException cause ? cause : e;
        return in.errorAt(at, Objects.requireNonNullElse(plain.getMessage(), "not a graph"));
    }

    TensorType type() {
        DType dtype = DTYPES.get(in.acceptWord());
        int at = in.began();
        if (dtype == null) {
            throw in.expectedAt(at, "a dtype (f32, f64, i32, i64, bool, u8, i8, i16 or bf16)");
        }
        List<Integer> dims = list();
        try {
            return new TensorType(dtype, Shape.of(dims));
        } catch (GraphException e) {
            throw refused(at, e);
        }
    }

    /** Integers in brackets, no more of them than a tensor may have axes. */
    List<Integer> list() {
        in.expect('[');
        List<Integer> values = new ArrayList<>();
        if (in.accept(']')) {
            return values;
        }
        do {
            int value = in.integer("an integer");
            if (values.size() == Shape.MAX_RANK) {
                throw in.errorAt(in.began(), "expected at most " + Shape.MAX_RANK + " numbers, one for each axis");
            }
            values.add(value);
        } while (in.accept(','));
        in.expect(']');
        return values;
    }

    Op.Window window() {
        return new Op.Window(list("axes"), list("sizes"), list("strides"), list("dilations"));
    }

    int integer(String key) {
        in.key(key);
        return in.integer("an integer");
    }

    boolean truth(String key) {
        in.key(key);
        return in.element(DType.BOOL) != 0;
    }

    List<Integer> list(String key) {
        in.key(key);
        return list();
    }

    double fill() {
        in.key("fill");
        return Double.longBitsToDouble(in.element(DType.F64));
    }

    Literal literal(TensorType type) {
        int size = type.size();
        if (!in.accept('[')) {
            long element = in.element(type.dtype());
            filled += size > 1 ? size : 0;
            if (filled > GraphParser.MAX_FILLED || filled < 0 || size == 0) {
                throw in.errorAt(in.began(), size == 0 ? "expected [] as the value of " + type
                        : "one element stands for " + size + "; write it as a broadcast of a scalar");
            }
            long[] bits = new long[size];
            Arrays.fill(bits, element);
            return Literal.ofBits(type, bits);
        }
        // The text that is left bounds the array, whatever the type claims.
        long[] bits = new long[Math.min(size, in.remaining() / 2 + 1)];
        int n = 0;
        if (!in.nextIs(']')) {
            do {
                long element = in.element(type.dtype());
                if (n == size) {
                    throw in.errorAt(in.began(), "expected " + size + " elements for " + type + " but found more");
                }
                bits[n++] = element;
            } while (in.accept(','));
        }
        in.spaces();
        int end = in.at();
        in.expect(']');
        if (n != size) {
            throw in.errorAt(end, "expected " + size + " elements for " + type + " but found " + n);
        }
        return Literal.ofBits(type, bits);
    }
}
