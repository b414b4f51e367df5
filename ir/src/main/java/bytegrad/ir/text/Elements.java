package bytegrad.ir.text;

import bytegrad.ir.Bfloat16;
import bytegrad.ir.DType;
import bytegrad.ir.Literal;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.HexFormat;
import java.util.OptionalLong;

/** One element of a constant as text, and back to the same bits. */
final class Elements {
    /** Longer than any number that Java prints; keeps the reading of a number cheap. */
    static final int MAX_LENGTH = 400;

    private Elements() {}

    /** Raw bits, as {@link Literal#bitsAt} gives them, in the shortest text that reads back to them. */
    static String print(DType dtype, long bits) {
        return switch (dtype) {
            case F32 -> real(dtype, bits, Float.toString(Float.intBitsToFloat((int) bits)));
            case F64 -> real(dtype, bits, Double.toString(Double.longBitsToDouble(bits)));
            // The shortest decimal that reads back as a float, which is exactly the bf16.
            case BF16 -> real(dtype, bits, Float.toString(Bfloat16.toFloat((short) bits)));
            case I32, I64, U8, I8, I16 -> Long.toString(bits);
            case BOOL -> bits != 0 ? "true" : "false";
        };
    }

    private static String real(DType dtype, long bits, String finite) {
        double v = toDouble(dtype, bits);
        if (Double.isNaN(v)) {
            String hex = HexFormat.of().toHexDigits(bits, 2 * dtype.bytes());
            return bits == ofDouble(dtype, Double.NaN) ? "nan" : "nan:" + hex;
        }
        return Double.isInfinite(v) ? v > 0 ? "inf" : "-inf" : finite;
    }

    /** The raw bits an element's text stands for, or nothing where it is none of this dtype. */
    static OptionalLong parse(DType dtype, String text) {
        return switch (dtype) {
            case F32, F64, BF16 -> parseFloat(dtype, text);
            case I32, I64, U8, I8, I16 -> parseInteger(dtype, text);
            case BOOL -> text.equals("true") ? OptionalLong.of(1) : text.equals("false") ? OptionalLong.of(0) : OptionalLong.empty();
        };
    }

    private static OptionalLong parseFloat(DType dtype, String text) {
        switch (text) {
            case "nan":
                return OptionalLong.of(ofDouble(dtype, Double.NaN));
            case "inf", "-inf":
                return OptionalLong.of(ofDouble(dtype, text.equals("inf") ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY));
            default:
                break;
        }
        if (text.startsWith("nan:")) {
            String hex = text.substring(4);
            if (hex.length() != 2 * dtype.bytes() || !hex.chars().allMatch(HexFormat::isHexDigit)) {
                return OptionalLong.empty();
            }
            // The bits of a float are widened with their sign.
            int unused = 64 - 8 * dtype.bytes();
            long bits = HexFormat.fromHexDigitsToLong(hex) << unused >> unused;
            return Double.isNaN(toDouble(dtype, bits)) ? OptionalLong.of(bits) : OptionalLong.empty();
        }
        if (!decimal(text)) {
            return OptionalLong.empty();
        }
        // An f32 is read as one: by way of a double it would be rounded twice. A bf16 is what the nearest double rounds to.
        long bits = dtype == DType.F32 ? Float.floatToRawIntBits(Float.parseFloat(text)) : ofDouble(dtype, Double.parseDouble(text));
        return Double.isInfinite(toDouble(dtype, bits)) ? OptionalLong.empty() : OptionalLong.of(bits);
    }

    private static long ofDouble(DType dtype, double v) {
        return Literal.of(dtype, v).bitsAt(0);
    }

    private static double toDouble(DType dtype, long bits) {
        return Literal.ofBits(new TensorType(dtype, Shape.SCALAR), bits).doubleAt(0);
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
            return dtype.holds(v) ? OptionalLong.of(v) : OptionalLong.empty();
        } catch (NumberFormatException tooBig) {
            return OptionalLong.empty();
        }
    }
}
