package bytegrad.codegen.kernel;

import bytegrad.codegen.kernel.Kernel.Buffer;
import bytegrad.ir.DType;
import bytegrad.ir.ScalarFn;
import bytegrad.runtime.Checks;
import bytegrad.runtime.Sorting;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One method of a kernel as a list of steps over a frame of numbers, bound to slabs and offsets. Every variable and every
 * expression has places of its own in the frame, one per lane; operands are evaluated first to last, all of them, those
 * of {@code select} too. Methods do not call themselves, so one frame each is enough.
 */
final class KernelCode {
    /** Changes the frame or the slabs. */
    private interface Step {
        void run(long[] r);
    }

    /** An affine index over places of the frame, in {@code i32} arithmetic. */
    private static final class Place {
        final int constant;
        final int[] slots;
        final int[] coefficients;

        Place(int constant, int[] slots, int[] coefficients) {
            this.constant = constant;
            this.slots = slots;
            this.coefficients = coefficients;
        }

        int at(long[] r) {
            int sum = constant;
            for (int t = 0; t < slots.length; t++) {
                sum += coefficients[t] * (int) r[slots[t]];
            }
            return sum;
        }
    }

    private record Fixed(int slot, long bits) {}

    private final Kernel kernel;
    private final Slabs slabs;
    private final List<Integer> offsets;
    private final Map<String, KernelCode> methods;

    private final Map<String, Integer> slots = new HashMap<>();
    private final List<Fixed> constants = new ArrayList<>();
    private final int[] params;
    private final Step[] steps;
    private final long[] frame;
    private int used;

    /** @param methods those compiled so far, by name; this one and those it calls join it */
    private KernelCode(Kernel kernel, Kernel.Method method, Slabs slabs, List<Integer> offsets, Map<String, KernelCode> methods) {
        this.kernel = kernel;
        this.slabs = slabs;
        this.offsets = offsets;
        this.methods = methods;
        params = method.params().stream().mapToInt(this::bind).toArray();
        steps = block(method.body());
        frame = new long[used];
        for (Fixed c : constants) {
            frame[c.slot()] = c.bits();
        }
    }

    /** The kernel's first method, ready to run any number of times. */
    static Runnable entry(Kernel kernel, Slabs slabs, List<Integer> offsets) {
        if (offsets.size() != kernel.buffers().size()) {
            throw new KernelException("the kernel has " + kernel.buffers().size() + " buffers, the launch " + offsets.size() + " offsets");
        }
        KernelCode code = new KernelCode(kernel, kernel.methods().getFirst(), slabs, offsets, new HashMap<>());
        return () -> run(code.steps, code.frame);
    }

    private static void run(Step[] steps, long[] r) {
        for (Step s : steps) {
            s.run(r);
        }
    }

    private int bind(Expr.Var v) {
        int slot = reserve(v.lanes());
        slots.put(v.name(), slot);
        return slot;
    }

    private int reserve(int lanes) {
        int slot = used;
        used += lanes;
        return slot;
    }

    private int slot(Expr.Var v) {
        Integer slot = slots.get(v.name());
        if (slot == null) {
            throw new KernelException("variable " + v.name() + " is not bound");
        }
        return slot;
    }

    private Place place(Index index) {
        int n = index.terms().size();
        int[] at = new int[n];
        int[] times = new int[n];
        for (int t = 0; t < n; t++) {
            at[t] = slot(index.terms().get(t).var());
            times[t] = index.terms().get(t).coefficient();
        }
        return new Place(index.constant(), at, times);
    }

    // Statements.

    private Step[] block(List<Stmt> body) {
        List<Step> out = new ArrayList<>();
        for (Stmt s : body) {
            add(s, out);
        }
        return out.toArray(Step[]::new);
    }

    private void add(Stmt stmt, List<Step> out) {
        switch (stmt) {
            case Stmt.Let s -> {
                int from = value(s.value(), out);
                copy(from, bind(s.var()), s.var().lanes(), out);
            }
            case Stmt.Assign s -> copy(value(s.value(), out), slot(s.var()), s.var().lanes(), out);
            case Stmt.For s -> loop(s, out);
            case Stmt.Store s -> store(s, out);
            case Stmt.Copy s -> copy(s, out);
            case Stmt.IfAny s -> {
                int condition = value(s.condition(), out);
                int end = condition + s.condition().lanes();
                Step[] body = block(s.body());
                out.add(r -> {
                    for (int c = condition; c < end; c++) {
                        if (r[c] != 0) {
                            run(body, r);
                            return;
                        }
                    }
                });
            }
            case Stmt.Sort s -> {
                int keys = offsets.get(s.keys());
                int order = offsets.get(s.order());
                Place keysAt = place(s.keysAt());
                Place orderAt = place(s.orderAt());
                out.add(r -> Sorting.sort(slabs.l, keys + keysAt.at(r), slabs.i, order + orderAt.at(r), s.size(), s.count()));
            }
            case Stmt.While s -> repeat(s, out);
            case Stmt.Call s -> call(s, out);
            case Stmt.Parallel s -> parallel(s, out);
        }
    }

