package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * What is known of integer unknowns t₀, t₁, …: each lies between bounds that are affine in earlier ones. The extremes of an
 * affine form follow by replacing unknowns by their bounds, last first, so that {@code k − k0} over {@code k in k0..k0+16} is
 * found to be at most 15. Of several bounds the best one counts.
 */
final class Ranges {
    /** numerator / divisor; a whole number that is at most this is at most its floor. */
    record Bound(Affine numerator, long divisor) {
        static Bound of(Affine value) {
            return new Bound(value, 1);
        }

        static Bound of(long value) {
            return of(Affine.of(value));
        }
    }

    /** Lower bounds and upper bounds, inclusive; at least one of each. */
    record Span(List<Bound> lower, List<Bound> upper) {
        Span {
            lower = List.copyOf(lower);
            upper = List.copyOf(upper);
        }

        static Span of(long least, long greatest) {
            return new Span(List.of(Bound.of(least)), List.of(Bound.of(greatest)));
        }
    }

    private final List<Span> spans;

    /** Nothing is known. */
    Ranges() {
        this(List.of());
    }

    private Ranges(List<Span> spans) {
        this.spans = new ArrayList<>(spans);
    }

    /** What is known now. */
    Ranges copy() {
        return new Ranges(spans);
    }

    /** A new unknown within these bounds. */
    Affine add(Span span) {
        spans.add(span);
        return Affine.unknown(spans.size() - 1);
    }

    int mark() {
        return spans.size();
    }

    /** Forgets the unknowns added since. */
    void release(int mark) {
        spans.subList(mark, spans.size()).clear();
    }

    Span span(int unknown) {
        return spans.get(unknown);
    }

    void replace(int unknown, Span span) {
        spans.set(unknown, span);
    }

    long max(Affine a) {
        if (a.isConstant()) {
            return a.constant();
        }
        int t = a.terms().lastKey();
        long times = a.coefficient(t);
        Affine rest = a.without(t);
        long best = Long.MAX_VALUE;
        for (Bound b : times > 0 ? spans.get(t).upper() : spans.get(t).lower()) {
            best = Math.min(best, max(rest.plus(times(times, b))));
        }
        return best;
    }

    long min(Affine a) {
        return -max(a.times(-1));
    }

    /** What {@code factor} times a number is at most, if the bound holds for it: an upper one for a positive factor, else a lower. */
    private Affine times(long factor, Bound b) {
        if (factor % b.divisor() == 0) {
            return b.numerator().times(factor / b.divisor());
        }
        return Affine.of(Math.multiplyExact(
                factor,
                factor > 0 ? Math.floorDiv(max(b.numerator()), b.divisor()) : Math.ceilDiv(min(b.numerator()), b.divisor())));
    }

    /** Forms that are nowhere less than a: itself, and with an unknown of several upper bounds replaced by each of them. */
    List<Affine> above(Affine a) {
        List<Affine> forms = new ArrayList<>(List.of(a));
        a.terms().forEach((t, times) -> {
            List<Bound> upper = spans.get(t).upper();
            if (times > 0 && upper.size() > 1) {
                for (Bound b : upper) {
                    if (b.divisor() == 1) {
                        forms.add(a.without(t).plus(b.numerator().times(times)));
                    }
                }
            }
        });
        return forms;
    }

    /** Knowing {@code a ≥ 0}, the better span of its last unknown. */
    Span sharpened(Affine a) {
        int t = a.terms().lastKey();
        long times = a.coefficient(t);
        Span known = spans.get(t);
        List<Bound> lower = new ArrayList<>(known.lower());
        List<Bound> upper = new ArrayList<>(known.upper());
        if (times > 0) {
            lower.add(new Bound(a.without(t).times(-1), times));
        } else {
            upper.add(new Bound(a.without(t), -times));
        }
        return new Span(lower, upper);
    }
}
