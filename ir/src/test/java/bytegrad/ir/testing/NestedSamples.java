package bytegrad.ir.testing;

import bytegrad.ir.DType;
import bytegrad.ir.GraphBuilder;
import bytegrad.ir.Loops;
import bytegrad.ir.Monoid;
import bytegrad.ir.Node;
import bytegrad.ir.Shape;
import bytegrad.ir.TensorType;
import java.util.ArrayList;
import java.util.List;

/** Ops that run other graphs: loops, branches, subgraphs with a gradient of their own, and these inside of each other. */
final class NestedSamples {
    private interface Recipe {
        Node write(Draft d, GraphBuilder b, DType t);
    }

    private final List<Sample> out = new ArrayList<>();

    private NestedSamples() {}

    static List<Sample> all() {
        NestedSamples s = new NestedSamples();
        s.scans();
        s.nests();
        s.conditions();
        s.loops();
        s.customs();
        return s.out;
    }

    private void add(String name, List<DType> dtypes, Recipe recipe) {
        for (DType t : dtypes) {
            Draft d = new Draft();
            out.add(d.done(name + " " + t.text(), recipe.write(d, d.b, t)));
        }
    }

    private void add(String name, Recipe recipe) {
        add(name, Draft.FLOATS, recipe);
    }

    private static Loops.Step step(Node carry, Node... ys) {
        return new Loops.Step(List.of(carry), List.of(ys));
    }

    /** All of them side by side, as one tensor of a dtype. */
    private static Node together(GraphBuilder b, DType t, List<Node> parts) {
        return b.concat(0, parts.stream().map(n -> b.cast(b.reshape(n, n.shape().size()), t)).toArray(Node[]::new));
    }

