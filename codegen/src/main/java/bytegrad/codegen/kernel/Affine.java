package bytegrad.codegen.kernel;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * c + Σ aᵢ·tᵢ in exact arithmetic, over the unknowns of {@link Ranges}, which are numbered from the outermost loop in. Throws
 * ArithmeticException where a long overflows.
 */
record Affine(long constant, SortedMap<Integer, Long> terms) {
    Affine {
        terms = Collections.unmodifiableSortedMap(new TreeMap<>(terms));
    }

    static Affine of(long constant) {
        return new Affine(constant, new TreeMap<>());
    }

    static Affine unknown(int number) {
        return new Affine(0, new TreeMap<>(java.util.Map.of(number, 1L)));
    }

    boolean isConstant() {
        return terms.isEmpty();
    }

    Affine plus(long c) {
        return new Affine(Math.addExact(constant, c), terms);
    }

    Affine plus(Affine other) {
        TreeMap<Integer, Long> sum = new TreeMap<>(terms);
        other.terms.forEach((t, a) -> {
            long c = Math.addExact(sum.getOrDefault(t, 0L), a);
            if (c == 0) {
                sum.remove(t);
            } else {
                sum.put(t, c);
            }
        });
        return new Affine(Math.addExact(constant, other.constant), sum);
    }

    Affine minus(Affine other) {
        return plus(other.times(-1));
    }

    Affine times(long factor) {
        if (factor == 0) {
            return of(0);
        }
        TreeMap<Integer, Long> product = new TreeMap<>();
        terms.forEach((t, a) -> product.put(t, Math.multiplyExact(a, factor)));
        return new Affine(Math.multiplyExact(constant, factor), product);
    }

    /** The coefficient of an unknown, 0 where it does not occur. */
    long coefficient(int unknown) {
        return terms.getOrDefault(unknown, 0L);
    }

    Affine without(int unknown) {
        TreeMap<Integer, Long> rest = new TreeMap<>(terms);
        rest.remove(unknown);
        return new Affine(constant, rest);
    }

    /** All coefficients, but not necessarily the constant, are multiples of the divisor. */
    boolean isStriped(long divisor) {
        return terms.values().stream().allMatch(a -> a % divisor == 0);
    }

    /** ⌊this / divisor⌋, exact where {@link #isStriped}. */
    Affine floorDiv(long divisor) {
        TreeMap<Integer, Long> quotient = new TreeMap<>();
        terms.forEach((t, a) -> quotient.put(t, a / divisor));
        return new Affine(Math.floorDiv(constant, divisor), quotient);
    }
}
