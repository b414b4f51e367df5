package bytegrad.benchmarks.check;

import java.util.Arrays;

/**
 * The greatest error seen, in units in the last place of the float or double nearest to the exact value (2⁻¹⁴⁹ and 2⁻¹⁰⁷⁴ for denormals); an
 * infinity counts as the number one step beyond the greatest. NaN, zeros and what an infinity gives must be right as they are.
 */
final class WorstError {
    private double ulps;
    private String at = "";
    private long wrong;
    private String firstWrong = "";

    /**
     * Judges an f32 result.
     *
     * @param unit a number in whose last place the error is counted where that is greater than the exact value, else 0
     */
    void floats(float got, double exact, double unit, float... operands) {
        float nearest = (float) exact;
        if (Float.isNaN(nearest) || Float.isNaN(got) || exact == 0 || Double.isInfinite(exact)) {
            if (Float.floatToIntBits(got) != Float.floatToIntBits(nearest)) {
                wrong(operands);
            }
            return;
        }
        if (exact < 0 != Float.floatToRawIntBits(got) < 0 && unit == 0) {
            wrong(operands);
        }
        double beyond = 2 * (double) Float.MAX_VALUE - Math.nextDown(Float.MAX_VALUE);
        double g = Float.isInfinite(got) ? Math.copySign(beyond, got) : got;
        double e = Math.clamp(exact, -beyond, beyond);
        float place = (float) Math.min(Math.max(Math.abs(exact), Math.abs(unit)), Float.MAX_VALUE);
        worst(Math.abs(g - e) / Math.ulp(place), operands);
    }

    /** Judges an f64 result; the exact value is a double too, so this tells how far two ways to compute it are apart. */
    void doubles(double got, double exact, double... operands) {
        if (Double.isNaN(exact) || Double.isNaN(got) || exact == 0 || Double.isInfinite(exact) || Double.isInfinite(got)) {
            boolean tiny = Math.abs(got) <= 2 * Double.MIN_VALUE && Math.abs(exact) <= 2 * Double.MIN_VALUE;
            boolean huge = Math.abs(got) > Double.MAX_VALUE / 2 && Math.abs(exact) > Double.MAX_VALUE / 2 && got > 0 == exact > 0;
            if (Double.doubleToLongBits(got) != Double.doubleToLongBits(exact) && !tiny && !huge) {
                wrong(Arrays.toString(operands));
            }
            return;
        }
        double error = Math.abs(got - exact) / Math.ulp(exact);
        if (error > ulps) {
            ulps = error;
            at = Arrays.toString(operands);
        }
    }

    private void worst(double error, float... operands) {
        if (error > ulps) {
            ulps = error;
            at = Arrays.toString(operands);
        }
    }

    private void wrong(float... operands) {
        wrong(Arrays.toString(operands));
    }

    private void wrong(String operands) {
        if (wrong++ == 0) {
            firstWrong = operands;
        }
    }

    double ulps() {
        return ulps;
    }

    /** The operands with that error. */
    String at() {
        return at.isEmpty() ? "" : at.substring(1, at.length() - 1);
    }

    boolean right() {
        return wrong == 0;
    }

    String specials() {
        return right() ? "right" : wrong + " wrong, the first at " + firstWrong;
    }
}