    private void scans() {
        add("scan: sum of slices", Draft.NUMBERS, (d, b, t) -> Loops.scan(b, 5, false, List.of(d.input("c", t, 3)), List.of(d.input("x", t, 5, 3)),
                (s, c, x) -> step(s.add(c.get(0), x.get(0)))).getFirst());
        add("scan: any", List.of(DType.BOOL), (d, b, t) -> together(b, DType.I32, Loops.scan(b, 5, false, List.of(d.input("c", t, 17)),
                List.of(d.input("x", t, 5, 17)), (s, c, x) -> step(s.or(c.get(0), x.get(0)), s.xor(c.get(0), x.get(0))))));
        for (boolean reverse : new boolean[] {false, true}) {
            for (int width : new int[] {1, 3, 16, 17}) {
                add("scan: affine recurrence" + (reverse ? " from the end, " : ", ") + width, (d, b, t) -> {
                    List<Node> r = Loops.scan(b, 7, reverse, List.of(d.input("c", t, width)), List.of(d.input("a", t, 7, width), d.input("x", t, 7, width)),
                            (s, c, x) -> {
                                Node next = s.add(s.mul(c.get(0), x.get(0)), x.get(1));
                                return step(next, s.mul(next, c.get(0)));
                            });
                    return together(b, t, r);
                });
            }
        }
        add("scan: recurrent network", (d, b, t) -> recurrent(d, b, t, 6, 2, 5, false));
        add("scan: recurrent network, wide", (d, b, t) -> recurrent(d, b, t, 3, 4, 33, true));
        add("scan: several carries of several dtypes", (d, b, t) -> {
            Node w = d.input("w", t, 4);
            List<Node> r = Loops.scan(b, 6, false, List.of(b.constant(DType.I32, 3), d.input("c", t, 4), b.constant(DType.I64, 0)), List.of(d.input("x", t, 6, 4)),
                    (s, c, x) -> new Loops.Step(List.of(s.add(c.get(0), 2), s.add(s.mul(c.get(1), w), s.mul(x.get(0), s.cast(c.get(0), t))),
                            s.add(c.get(2), s.cast(c.get(0), DType.I64))), List.of(c.get(0), s.cast(c.get(2), t))));
            return together(b, t, r);
        });
        add("scan: carries swapped, kept and copied", (d, b, t) -> together(b, t, Loops.scan(b, 3, false,
                List.of(d.input("p", t, 3), d.input("q", t, 3), d.input("r", t, 3), d.input("s", t, 3)), List.of(d.input("x", t, 3, 3)),
                (s, c, x) -> new Loops.Step(List.of(c.get(1), c.get(0), c.get(2), x.get(0)), List.of(c.get(3), c.get(2), c.get(3), x.get(0), c.get(0))))));
        add("scan: no step", (d, b, t) -> together(b, t, Loops.scan(b, 0, false, List.of(d.input("c", t, 3)), List.of(b.slice(d.input("x", t, 2, 3), 0, 0, 0)),
                (s, c, x) -> step(s.add(c.get(0), x.get(0)), s.sin(x.get(0))))));
        add("scan: one step", (d, b, t) -> together(b, t, Loops.scan(b, 1, true, List.of(d.input("c", t, 3)), List.of(d.input("x", t, 1, 3)),
                (s, c, x) -> step(s.add(c.get(0), x.get(0)), s.sin(x.get(0))))));
        add("scan: no carry", (d, b, t) -> Loops.scan(b, 4, false, List.of(), List.of(d.input("x", t, 4, 5)),
                (s, c, x) -> new Loops.Step(List.of(), List.of(s.sum(s.exp(x.get(0)), 0)))).getFirst());
        add("scan: empty slices", (d, b, t) -> b.add(d.input("z", t, 3), b.sum(Loops.scan(b, 3, false, List.of(b.full(TensorType.of(t, 0), 1)),
                List.of(d.input("x", t, 3, 0)), (s, c, x) -> step(s.add(c.get(0), x.get(0)), c.get(0))).get(1), 1)));
        add("scan: of computed tensors and views", (d, b, t) -> {
            Node x = d.input("x", t, 5, 6);
            Node c = b.broadcast(b.constant(t, 0.5), Shape.of(5));
            List<Node> r = Loops.scan(b, 6, false, List.of(c), List.of(b.transpose(x, 1, 0), b.reshape(b.sin(x), 6, 5)),
                    (s, h, xs) -> step(s.mul(s.add(h.get(0), xs.get(0)), 0.5), s.mul(xs.get(1), h.get(0))));
            return b.add(b.mul(r.get(0), 2), b.sum(r.get(1), 0));
        });
        add("scan: tables, literals and reductions inside", (d, b, t) -> {
            Node table = d.input("table", t, 7, 5);
            Node state = b.constant(bytegrad.ir.Literal.of(Shape.of(3), 1, 2, 4));
            return together(b, t, Loops.scan(b, 9, false, List.of(d.input("c", t, 5)), List.of(d.index("i", DType.I32, 7, 9)), (s, c, x) -> {
                Node row = s.gather(table, s.reshape(x.get(0), 1), 0);
                Node odd = s.cast(s.sum(s.mul(state, x.get(0)), 0), t);
                Node next = s.mul(s.add(c.get(0), s.reshape(row, 5)), 0.5);
                return step(next, s.add(s.reduce(Monoid.SUM, s.mul(next, s.constant(t, 0.25)), 0), s.mul(odd, 0.01)));
            }));
        });
        add("scan: both results feed another", (d, b, t) -> {
            Node x = d.input("x", t, 4, 3);
            List<Node> r = Loops.scan(b, 4, false, List.of(d.input("c", t, 3)), List.of(x), (s, c, xs) -> {
                Node next = s.tanh(s.add(c.get(0), xs.get(0)));
                return step(next, next);
            });
            return Loops.scan(b, 4, true, List.of(b.sin(r.get(0))), List.of(b.mul(r.get(1), x)),
                    (s, c, xs) -> step(s.sub(xs.get(0), s.mul(c.get(0), 0.5)))).getFirst();
        });
        add("scan: a limited history", (d, b, t) -> Loops.scan(b, 4, false, List.of(d.input("c", t, 3, 5)), List.of(d.input("x", t, 4, 5)), (s, c, x) ->
                step(s.concat(0, s.slice(c.get(0), 0, 1, 3), s.reshape(s.sin(x.get(0)), 1, 5)))).getFirst());
    }

