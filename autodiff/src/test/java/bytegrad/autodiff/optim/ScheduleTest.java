package bytegrad.autodiff.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bytegrad.ir.DType;
import bytegrad.ir.Graph;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.GraphException;
import bytegrad.ir.eval.Interpreter;
import bytegrad.ir.eval.Value;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Schedules against their formulas in plain Java. */
class ScheduleTest {
    private static void check(Schedule schedule, long steps, LongToDoubleFunction formula) {
        GraphBuilder b = new GraphBuilder();
        b.output("factor", schedule.factor(b, b.input("t", DType.F64)));
        Graph g = b.build();
        for (long t = 0; t < steps; t++) {
            Interpreter.Result r = Interpreter.run(g, g.inputs().isEmpty() ? Map.of() : Map.of("t", Value.scalar(DType.F64, t)));
            assertEquals(formula.applyAsDouble(t), r.outputs().get("factor").at(0), 1e-15, schedule + " at " + t);
        }
    }

    private static double half(double from, double to, double x) {
        return to + (from - to) / 2 * (1 + Math.cos(Math.PI * x));
    }

    @Test
    void constant() {
        check(new Schedule.Constant(0.25), 3, t -> 0.25);
    }

    @Test
    void step() {
        check(new Schedule.Step(7, 0.1), 40, t -> Math.pow(0.1, t / 7));
        check(new Schedule.Step(1, 0.9), 40, t -> Math.pow(0.9, t));
    }

    @Test
    void linear() {
        check(new Schedule.Linear(0.25, 1, 8), 12, t -> t < 8 ? 0.25 + 0.75 * t / 8 : 1);
        check(new Schedule.Linear(1, 0, 5), 9, t -> t < 5 ? 1 - t / 5.0 : 0);
    }

    @Test
    void warmUp() {
        check(Schedule.warmUp(10), 14, t -> Math.min((t + 1) / 10.0, 1));
        check(Schedule.warmUp(1), 2, t -> 1);
    }

    @Test
    void cosine() {
        check(new Schedule.Cosine(20, 0), 30, t -> half(1, 0, Math.min(t / 20.0, 1)));
        check(new Schedule.Cosine(20, 0.1), 30, t -> half(1, 0.1, Math.min(t / 20.0, 1)));
    }

    /** PyTorch's OneCycleLR: phases end at pct·T − 1 and T − 1. */
    @Test
    void oneCycle() {
        check(new Schedule.OneCycle(50), 50, t -> t <= 14 ? half(1 / 25.0, 1, t / 14.0) : half(1, 1 / 25e4, (t - 14) / 35.0));
        check(new Schedule.OneCycle(11, 0.5, 10, 100), 15, t -> t <= 4.5 ? half(0.1, 1, t / 4.5) : half(1, 1e-3, Math.min((t - 4.5) / 5.5, 1)));
    }

    @Test
    void composition() {
        check(Schedule.warmUp(5).then(5, new Schedule.Cosine(10, 0.5)), 20, t -> t < 5 ? (t + 1) / 5.0 : half(1, 0.5, Math.min((t - 5) / 10.0, 1)));
        check(Schedule.warmUp(4).times(new Schedule.Step(3, 0.5)), 20, t -> Math.min((t + 1) / 4.0, 1) * Math.pow(0.5, t / 3));
        check(new Schedule.Constant(1).then(2, new Schedule.Constant(0.5).then(2, new Schedule.Constant(0.1))), 6, t -> t < 2 ? 1 : t < 4 ? 0.5 : 0.1);
    }

    @Test
    void badNumbersAreNamedWithTheirRange() {
        fails("Schedule.Constant: the factor is -1.0 but must be finite and at least 0", () -> new Schedule.Constant(-1));
        fails("Schedule.Step: every is 0 but must be at least 1", () -> new Schedule.Step(0, 0.1));
        fails("Schedule.Step: gamma is 0.0 but must be above 0 and at most 1", () -> new Schedule.Step(1, 0));
        fails("Schedule.Linear: from is NaN but must be finite and at least 0", () -> new Schedule.Linear(Double.NaN, 1, 1));
        fails("Schedule.Linear: to is Infinity but must be finite", () -> new Schedule.Linear(1, Double.POSITIVE_INFINITY, 1));
        fails("Schedule.Linear: the number of steps is 0 but must be at least 1", () -> new Schedule.Linear(1, 1, 0));
        fails("Schedule.Cosine: the number of steps is -3 but must be at least 1", () -> new Schedule.Cosine(-3, 0));
        fails("Schedule.Cosine: the floor is 1.5 but must be from 0 to 1", () -> new Schedule.Cosine(3, 1.5));
        fails("Schedule.OneCycle: the share that rises is 0.1 but must be above 1/10 (one step) and below 1", () -> new Schedule.OneCycle(10, 0.1, 2, 2));
        fails("Schedule.OneCycle: div is 0.5 but must be finite and at least 1", () -> new Schedule.OneCycle(10, 0.5, 0.5, 2));
        fails("Schedule.OneCycle: finalDiv is 0.0 but must be finite and at least 1", () -> new Schedule.OneCycle(10, 0.5, 2, 0));
        fails("Schedule.warmUp: the number of steps is 0 but must be at least 1", () -> Schedule.warmUp(0));
        fails("Schedule.then: the number of steps is -1 but must be at least 0", () -> Schedule.warmUp(3).then(-1, Schedule.warmUp(1)));
    }

    private static void fails(String message, Runnable action) {
        GraphException e = assertThrows(GraphException.class, action::run);
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }
}