    private static void copy(int from, int to, int lanes, List<Step> out) {
        if (lanes == 1) {
            out.add(r -> r[to] = r[from]);
        } else {
            out.add(r -> System.arraycopy(r, from, r, to, lanes));
        }
    }

    private void loop(Stmt.For s, List<Step> out) {
        Place from = place(s.from());
        Place to = place(s.to());
        int step = s.step();
        int counter = bind(s.var());
        Step[] body = block(s.body());
        out.add(r -> {
            int end = to.at(r);
            for (int i = from.at(r); i < end; i += step) {
                r[counter] = i;
                run(body, r);
            }
        });
    }

    private void repeat(Stmt.While s, List<Step> out) {
        List<Step> test = new ArrayList<>();
        int go = load(new Expr.Load(s.buffer(), s.index(), DType.BOOL, 1), test);
        Step[] condition = test.toArray(Step[]::new);
        Step[] body = block(s.body());
        out.add(r -> {
            run(condition, r);
            for (int steps = 0; r[go] != 0; run(condition, r)) {
                steps = Checks.step(steps, s.limit(), s.what());
                run(body, r);
            }
        });
    }

    private KernelCode callee(String name) {
        KernelCode callee = methods.get(name);
        if (callee == null) {
            Kernel.Method method = kernel.methods().stream().filter(m -> m.name().equals(name)).findFirst()
                    .orElseThrow(() -> new KernelException("there is no method " + name));
            callee = new KernelCode(kernel, method, slabs, offsets, methods);
            methods.put(name, callee);
        }
        return callee;
    }

    /** The last chunk first: a chunk that needs what one before it did gets it from the bytecode on one thread, but not here. */
    private void parallel(Stmt.Parallel s, List<Step> out) {
        KernelCode code = callee(s.method());
        out.add(r -> {
            for (int c = s.chunks() - 1; c >= 0; c--) {
                List<Integer> index = s.index(c);
                for (int k = 0; k < index.size(); k++) {
                    code.frame[code.params[k]] = index.get(k);
                }
                run(code.steps, code.frame);
            }
        });
    }

    private void call(Stmt.Call s, List<Step> out) {
        Place[] args = s.args().stream().map(this::place).toArray(Place[]::new);
        KernelCode code = callee(s.method());
        out.add(r -> {
            for (int a = 0; a < args.length; a++) {
                code.frame[code.params[a]] = args[a].at(r);
            }
            run(code.steps, code.frame);
        });
    }

    private void store(Stmt.Store s, List<Step> out) {
        int from = value(s.value(), out);
        DType dtype = s.value().dtype();
        int lanes = s.count();
        Buffer buffer = kernel.buffers().get(s.buffer());
        Place place = place(s.index());
        int base = offsets.get(s.buffer());
        long end = BufferBounds.storeEnd(buffer) - lanes;
        out.add(r -> {
            int at = base + inside(place.at(r), end, s);
            for (int l = 0; l < lanes; l++) {
                slabs.set(dtype, at + l, r[from + l]);
            }
        });
    }

    private void copy(Stmt.Copy s, List<Step> out) {
        DType dtype = kernel.buffers().get(s.to()).dtype();
        Place toAt = place(s.toAt());
        Place fromAt = place(s.fromAt());
        int to = offsets.get(s.to());
        int from = offsets.get(s.from());
        long toEnd = BufferBounds.storeEnd(kernel.buffers().get(s.to())) - s.count();
        long fromEnd = BufferBounds.loadEnd(kernel.buffers().get(s.from()), 1) - s.count();
        long[] values = new long[s.count()];
        out.add(r -> {
            int first = from + inside(fromAt.at(r), fromEnd, s);
            for (int i = 0; i < values.length; i++) {
                values[i] = slabs.get(dtype, first + i);
            }
            int at = to + inside(toAt.at(r), toEnd, s);
            for (int i = 0; i < values.length; i++) {
                slabs.set(dtype, at + i, values[i]);
            }
        });
    }

