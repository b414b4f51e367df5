package bytegrad.ir.text;

import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import java.util.HexFormat;
import java.util.OptionalLong;

/** One element of a constant as text, and back to the same bits. */
final class Elements {
    /** Longer than any number that Java prints; keeps the reading of a number cheap. */
    static final int MAX_LENGTH = 400;

    private static final int F32_NAN = Float.floatToRawIntBits(Float.NaN);
    private static final long F64_NAN = Double.doubleToRawLongBits(Double.NaN);

    private Elements() {}

    /** Raw bits, as {@link Literal#bitsAt} gives them, in the shortest text that reads back to them. */
    static String print(DType dtype, long bits) {
        return switch (dtype) {
            case F32 -> {
                float v = Float.intBitsToFloat((int) bits);
                yield Float.isNaN(v)
                        ? (int) bits == F32_NAN ? "nan" : "nan:" + HexFormat.of().toHexDigits((int) bits)
                        : Float.isInfinite(v) ? infinity(v) : Float.toString(v);
            }
            case F64 -> {
                double v = Double.longBitsToDouble(bits);
                yield Double.isNaN(v)
                        ? bits == F64_NAN ? "nan" : "nan:" + HexFormat.of().toHexDigits(bits)
                        : Double.isInfinite(v) ? infinity(v) : Double.toString(v);
            }
            case I32, I64 -> Long.toString(bits);
            case BOOL -> bits != 0 ? "true" : "false";
        };
    }

    private static String infinity(double v) {
        return v > 0 ? "inf" : "-inf";
    }

    /** The raw bits an element's text stands for, or nothing where it is none of this dtype. */
    static OptionalLong parse(DType dtype, String text) {
        return switch (dtype) {
            case F32, F64 -> parseFloat(dtype, text);
            case I32, I64 -> parseInteger(dtype, text);
            case BOOL -> text.equals("true") ? OptionalLong.of(1) : text.equals("false") ? OptionalLong.of(0) : OptionalLong.empty();
        };
    }

    private static OptionalLong parseFloat(DType dtype, String text) {
        boolean f32 = dtype == DType.F32;
        switch (text) {
            case "nan":
                return OptionalLong.of(f32 ? F32_NAN : F64_NAN);
            case "inf", "-inf":
                double inf = text.equals("inf") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
                return OptionalLong.of(f32 ? Float.floatToRawIntBits((float) inf) : Double.doubleToRawLongBits(inf));
            default:
                break;
        }
        if (text.startsWith("nan:")) {
            String hex = text.substring(4);
            if (hex.length() != (f32 ? 8 : 16) || !hex.chars().allMatch(HexFormat::isHexDigit)) {
                return OptionalLong.empty();
            }
            long bits = HexFormat.fromHexDigitsToLong(hex);
            boolean nan = f32 ? Float.isNaN(Float.intBitsToFloat((int) bits)) : Double.isNaN(Double.longBitsToDouble(bits));
            // An f32's bits are kept as an int widened with its sign.
            return nan ? OptionalLong.of(f32 ? (int) bits : bits) : OptionalLong.empty();
        }
        if (!decimal(text)) {
            return OptionalLong.empty();
        }
        // An f32 is read as one: by way of a double it would be rounded twice.
        float f = f32 ? Float.parseFloat(text) : 0;
        double d = f32 ? 0 : Double.parseDouble(text);
        if (Float.isInfinite(f) || Double.isInfinite(d)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(f32 ? Float.floatToRawIntBits(f) : Double.doubleToRawLongBits(d));
    }

    /** {@code [-] digits [. digits] [e [+-] digits]}; Java's own reader takes more (hexadecimal, a type letter, spaces). */
    private static boolean decimal(String s) {
        int i = s.startsWith("-") ? 1 : 0;
        int from = i;
        i = digits(s, i);
        if (i == from) {
            return false;
        }
        if (i < s.length() && s.charAt(i) == '.') {
            from = ++i;
            i = digits(s, i);
            if (i == from) {
                return false;
            }
        }
        if (i < s.length() && (s.charAt(i) == 'e' || s.charAt(i) == 'E')) {
            i++;
            if (i < s.length() && (s.charAt(i) == '+' || s.charAt(i) == '-')) {
                i++;
            }
            from = i;
            i = digits(s, i);
            if (i == from) {
                return false;
            }
        }
        return i == s.length();
    }

    private static int digits(String s, int from) {
        int i = from;
        while (i < s.length() && s.charAt(i) >= '0' && s.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    private static OptionalLong parseInteger(DType dtype, String text) {
        int first = text.startsWith("-") ? 1 : 0;
        if (text.length() == first || digits(text, first) != text.length()) {
            return OptionalLong.empty();
        }
        try {
            long v = Long.parseLong(text);
            return dtype == DType.I32 && v != (int) v ? OptionalLong.empty() : OptionalLong.of(v);
        } catch (NumberFormatException tooBig) {
            return OptionalLong.empty();
        }
    }
}