    private static Node recurrent(Draft d, GraphBuilder b, DType t, int length, int batch, int width, boolean checkpointed) {
        Node w = d.input("w", t, new Fill.Uniform(-0.3, 0.3), width, width);
        Node bias = d.input("bias", t, width);
        Loops.ScanBody body = (s, h, x) -> {
            Node next = s.tanh(s.add(s.matmul(h.get(0), w), s.add(x.get(0), bias)));
            return step(next, next);
        };
        List<Node> first = List.of(d.input("h", t, batch, width));
        List<Node> xs = List.of(d.input("x", t, length, batch, width));
        List<Node> r = checkpointed ? Loops.checkpointedScan(b, length, first, xs, body) : Loops.scan(b, length, false, first, xs, body);
        return b.add(r.get(0), b.sum(r.get(1), 0));
    }

    private void nests() {
        add("scan in a scan", (d, b, t) -> {
            Node k = d.input("k", t, 3);
            return together(b, t, Loops.scan(b, 3, false, List.of(d.input("c", t, 3)), List.of(d.input("x", t, 3, 4, 3)), (s, c, x) -> {
                List<Node> inner = Loops.scan(s, 4, true, c, x, (u, h, y) -> step(u.tanh(u.add(u.mul(h.get(0), u.mul(k, 0.25)), y.get(0))), u.mul(y.get(0), h.get(0))));
                return step(s.mul(inner.get(0), 0.9), inner.get(1), s.sum(inner.get(1), 0));
            }));
        });
        add("checkpointed scan of seven steps", (d, b, t) -> together(b, t, Loops.checkpointedScan(b, 7, List.of(d.input("c", t, 3)),
                List.of(d.input("x", t, 7, 3)), (s, c, x) -> step(s.sin(s.add(c.get(0), x.get(0))), s.mul(c.get(0), x.get(0))))));
        add("cond in a scan", (d, b, t) -> together(b, t, Loops.scan(b, 6, false, List.of(d.input("c", t, 3), b.constant(DType.I32, 0)),
                List.of(d.input("x", t, 6, 3)), (s, c, x) -> {
                    Node odd = s.ne(s.and(c.get(1), s.constant(DType.I32, 1)), s.constant(DType.I32, 0));
                    Node next = Loops.cond(s, odd, u -> List.of(u.sin(u.add(c.get(0), x.get(0)))), u -> List.of(u.mul(c.get(0), x.get(0)))).getFirst();
                    return new Loops.Step(List.of(next, s.add(c.get(1), 1)), List.of(next));
                })));
        add("bounded while", (d, b, t) -> Loops.boundedWhile(b, 9, List.of(d.input("c", t, 3), b.constant(DType.I32, 1)),
                (s, c) -> s.lt(c.get(1), s.constant(DType.I32, 20)),
                (s, c) -> List.of(s.sin(s.mul(c.get(0), 1.5)), s.mul(c.get(1), 2))).getFirst());
    }

    private void conditions() {
        add("cond", (d, b, t) -> {
            Node x = d.input("x", t, 5);
            Node z = d.input("z", t, 5);
            List<Node> parts = new ArrayList<>();
            for (int k = 0; k < 2; k++) {
                parts.addAll(Loops.cond(b, d.input("p" + k, DType.BOOL), s -> {
                    Node e = s.exp(x);
                    return List.of(s.mul(e, z), s.sum(e, 0), z);
                }, s -> List.of(s.sin(z), s.sum(z, 0), s.add(x, z))));
            }
            return together(b, t, parts);
        });
        add("cond by a computed condition", (d, b, t) -> {
            Node x = d.input("x", t, new Fill.Uniform(0.5, 1), 4, 4);
            Node p = b.gt(b.sumAll(x), b.constant(t, 1));
            return Loops.cond(b, p, s -> List.of(s.matmul(x, x)), s -> List.of(x)).getFirst();
        });
        add("cond: constant condition", (d, b, t) -> {
            Node x = d.input("x", t, 4);
            return Loops.cond(b, b.constant(DType.BOOL, 0), s -> List.of(s.exp(x)), s -> List.of(s.sin(x))).getFirst();
        });
        add("cond: results nobody reads", (d, b, t) -> {
            Node x = d.input("x", t, 4);
            return Loops.cond(b, d.input("p", DType.BOOL), s -> List.of(s.exp(x), s.square(x)), s -> List.of(s.sin(x), s.neg(x))).get(1);
        });
    }

