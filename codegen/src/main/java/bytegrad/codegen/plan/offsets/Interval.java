package bytegrad.codegen.plan.offsets;

import bytegrad.codegen.plan.PlanException;

/** A buffer of so many bytes that is in use at the times from, …, end − 1. */
public record Interval(int from, int end, long size) {
    public Interval {
        if (from < 0 || end <= from || size < 0) {
            throw new PlanException("no buffer: times " + from + " to " + end + ", " + size + " bytes");
        }
    }
}
