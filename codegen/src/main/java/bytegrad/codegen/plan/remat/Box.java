package bytegrad.codegen.plan.remat;

/**
 * How much a search may do. It is counted in steps, not in time, so that the same graph and budget give the same plan on any machine; a
 * step is a
 * visit of one value read or written by a run of a sequence, some 5 to 10 ns.
 */
final class Box {
    private final long steps;
    private long spent;

    Box(long steps) {
        this.steps = steps;
    }

    void spend(long n) {
        spent += n;
    }

    boolean open() {
        return spent < steps;
    }

    /** A part of what is left; what is spent of it is to be spent here too. */
    Box part(long most) {
        return new Box(Math.min(most, left()));
    }

    long spent() {
        return spent;
    }

    long left() {
        return steps - spent;
    }
}
