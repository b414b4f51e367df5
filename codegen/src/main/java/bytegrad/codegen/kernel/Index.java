package bytegrad.codegen.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * An affine index: a constant plus integer multiples of {@code i32} variables of one lane. Canonical: terms are sorted
 * by variable name, none has coefficient 0, so that equal indices are equal values.
 */
public record Index(int constant, List<Term> terms) {
    public static final Index ZERO = new Index(0, List.of());

    /** A multiple of a variable. */
    public record Term(Expr.Var var, int coefficient) {}

    public Index {
        terms = List.copyOf(terms);
    }

    public static Index of(int constant) {
        return constant == 0 ? ZERO : new Index(constant, List.of());
    }

    public static Index of(Expr.Var var) {
        return new Index(0, List.of(new Term(var, 1)));
    }

    public boolean isConstant() {
        return terms.isEmpty();
    }

    /** The multiple of the variable, 0 where it does not occur. */
    public int coefficient(Expr.Var var) {
        for (Term t : terms) {
            if (t.var().equals(var)) {
                return t.coefficient();
            }
        }
        return 0;
    }

    public Index plus(int c) {
        return c == 0 ? this : new Index(Math.addExact(constant, c), terms);
    }

    public Index plus(Index other) {
        if (terms.isEmpty()) {
            return other.plus(constant);
        }
        if (other.terms.isEmpty()) {
            return plus(other.constant);
        }
        List<Term> sum = new ArrayList<>(terms.size() + other.terms.size());
        int a = 0;
        int b = 0;
        while (a < terms.size() || b < other.terms.size()) {
            int order = a == terms.size() ? 1
                    : b == other.terms.size() ? -1
                    : terms.get(a).var().name().compareTo(other.terms.get(b).var().name());
            if (order < 0) {
                sum.add(terms.get(a++));
            } else if (order > 0) {
                sum.add(other.terms.get(b++));
            } else {
                int c = Math.addExact(terms.get(a).coefficient(), other.terms.get(b++).coefficient());
                Expr.Var v = terms.get(a++).var();
                if (c != 0) {
                    sum.add(new Term(v, c));
                }
            }
        }
        return new Index(Math.addExact(constant, other.constant), sum);
    }

    public Index minus(Index other) {
        return plus(other.times(-1));
    }

    public Index times(int factor) {
        if (factor == 1) {
            return this;
        }
        if (factor == 0) {
            return ZERO;
        }
        List<Term> scaled = new ArrayList<>(terms.size());
        for (Term t : terms) {
            scaled.add(new Term(t.var(), Math.multiplyExact(t.coefficient(), factor)));
        }
        return new Index(Math.multiplyExact(constant, factor), scaled);
    }

    /** For example {@code i*784 + k + 3}. */
    @Override
    public String toString() {
        StringBuilder s = new StringBuilder();
        for (Term t : terms) {
            int c = t.coefficient();
            s.append(s.isEmpty() ? (c < 0 ? "-" : "") : c < 0 ? " - " : " + ").append(t.var().name());
            if (Math.abs(c) != 1) {
                s.append('*').append(Math.abs(c));
            }
        }
        if (s.isEmpty()) {
            return Integer.toString(constant);
        }
        return constant == 0 ? s.toString() : s + (constant < 0 ? " - " : " + ") + Math.abs(constant);
    }
}
