package bytegrad.autodiff.optim;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Node;

/**
 * By what the learning rate is multiplied at each step, as nodes of a step counter.
 *
 * <pre>{@code
 * Schedule.warmUp(500).then(500, new Schedule.Cosine(9500, 0.1))
 * }</pre>
 *
 * <p>Steps are those of the optimiser, counted from 0; they and the factor are f64 scalars, whatever the dtype of the parameters, so that
 * neither a long run nor a small rate is rounded away.
 */
@FunctionalInterface
public interface Schedule {
    /**
     * The factor at a step.
     *
     * @param step t, an f64 scalar
     * @return an f64 scalar
     */
    Node factor(GraphBuilder b, Node step);

    /** The product of both factors. */
    default Schedule times(Schedule other) {
        return (b, t) -> b.mul(factor(b, t), other.factor(b, t));
    }

    /** This one for so many steps, then the other, which counts from there ({@code torch.optim.lr_scheduler.SequentialLR}). */
    default Schedule then(long steps, Schedule next) {
        Hyper.steps("Schedule.then", "the number of steps", steps, 0);
        return (b, t) -> b.select(b.lt(t, number(b, steps)), factor(b, t), next.factor(b, b.sub(t, number(b, steps))));
    }

    /** t ↦ (t+1)/n up to 1, reached at the n-th step: a linear warm-up whose first step is not lost. */
    static Schedule warmUp(long steps) {
        Hyper.steps("Schedule.warmUp", "the number of steps", steps, 1);
        return steps == 1 ? new Constant(1) : new Linear(1.0 / steps, 1, steps - 1);
    }

    /**
     * t ↦ factor.
     *
     * @param factor finite and at least 0
     */
    record Constant(double factor) implements Schedule {
        public Constant {
            Hyper.notNegative("Schedule.Constant", "the factor", factor);
        }

        @Override
        public Node factor(GraphBuilder b, Node step) {
            return number(b, factor);
        }
    }

    /**
     * t ↦ γ^⌊t/n⌋ ({@code StepLR}; with n = 1 {@code ExponentialLR}).
     *
     * @param every n, at least 1
     * @param gamma γ, above 0 and at most 1
     */
    record Step(long every, double gamma) implements Schedule {
        public Step {
            Hyper.steps("Schedule.Step", "every", every, 1);
            Hyper.check("Schedule.Step", "gamma", gamma, gamma > 0 && gamma <= 1, "above 0 and at most 1");
        }

        @Override
        public Node factor(GraphBuilder b, Node step) {
            return b.pow(number(b, gamma), b.floor(b.div(step, number(b, every))));
        }
    }

    /**
     * t ↦ from + (to − from)·min(t/T, 1) ({@code LinearLR}).
     *
     * @param from finite and at least 0
     * @param to finite and at least 0
     * @param steps T, at least 1
     */
    record Linear(double from, double to, long steps) implements Schedule {
        public Linear {
            Hyper.notNegative("Schedule.Linear", "from", from);
            Hyper.notNegative("Schedule.Linear", "to", to);
            Hyper.steps("Schedule.Linear", "the number of steps", steps, 1);
        }

        @Override
        public Node factor(GraphBuilder b, Node step) {
            return between(b, from, to, progress(b, step, 0, steps));
        }
    }

    /**
     * t ↦ floor + (1 − floor)·(1 + cos(π min(t/T, 1)))/2 (Loshchilov and Hutter 2017; {@code CosineAnnealingLR}, which rises again after T
     * while this one stays).
     *
     * @param steps T, at least 1
     * @param floor what is left in the end, from 0 to 1
     */
    record Cosine(long steps, double floor) implements Schedule {
        public Cosine {
            Hyper.steps("Schedule.Cosine", "the number of steps", steps, 1);
            Hyper.check("Schedule.Cosine", "the floor", floor, floor >= 0 && floor <= 1, "from 0 to 1");
        }

        @Override
        public Node factor(GraphBuilder b, Node step) {
            return bent(b, 1, floor, progress(b, step, 0, steps));
        }
    }

    /**
     * Up to 1 along half a cosine, and down along another (Smith and Topin 2018; {@code OneCycleLR} with cosines and two phases; the momentum
     * stays): from 1/div at t = 0 to 1 at t = rise·T − 1, to 1/(div·finalDiv) at t = T − 1 and after.
     *
     * @param steps T, at least 2
     * @param rise the share of steps that rise, above 1/T and below 1
     * @param div finite and at least 1
     * @param finalDiv finite and at least 1
     */
    record OneCycle(long steps, double rise, double div, double finalDiv) implements Schedule {
        public OneCycle {
            Hyper.steps("Schedule.OneCycle", "the number of steps", steps, 2);
            Hyper.check("Schedule.OneCycle", "the share that rises", rise, rise > 1.0 / steps && rise < 1,
                    "above 1/" + steps + " (one step) and below 1");
            Hyper.check("Schedule.OneCycle", "div", div, div >= 1 && div < Double.POSITIVE_INFINITY, "finite and at least 1");
            Hyper.check("Schedule.OneCycle", "finalDiv", finalDiv, finalDiv >= 1 && finalDiv < Double.POSITIVE_INFINITY, "finite and at least 1");
        }

        /** With PyTorch's 0.3, 25 and 10⁴. */
        public OneCycle(long steps) {
            this(steps, 0.3, 25, 1e4);
        }

        @Override
        public Node factor(GraphBuilder b, Node step) {
            double top = rise * steps - 1;
            Node up = bent(b, 1 / div, 1, progress(b, step, 0, top));
            Node down = bent(b, 1, 1 / (div * finalDiv), progress(b, step, top, steps - 1));
            return b.select(b.le(step, number(b, top)), up, down);
        }
    }

    private static Node number(GraphBuilder b, double x) {
        return b.constant(DType.F64, x);
    }

    /** (t − start)/(end − start), not above 1. */
    private static Node progress(GraphBuilder b, Node t, double start, double end) {
        return b.min(b.div(b.sub(t, number(b, start)), number(b, end - start)), number(b, 1));
    }

    /** from + (to − from)·x. */
    private static Node between(GraphBuilder b, double from, double to, Node x) {
        return b.fma(x, number(b, to - from), number(b, from));
    }

    /** to + (from − to)·(1 + cos πx)/2. */
    private static Node bent(GraphBuilder b, double from, double to, Node x) {
        return between(b, to, from, b.mul(b.add(b.cos(b.mul(x, Math.PI)), 1), 0.5));
    }
}
