package bytegrad.autodiff.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import bytegrad.ir.eval.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Each rule against a plain loop over one element at a time, written from PyTorch's documentation (Lion: from the paper). */
class RulesTest {
    private static final int STEPS = 25;

    /** One element's definition: the new value from the step (from 1), the value and its gradient; it keeps its own state. */
    private interface Element {
        double move(int t, double p, double g);
    }

    private interface Definition {
        Element start();
    }

    private static void check(Optimizer o, Definition definition) {
        double[] runs = new double[STEPS];
        Arrays.fill(runs, 1);
        List<Map<String, Value>> trace = Quartic.byGraph(Descent.by(o), runs);
        double[] p = Quartic.START.clone();
        Element[] elements = new Element[p.length];
        Arrays.setAll(elements, i -> definition.start());
        for (int t = 1; t <= STEPS; t++) {
            for (int i = 0; i < p.length; i++) {
                p[i] = elements[i].move(t, p[i], Quartic.gradient(p[i], i));
            }
            assertArrayEquals(p, trace.get(t - 1).get("p").doubles(), 1e-10, o + " after step " + t);
        }
    }

    @Test
    void sgd() {
        for (Sgd o : List.of(new Sgd(0.005, 0, 0, false, 0.1), new Sgd(0.003, 0.9, 0.3, false, 0), new Sgd(0.003, 0.8, 1, false, 0.2),
                new Sgd(0.003, 0.9, 0, true, 0.05))) {
            check(o, () -> new Element() {
                double v;

                @Override
                public double move(int t, double p, double gradient) {
                    double g = gradient + o.weightDecay() * p;
                    if (o.momentum() == 0) {
                        return p - o.rate() * g;
                    }
                    v = t == 1 ? g : o.momentum() * v + (1 - o.dampening()) * g;
                    return p - o.rate() * (o.nesterov() ? g + o.momentum() * v : v);
                }
            });
        }
    }

    @Test
    void adagrad() {
        for (Adagrad o : List.of(new Adagrad(0.1), new Adagrad(0.2, 0.5, 0, 1e-10, 0), new Adagrad(0.2, 0.1, 3, 1e-3, 0.3))) {
            check(o, () -> new Element() {
                double sum = o.initial();

                @Override
                public double move(int t, double p, double gradient) {
                    double g = gradient + o.weightDecay() * p;
                    sum += g * g;
                    return p - o.rate() / (1 + (t - 1) * o.rateDecay()) * g / (Math.sqrt(sum) + o.epsilon());
                }
            });
        }
    }

    @Test
    void rmsProp() {
        for (RmsProp o : List.of(new RmsProp(0.01), new RmsProp(0.02, 0.9, 1e-3, 0.8, false, 0), new RmsProp(0.01, 0.95, 1e-2, 0, true, 0.1),
                new RmsProp(0.01, 0.9, 1e-2, 0.5, true, 0))) {
            check(o, () -> new Element() {
                double v;
                double mean;
                double u;

                @Override
                public double move(int t, double p, double gradient) {
                    double g = gradient + o.weightDecay() * p;
                    v = o.alpha() * v + (1 - o.alpha()) * g * g;
                    mean = o.alpha() * mean + (1 - o.alpha()) * g;
                    double d = g / (Math.sqrt(o.centred() ? v - mean * mean : v) + o.epsilon());
                    u = o.momentum() * u + d;
                    return p - o.rate() * u;
                }
            });
        }
    }

    @Test
    void adamAndAmsgrad() {
        for (Adam o : List.of(new Adam(0.1, 0.9, 0.5, 1e-8, true, 0), new Adam(0.1, 0.8, 0.9, 1e-8, false, 0.2), new Adam(0.1, 0, 0.7, 1e-3, true, 0.1))) {
            check(o, () -> adam(o.rate(), o.beta1(), o.beta2(), o.epsilon(), o.amsgrad(), o.weightDecay(), 0));
        }
    }

    @Test
    void adamW() {
        for (AdamW o : List.of(new AdamW(0.1), new AdamW(0.05, 0.3), new AdamW(0.1, 0.8, 0.6, 1e-6, true, 0.5))) {
            check(o, () -> adam(o.rate(), o.beta1(), o.beta2(), o.epsilon(), o.amsgrad(), 0, o.weightDecay()));
        }
    }

    private static Element adam(double rate, double beta1, double beta2, double epsilon, boolean amsgrad, double coupled, double decoupled) {
        return new Element() {
            double m;
            double v;
            double greatest;

            @Override
            public double move(int t, double p, double gradient) {
                double g = gradient + coupled * p;
                double decayed = p - rate * decoupled * p;
                m = beta1 * m + (1 - beta1) * g;
                v = beta2 * v + (1 - beta2) * g * g;
                greatest = Math.max(greatest, v);
                double denominator = Math.sqrt(amsgrad ? greatest : v) / Math.sqrt(1 - Math.pow(beta2, t)) + epsilon;
                return decayed - rate / (1 - Math.pow(beta1, t)) * m / denominator;
            }
        };
    }

    @Test
    void lion() {
        for (Lion o : List.of(new Lion(0.03), new Lion(0.05, 0.5, 0.9, 0.4))) {
            check(o, () -> new Element() {
                double m;

                @Override
                public double move(int t, double p, double g) {
                    double sign = Math.signum(o.beta1() * m + (1 - o.beta1()) * g);
                    m = o.beta2() * m + (1 - o.beta2()) * g;
                    return p * (1 - o.rate() * o.weightDecay()) - o.rate() * sign;
                }
            });
        }
    }

    /** A rule of one's own is one class; everything else comes with it. */
    @Test
    void aRuleOfOnesOwn() {
        check(new SignDescent(0.01), () -> (t, p, g) -> p - 0.01 * Math.signum(g));
    }

    private record SignDescent(double rate) implements Optimizer {
        @Override
        public List<State> state() {
            return List.of();
        }

        @Override
        public Moved move(bytegrad.ir.GraphBuilder b, bytegrad.ir.Node p, bytegrad.ir.Node g, bytegrad.ir.Node rate, List<bytegrad.ir.Node> state,
                List<bytegrad.ir.Node> scalars) {
            return new Moved(b.sub(p, b.mul(b.sign(g), rate)), List.of());
        }
    }
}
