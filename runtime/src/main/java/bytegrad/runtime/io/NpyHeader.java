package bytegrad.runtime.io;

import bytegrad.runtime.FormatException;
import bytegrad.runtime.Tensor;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The dictionary at the start of an npy file, {@code {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }}:
 * exactly these three keys, in any order, as Python literals. Parsed here by hand; nothing is evaluated.
 */
final class NpyHeader {
    /** Where numpy leaves room for a first extent to grow in place. */
    private static final int GROWTH_DIGITS = 21;

    private final StoredType type;
    private final ByteOrder order;
    private final boolean fortran;
    private final int[] shape;

    private NpyHeader(StoredType type, ByteOrder order, boolean fortran, int[] shape) {
        this.type = type;
        this.order = order;
        this.fortran = fortran;
        this.shape = shape;
    }

    StoredType type() {
        return type;
    }

    ByteOrder order() {
        return order;
    }

    /** Whether the first index runs fastest. */
    boolean fortran() {
        return fortran;
    }

    int[] shape() {
        return shape;
    }

    /** The header that numpy would write for this, without magic, version and padding. */
    static String text(String descr, int... shape) {
        StringBuilder text = new StringBuilder();
        text.append("{'descr': '").append(descr).append("', 'fortran_order': False, 'shape': (");
        for (int i = 0; i < shape.length; i++) {
            text.append(i == 0 ? "" : " ").append(shape[i]).append(i < shape.length - 1 || i == 0 ? "," : "");
        }
        text.append("), }");
        if (shape.length > 0) {
            text.append(" ".repeat(GROWTH_DIGITS - Integer.toString(shape[0]).length()));
        }
        return text.toString();
    }

    /**
     * Parses a header.
     *
     * @param text the bytes after the header's length
     * @param offset where they start in {@code place}
     */
    static NpyHeader parse(String place, byte[] text, long offset) {
        return new Parser(place, new String(text, StandardCharsets.ISO_8859_1), offset).parse();
    }

    /** One left-to-right pass. */
    private static final class Parser {
        private final String place;
        private final String text;
        private final long offset;
        private int at;

        Parser(String place, String text, long offset) {
            this.place = place;
            this.text = text;
            this.offset = offset;
        }

        NpyHeader parse() {
            String descr = "";
            boolean fortran = false;
            int[] shape = {};
            int seen = 0;
            expect('{');
            while (!accept('}')) {
                String key = string();
                expect(':');
                int bit;
                switch (key) {
                    case "descr" -> {
                        bit = 1;
                        descr = descr();
                    }
                    case "fortran_order" -> {
                        bit = 2;
                        fortran = bool();
                    }
                    case "shape" -> {
                        bit = 4;
                        shape = tuple();
                    }
                    default -> throw error("unknown key " + ByteSource.quote(key) + " in the npy header");
                }
                if ((seen & bit) != 0) {
                    throw error("key " + ByteSource.quote(key) + " twice in the npy header");
                }
                seen |= bit;
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            skipSpace();
            if (at < text.length()) {
                throw error("text after the npy header");
            }
            if (seen != 7) {
                throw error("the npy header lacks one of 'descr', 'fortran_order', 'shape'");
            }
            return new NpyHeader(type(descr), byteOrder(descr), fortran, shape);
        }

        private String descr() {
            skipSpace();
            if (at < text.length() && text.charAt(at) == '[') {
                throw error("structured dtypes are not supported");
            }
            return string();
        }

        private StoredType type(String descr) {
            boolean oneByte = descr.equals("|b1") || descr.equals("|u1") || descr.equals("|i1");
            boolean ordered = descr.startsWith("<") || descr.startsWith(">");
            return switch (oneByte || ordered ? descr.substring(1) : "") {
                case "f4" -> StoredType.F32;
                case "f8" -> StoredType.F64;
                case "i4" -> StoredType.I32;
                case "i8" -> StoredType.I64;
                case "u1" -> StoredType.U8;
                case "i1" -> StoredType.I8;
                case "i2" -> StoredType.I16;
                case "b1" -> StoredType.BOOL;
                default -> throw error(
                        "dtype " + ByteSource.quote(descr) + " is not supported; f4, f8, i4, i8, u1, i1, i2 and b1 are");
            };
        }

        private static ByteOrder byteOrder(String descr) {
            return descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        }

        /** Quoted by either mark; none of the strings that are allowed has an escape. */
        private String string() {
            skipSpace();
            char quote = at < text.length() ? text.charAt(at) : 0;
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw error("expected a string in the npy header");
            }
            String value = text.substring(at + 1, end);
            at = end + 1;
            return value;
        }

        private boolean bool() {
            skipSpace();
            if (text.startsWith("True", at)) {
                at += 4;
                return true;
            } else if (text.startsWith("False", at)) {
                at += 5;
                return false;
            }
            throw error("expected True or False in the npy header");
        }

        /** {@code ()}, {@code (2,)}, {@code (2, 3)}; a lone {@code (2)} is a number in Python, not a tuple. */
        private int[] tuple() {
            int[] extents = new int[Tensor.MAX_RANK];
            int rank = 0;
            boolean comma = true;
            expect('(');
            while (!accept(')')) {
                if (!comma) {
                    throw error("expected , or ) in the npy header");
                }
                int extent = extent();
                if (rank == Tensor.MAX_RANK) {
                    throw error("the rank is over the limit of " + Tensor.MAX_RANK);
                }
                extents[rank++] = extent;
                comma = accept(',');
            }
            if (rank == 1 && !comma) {
                throw error("the shape in the npy header is no tuple");
            }
            return Arrays.copyOf(extents, rank);
        }

        private int extent() {
            skipSpace();
            int start = at;
            long value = 0;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                value = value * 10 + (text.charAt(at++) - '0');
                if (value > Integer.MAX_VALUE) {
                    throw error("an extent is over 2147483647");
                }
            }
            if (at == start) {
                throw error("expected an extent in the npy header");
            }
            return (int) value;
        }

        private void expect(char c) {
            if (!accept(c)) {
                throw error("expected " + c + " in the npy header");
            }
        }

        private boolean accept(char c) {
            skipSpace();
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private void skipSpace() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
                at++;
            }
        }

        private FormatException error(String reason) {
            return new FormatException(place, offset + at, reason);
        }
    }
}
