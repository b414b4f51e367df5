package bytegrad.codegen.kernel;

import static bytegrad.codegen.kernel.Dsl.*;
import static bytegrad.ir.DType.*;

import bytegrad.codegen.kernel.Expr.Var;
import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small valid kernels over two buffers of f32 and two of i32, with loads, stores, assignments, loops, ifs and calls at random. */
final class RandomKernels {
    static final int SIZE = 64;
    static final List<Buffer> BUFFERS = List.of(both(F32, SIZE), both(F32, SIZE), both(I32, SIZE), both(I32, SIZE));

    private final Random random;
    private int names;

    RandomKernels(long seed) {
        random = new Random(seed);
    }

    Kernel next() {
        names = 0;
        List<Stmt> body = block(0, List.of(), List.of(), true);
        names = 0;
        List<Stmt> called = block(1, List.of(i("p")), List.of(), false);
        return new Kernel(
                BUFFERS,
                List.of(
                        new Kernel.Method("main", List.of(), concat(call("other", x(random.nextInt(8))), body)),
                        new Kernel.Method("other", List.of(i("p")), called)));
    }

    private static List<Stmt> concat(Stmt first, List<Stmt> rest) {
        List<Stmt> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }

    /** @param indices variables between 0 and 8; @param values any others in scope */
    private List<Stmt> block(int depth, List<Var> indices, List<Var> values, boolean calls) {
        List<Var> in = new ArrayList<>(indices);
        List<Var> vs = new ArrayList<>(values);
        List<Stmt> body = new ArrayList<>();
        int n = 2 + random.nextInt(8);
        for (int s = 0; s < n; s++) {
            switch (random.nextInt(depth < 2 ? 12 : 9)) {
                case 0, 1, 2, 3 -> {
                    boolean affine = random.nextInt(5) == 0;
                    DType dtype = random.nextBoolean() ? F32 : I32;
                    Expr value = affine ? new Expr.Ramp(narrow(in), 1, I32, 1) : value(3, in, vs, dtype, lanes());
                    Var v = new Var("x" + names++, value.dtype(), value.lanes());
                    body.add(let(v, value));
                    (affine ? in : vs).add(v);
                }
                case 4, 5 -> {
                    if (!vs.isEmpty()) {
                        Var v = vs.get(random.nextInt(vs.size()));
                        body.add(assign(v, value(2, in, vs, v.dtype(), v.lanes())));
                    }
                }
                case 6 -> {
                    if (calls && random.nextInt(3) == 0) {
                        body.add(call("other", narrow(in)));
                    }
                }
                case 7, 8 -> {
                    int b = random.nextInt(4);
                    body.add(store(b, wide(in), value(3, in, vs, b < 2 ? F32 : I32, lanes())));
                }
                case 9, 10 -> {
                    Var v = i("x" + names++);
                    List<Var> inner = new ArrayList<>(in);
                    inner.add(v);
                    Index to = random.nextBoolean() ? x(random.nextInt(6)) : narrow(in);
                    body.add(new Stmt.For(v, x(random.nextInt(2)), to, 1 + random.nextInt(2), block(depth + 1, inner, vs, calls)));
                }
                case 11 -> {
                    int lanes = lanes();
                    Expr condition = ap(ScalarFn.LT, value(1, in, vs, F32, lanes), value(1, in, vs, F32, lanes));
                    body.add(new Stmt.IfAny(condition, block(depth + 1, in, vs, calls)));
                }
                default -> throw new AssertionError();
            }
        }
        body.add(store(random.nextInt(2), wide(in), value(2, in, vs, F32, 1)));
        return body;
    }

    private int lanes() {
        return random.nextInt(3) == 0 ? 4 : 1;
    }

    private Index narrow(List<Var> in) {
        return in.isEmpty() || random.nextInt(3) == 0 ? x(random.nextInt(8)) : Index.of(in.get(random.nextInt(in.size())));
    }

    private Index wide(List<Var> in) {
        return narrow(in).times(random.nextInt(4)).plus(narrow(in)).plus(random.nextInt(8));
    }

    private Expr value(int depth, List<Var> in, List<Var> vs, DType dtype, int lanes) {
        List<Var> fitting = vs.stream().filter(v -> v.dtype() == dtype && v.lanes() == lanes).toList();
        if (!fitting.isEmpty() && random.nextInt(2) == 0) {
            return fitting.get(random.nextInt(fitting.size()));
        }
        if (depth == 0 || random.nextInt(4) == 0) {
            return switch (random.nextInt(3)) {
                case 0 -> lanes == 1 ? num(dtype, random.nextInt(5)) : splat(num(dtype, random.nextInt(5)), lanes);
                case 1 -> new Expr.Ramp(wide(in), random.nextInt(3), dtype, lanes);
                case 2 -> load((dtype == F32 ? 0 : 2) + random.nextInt(2), wide(in), dtype, lanes);
                default -> throw new AssertionError();
            };
        }
        Expr a = value(depth - 1, in, vs, dtype, lanes);
        Expr b = value(depth - 1, in, vs, dtype, lanes);
        return switch (random.nextInt(4)) {
            case 0 -> ap(ScalarFn.ADD, a, b);
            case 1 -> ap(ScalarFn.MUL, a, b);
            case 2 -> ap(ScalarFn.SELECT, ap(ScalarFn.LE, a, b), b, ap(ScalarFn.NEG, a));
            case 3 -> new Expr.Convert(dtype, value(depth - 1, in, vs, dtype == F32 ? I32 : F32, lanes));
            default -> throw new AssertionError();
        };
    }
}