    private static int inside(int at, long last, Record access) {
        if (at < 0 || at > last) {
            String text =
                    access instanceof Stmt.Store s ? "store to b" + s.buffer() + "[" + s.index() + "]"
                    : access instanceof Stmt.Copy s ? "'" + KernelPrinter.print(s) + "'"
                    : access instanceof Expr.Load e ? "load of b" + e.buffer() + "[" + e.index() + "]"
                    : access.toString();
            throw new KernelException(text + " at " + at + ", which is not in 0.." + last);
        }
        return at;
    }

    // Values.

    /** Adds the steps that compute the value and gives the place of its first lane. */
    private int value(Expr expr, List<Step> out) {
        return switch (expr) {
            case Expr.Const e -> {
                int to = reserve(1);
                constants.add(new Fixed(to, e.bits()));
                yield to;
            }
            case Expr.Var e -> slot(e);
            case Expr.Load e -> load(e, out);
            case Expr.Apply e -> apply(e, out);
            case Expr.Convert e -> {
                int from = value(e.arg(), out);
                DType given = e.arg().dtype();
                DType wanted = e.dtype();
                int lanes = e.lanes();
                int to = reserve(lanes);
                out.add(r -> {
                    for (int l = 0; l < lanes; l++) {
                        r[to + l] = ScalarMath.convert(given, wanted, r[from + l]);
                    }
                });
                yield to;
            }
            // Raw bits of f32 and i32 look the same in a frame, as do those of f64 and i64.
            case Expr.Bits e -> value(e.arg(), out);
            case Expr.Splat e -> {
                int from = value(e.arg(), out);
                int lanes = e.lanes();
                int to = reserve(lanes);
                out.add(r -> java.util.Arrays.fill(r, to, to + lanes, r[from]));
                yield to;
            }
            case Expr.Rotate e -> {
                int from = value(e.arg(), out);
                int lanes = e.lanes();
                int by = e.by();
                int to = reserve(lanes);
                out.add(r -> {
                    for (int l = 0; l < lanes; l++) {
                        r[to + l] = r[from + (l + by) % lanes];
                    }
                });
                yield to;
            }
            case Expr.Ramp e -> {
                Place base = place(e.base());
                int stride = e.stride();
                DType dtype = e.dtype();
                int lanes = e.lanes();
                int to = reserve(lanes);
                out.add(r -> {
                    int first = base.at(r);
                    for (int l = 0; l < lanes; l++) {
                        r[to + l] = ScalarMath.convert(DType.I32, dtype, first + l * stride);
                    }
                });
                yield to;
            }
            case Expr.Checked e -> {
                int from = value(e.arg(), out);
                int to = reserve(1);
                out.add(r -> r[to] = Checks.index(r[from], e.extent(), e.what()));
                yield to;
            }
        };
    }

    private int load(Expr.Load e, List<Step> out) {
        Place place = place(e.index());
        DType dtype = e.dtype();
        int lanes = e.lanes();
        int count = e.count();
        int base = offsets.get(e.buffer());
        long end = BufferBounds.loadEnd(kernel.buffers().get(e.buffer()), e) - count;
        int to = reserve(lanes);
        // A NaN, or true: what depends on lanes that mean nothing shows.
        long unread = dtype == DType.BOOL ? 1 : -1;
        out.add(r -> {
            int at = base + inside(place.at(r), end, e);
            for (int l = 0; l < count; l++) {
                r[to + l] = slabs.get(dtype, at + l);
            }
            for (int l = count; l < lanes; l++) {
                r[to + l] = unread;
            }
        });
        return to;
    }

    private int apply(Expr.Apply e, List<Step> out) {
        ScalarFn fn = e.fn();
        DType operand = e.args().getLast().dtype();
        int a = value(e.args().getFirst(), out);
        int b = e.args().size() > 1 ? value(e.args().get(1), out) : a;
        int c = e.args().size() > 2 ? value(e.args().get(2), out) : b;
        int lanes = e.lanes();
        int to = reserve(lanes);
        out.add(r -> {
            for (int l = 0; l < lanes; l++) {
                r[to + l] = ScalarMath.apply(fn, operand, r[a + l], r[b + l], r[c + l]);
            }
        });
        return to;
    }
}
