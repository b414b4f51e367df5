package bytegrad.autodiff.optim;

import bytegrad.ir.GraphException;

/** Hyper-parameters in their ranges; the message names whose, which, the value and the range. NaN is in none. */
final class Hyper {
    private Hyper() {}

    static void check(String whose, String name, double value, boolean holds, String range) {
        if (!holds) {
            throw GraphException.at(whose + ": " + name + " is " + value + " but must be " + range);
        }
    }

    static void notNegative(String whose, String name, double value) {
        check(whose, name, value, value >= 0 && value < Double.POSITIVE_INFINITY, "finite and at least 0");
    }

    static void positive(String whose, String name, double value) {
        check(whose, name, value, value > 0 && value < Double.POSITIVE_INFINITY, "finite and above 0");
    }

    static void fraction(String whose, String name, double value) {
        check(whose, name, value, value >= 0 && value < 1, "at least 0 and below 1");
    }

    static void rate(String whose, double rate) {
        notNegative(whose, "the learning rate", rate);
    }

    static void decay(String whose, double decay) {
        notNegative(whose, "the weight decay", decay);
    }

    static void epsilon(String whose, double epsilon) {
        positive(whose, "epsilon", epsilon);
    }

    /** A whole number of steps. */
    static void steps(String whose, String name, long value, long least) {
        if (value < least) {
            throw GraphException.at(whose + ": " + name + " is " + value + " but must be at least " + least);
        }
    }
}