    private void loops() {
        add("while: collatz", List.of(DType.I32, DType.I64), (d, b, t) -> {
            Node n = b.add(b.and(d.input("n", t), b.constant(t, 63)), 1);
            List<Node> r = Loops.whileLoop(b, 1000, List.of(n, b.constant(t, 0)), (s, c) -> s.gt(c.get(0), s.constant(t, 1)), (s, c) -> {
                Node odd = s.ne(s.and(c.get(0), s.constant(t, 1)), s.constant(t, 0));
                Node next = Loops.cond(s, odd, u -> List.of(u.add(u.mul(c.get(0), u.constant(t, 3)), u.constant(t, 1))),
                        u -> List.of(u.shr(c.get(0), u.constant(t, 1)))).getFirst();
                return List.of(next, s.add(c.get(1), s.constant(t, 1)));
            });
            return b.concat(0, b.reshape(r.get(0), 1), b.reshape(r.get(1), 1));
        });
        add("while: newton", Draft.FLOATS, (d, b, t) -> {
            Node a = b.add(b.abs(d.rough("a", t, Fill.usual(t), 5)), 1);
            Node steps = b.constant(DType.I32, 0);
            return Loops.whileLoop(b, 30, List.of(a, steps), (s, c) -> s.lt(c.get(1), s.constant(DType.I32, 8)), (s, c) ->
                    List.of(s.mul(s.add(c.get(0), s.div(a, c.get(0))), 0.5), s.add(c.get(1), 1))).getFirst();
        });
        add("while: a flag", List.of(DType.BOOL), (d, b, t) -> {
            List<Node> r = Loops.whileLoop(b, 3, List.of(d.input("p", t), b.constant(DType.I32, 0)), (s, c) -> c.get(0),
                    (s, c) -> List.of(s.not(c.get(0)), s.add(c.get(1), 1)));
            return r.get(1);
        });
        add("while: no step", Draft.FLOATS, (d, b, t) -> Loops.whileLoop(b, 0, List.of(d.rough("x", t, Fill.usual(t), 3)), (s, c) -> s.constant(DType.BOOL, 0),
                (s, c) -> List.of(s.sin(c.get(0)))).getFirst());
    }

    private void customs() {
        add("custom: sine with its own gradient", (d, b, t) -> Loops.custom(b, List.of(d.input("x", t, 6)), (s, k) -> List.of(s.sin(k.get(0))),
                (s, k, y, dy) -> List.of(s.mul(s.cos(k.get(0)), dy.get(0)))).getFirst());
        add("custom: product of two, with one more result", (d, b, t) -> {
            List<Node> r = Loops.custom(b, List.of(d.input("x", t, 6), d.input("z", t, 6)),
                    (s, k) -> List.of(s.mul(k.get(0), k.get(1)), s.add(k.get(0), k.get(1))),
                    (s, k, y, dy) -> List.of(s.add(s.mul(dy.get(0), k.get(1)), dy.get(1)), s.add(s.mul(dy.get(0), k.get(0)), dy.get(1))));
            return b.add(b.sin(r.get(0)), r.get(1));
        });
        for (DType n : List.of(DType.I32, DType.I64, DType.BOOL)) {
            add("custom: scaled by " + n.text(), (d, b, t) -> Loops.custom(b, List.of(d.input("n", n, 6), d.input("x", t, 6)),
                    (s, k) -> List.of(s.mul(s.cast(k.get(0), t), k.get(1))),
                    (s, k, y, dy) -> List.of(k.get(0), s.mul(s.cast(k.get(0), t), dy.get(0)))).getFirst());
        }
    }
}
